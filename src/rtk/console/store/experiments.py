"""Experiments: found again by the id their file names or by where they came from."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from django.db import IntegrityError, transaction

from rtk.console.people.models import Team, User
from rtk.console.store import extent, lists, revisions, timeline
from rtk.console.store.models import Experiment
from rtk.console.store.owned import NAME_LENGTH
from rtk.console.store.problem import Problem, unknown

BLOCK = "chaosiq"
Known = Literal["new", "changed", "unchanged"]


def block_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document's block of ids, empty where there is none. Never fails: what old clients sent was not checked."""
    extensions = document.get("extensions")
    for each in extensions if isinstance(extensions, list) else []:
        if isinstance(each, dict) and each.get("name") == BLOCK:
            return each
    return {}


def text_in(values: Mapping[str, Any], key: str, most: int = NAME_LENGTH) -> str | None:
    """A text of a mapping that a column can hold, or None."""
    value = values.get(key)
    return value if isinstance(value, str) and 0 < len(value) <= most and "\0" not in value else None


def find(team: Team, key: str) -> Experiment:
    """A team's experiment by its id or its file's. Raises `Problem`."""
    found: Experiment | None = lists.by_id_or_file(of(team), key)
    if found is None:
        raise unknown("experiment")
    return found


def of(team: Team) -> Any:
    """A team's experiments."""
    return Experiment.objects.filter(team=team, deleted_at=None)


def names_itself(document: Mapping[str, Any]) -> bool:
    """Whether a document holds the id of its experiment."""
    return text_in(block_in(document), "experiment_id") is not None


def keep(team: Team, user: User, document: Mapping[str, Any], file_id: str | None = None) -> tuple[Experiment, Known]:
    """Keep an experiment: a new one, or a known one as it is now. Raises `Problem` for too many activities."""
    block = block_in(document)
    key = file_id or text_in(block, "experiment_id")
    source = text_in(block, "source", 4000) or ""
    known = lists.by_id_or_file(of(team), key) if key else None
    if known is None and source and not key:
        known = of(team).filter(source=source).order_by("-created_at").first()
    now = digest(document)
    # Nothing is written, and no revision begins, for who sends an experiment again as it was.
    if known and known.digest == now:
        return known, "unchanged"  # also one that was kept before there was a bound
    extent.refuse_busy(document)
    if known is None:
        return _new(team, user, document, key, source)
    known.document, known.digest, known.title = document, now, title_of(document)
    known.tags = tags_of(document)
    known.save(update_fields=["document", "digest", "title", "tags"])
    revisions.renew_with(known)
    return known, "changed"


def _new(team: Team, user: User, document: Mapping[str, Any], key: str | None, source: str) -> tuple[Experiment, Known]:
    title = title_of(document)
    try:
        with transaction.atomic():
            made = Experiment.objects.create(
                team=team,
                created_by=user,
                file_id=key,
                source=source,
                title=title,
                tags=tags_of(document),
                document=document,
                digest=digest(document),
            )
            timeline.add(team, user, "experiment.imported", made.id, title, tags_of(document))
    except IntegrityError:  # somebody else was quicker with the same file
        return lists.by_id_or_file(of(team), key or ""), "unchanged"
    return made, "new"


def digest(document: Mapping[str, Any]) -> str:
    """What tells whether an experiment has changed: a hash of it without the block, into which clients write ids."""
    rest = {key: value for key, value in document.items() if key != "extensions"}
    extensions = document.get("extensions")
    others = extensions if isinstance(extensions, list) else []
    rest["extensions"] = [each for each in others if not (isinstance(each, dict) and each.get("name") == BLOCK)]
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def title_of(document: Mapping[str, Any]) -> str:
    """The title, as long as a column holds."""
    title = document.get("title")
    if not isinstance(title, str) or not title.strip():
        raise Problem(422, "experiment.title: expected text", "experiment.title")
    return title.replace("\0", " ")[:NAME_LENGTH]


def tags_of(document: Mapping[str, Any]) -> list[str]:
    """The tags that are texts, as a page can show them: half a character, which JSON can hold, is none."""
    tags = document.get("tags")
    texts = [tag for tag in tags if isinstance(tag, str)][:50] if isinstance(tags, list) else []
    return [text.encode("utf-8", "replace").decode().replace("\0", " ") for text in texts]
