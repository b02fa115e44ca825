"""What a notification says: the JSON of webhooks, and the same in words for people."""

import json
from typing import Any, NamedTuple
from uuid import UUID

from rtk.console import links
from rtk.console.notify.models import Notification
from rtk.console.notify.outbox import ENDED, LOST_CONTACT, NOT_RESTORED, TEST
from rtk.console.people import names
from rtk.console.store import insights
from rtk.console.store.models import Run
from rtk.console.store.runs import SILENCE, state_of
from rtk.insight.status import RunStatus


class Message(NamedTuple):
    """A notification in words, and as the body that is sent to webhooks.

    `mail_subject` and `mail_text` say the same to whoever may know nobody here: names are named as such, and no mail
    program makes a link of anything but the run's address.
    """

    id: UUID
    event: str
    subject: str
    text: str
    body: bytes
    mail_subject: str
    mail_text: str


def message_of(notification: Notification) -> Message:
    """What is to be told, as things stand now."""
    team, run = notification.recipient.team, notification.run
    told = {} if run is None else shown(run)
    subject, text = words(notification.event, told)
    subject = plain(" ".join(subject.split()))
    body = {
        "id": str(notification.id),
        "event": notification.event,
        "at": notification.created_at.isoformat(),
        "summary": subject,
        "organization": {"id": str(team.org_id), "name": team.org.name},
        "team": {"id": str(team.id), "name": team.name},
        "run": told or None,
    }
    about, address = f"Team: {team.org.name} / {team.name}", [f"Run: {told['url']}"] if told else []
    return Message(
        notification.id,
        notification.event,
        subject,
        plain("\n".join([text, "", about, *address])),
        json.dumps(body).encode(),
        plain(mail_subject(notification.event, told)),
        plain("\n".join([_unlinked(text), "", _unlinked(about), *address])),
    )


def shown(run: Run) -> dict[str, Any]:
    """What is told of a run; what is not known, such as the verdict of a run under way, is None."""
    insight = insights.insight_of(run)
    return {
        "id": str(run.id),
        "verification": {"id": str(run.verification_id), "name": run.verification.name},
        "title": run.experiment.title,
        "state": state_of(run),
        "status": run.status,
        "verdict": insight.get("verdict"),
        "headline": insight.get("headline"),
        "restored": insight.get("restored"),
        "recovered": insight.get("recovered"),
        "not_restored": list(insight.get("not_restored") or ()),
        "unrestored": list(insight.get("unrestored") or ()),
        "began_at": run.created_at.isoformat(),
        "heard_at": run.heard_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "url": links.insight(run.team, run),
        "execution_url": links.execution(run.team, run.execution_id),
    }


def plain(text: str) -> str:
    """Text that can be sent: half a character, which a title may hold, is shown as a question mark."""
    return text.encode("utf-8", "replace").decode()


def words(event: str, run: dict[str, Any]) -> tuple[str, str]:
    """A subject of one line and a text."""
    if event == TEST:
        return "A test of notifications", "Somebody pressed the button: notifications of this team arrive here."
    name = run["verification"]["name"]
    if event == ENDED:
        ended = run["verdict"] or _without_verdict(run["status"])
        return f"{name}: {ended}", run["headline"] or f"The run of “{name}” {ended}."
    if event == NOT_RESTORED:
        undone = "\n".join(f"- {each}" for each in run["not_restored"])
        return f"{name}: not restored", f"The run ended, but what it did is not undone:\n{undone}"
    assert event == LOST_CONTACT
    silent = f"The console heard of the run last at {run['heard_at']} (UTC), more than {SILENCE.seconds} s ago."
    return f"{name}: lost contact", f"{silent} It may go on all the same. By now its state is: {run['state']}."


def mail_subject(event: str, run: dict[str, Any]) -> str:
    """A subject in which nobody's text stands alone."""
    if event == TEST:
        return "A test of notifications"
    name = names.in_mails(run["verification"]["name"])
    became = {ENDED: run["verdict"] or _without_verdict(run["status"]), NOT_RESTORED: "not restored"}
    return f"Run of “{name}”: {became.get(event, 'lost contact')}"


def _unlinked(text: str) -> str:
    """Each line without what cannot be seen, and of which nobody makes a link."""
    return "\n".join(names.unlinked(names.seen(line)) for line in text.splitlines())


def _without_verdict(status: str | None) -> str:
    """The journal's "failed", of a run whose gate was not met, is not to be mixed up with a verdict."""
    return "not begun" if status == RunStatus.FAILED else f"ended without a verdict, status {status or 'unknown'}"
