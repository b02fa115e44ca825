"""The control that publishes a `chaos run` to a console, by the name that settings have known since 2020.

Nothing waits for the console here: what happens is put into a queue (see `rtk.publish.execution`). Only the first
condition waits for the safeguards, where they are asked; nothing ever keeps a rollback from being played.
"""

import logging
import os
from copy import deepcopy
from typing import Any

from chaoslib.exceptions import InterruptExecution
from chaoslib.run import initialize_run_journal
from chaoslib.settings import get_loaded_settings

from rtk.clock import SystemClock
from rtk.errors import ToolkitError
from rtk.experiment.block import block_in
from rtk.outlets import printable_logs
from rtk.publish import chaosiq_file, spool
from rtk.publish.console import Console
from rtk.publish.destination import destination
from rtk.publish.execution import ExecutionPublisher, source_of
from rtk.publish.safeguards import Safeguards
from rtk.publish.session import wait_of
from rtk.publish.settings import feature
from rtk.verify.redact import Redactor

logger = logging.getLogger(__name__)


class _Run:
    """The execution of this process, of which the Chaos Toolkit allows one at a time."""

    source: str = ""
    document: dict[str, Any] | None = None
    execution: ExecutionPublisher | None = None
    safeguards: Safeguards | None = None


_run = _Run()


def after_loading_experiment_control(context: str, state: dict[str, Any], **_: Any) -> None:
    """The experiment as it was read, before the Chaos Toolkit writes values of secrets into it."""
    _run.source, _run.document = str(context), deepcopy(state)


def configure_control(
    experiment: dict[str, Any],
    configuration: dict[str, Any] | None = None,
    secrets: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    **_: Any,
) -> None:
    """Find out whether and where to publish; `chaos verify` does so by itself, from its record."""
    _run.execution = _run.safeguards = None
    # Its record is published: from here the same run would come a second time.
    if "RTK_RUN_ID" in os.environ:
        return
    printable_logs()
    settings = settings or get_loaded_settings() or {}
    try:
        where = destination(settings) if feature(settings, "publish") is not False else None
        demanded = feature(settings, "safeguards")
    except ToolkitError as error:
        logger.warning(f"Nothing is published: {error}")
        return
    if where is None:
        if demanded:
            _run.safeguards = Safeguards(SystemClock(), demanded=True)
            _run.safeguards.unknown("the run is not published", final=True)
        return
    # Ids are written into a copy, so that what is played stays as it was loaded.
    document = _with_ids(_run.document or deepcopy(experiment), settings, where.organization, where.team)
    token = where.authorization.partition(" ")[2]
    # The token too, since what an activity printed may hold its environment.
    redact = Redactor(secrets or {}, settings, configuration, [token])
    journal = {**initialize_run_journal(document), "status": "running"}
    if demanded is not False:
        _run.safeguards = Safeguards(SystemClock(), bool(demanded), _warn_if_late)
    # Taken now: the publisher learns the ids later, in a thread of its own.
    path = source_of(_run.source) if feature(settings, "workspace") else None

    def remember(kept: spool.Kept) -> None:
        if path:
            chaosiq_file.remember(path, kept.organization, kept.team, kept.experiment_id)

    _run.execution = ExecutionPublisher(Console(where), SystemClock(), redact, journal, _run.safeguards, remember)


def _warn_if_late(why: str, late: bool) -> None:
    if late:
        logger.warning(f"The console answered after the first condition was applied: {why}")


def _with_ids(document: dict[str, Any], settings: dict[str, Any], organization: str, team: str) -> dict[str, Any]:
    """The experiment with what the console knows it by: where it was loaded from, or the workspace's id."""
    block = block_in(document)
    added: dict[str, Any] = {}
    path = source_of(_run.source)
    if path is None and "://" in _run.source:
        scheme, _, rest = _run.source.partition("://")
        host, slash, tail = rest.partition("/")
        # Without password and query, in which a token may stand.
        added["source"] = f"{scheme}://{host.rpartition('@')[2]}{slash}{tail.partition('?')[0]}"
    elif path and feature(settings, "workspace") and not block.get("experiment_id"):
        known = chaosiq_file.experiment_id(path, organization, team)
        added |= {"experiment_id": known} if known else {}
    if added and block:
        block.update(added)
    elif added:
        document.setdefault("extensions", []).append({"name": "chaosiq", **added})
    _run.document = document
    return document


def cleanup_control() -> None:
    """The run is over: wait a moment for what is not sent yet."""
    execution, _run.execution, _run.safeguards = _run.execution, None, None
    if execution:
        execution.finish(wait_of(None, hurried=False))


def before_experiment_control(context: dict[str, Any], **_: Any) -> None:
    """The experiment begins."""
    if _run.execution:
        _run.execution.start()
        _tell("starting-experiment", _run.document or context)


def after_experiment_control(state: dict[str, Any], **_: Any) -> None:
    """The experiment has ended; `state` is its journal."""
    execution = _run.execution
    if execution is None:
        return
    kept, safeguards = execution.kept, _run.safeguards
    names = safeguards.names if safeguards else None
    block = {"name": "chaosiq", "execution_id": kept.execution_id or None, "experiment_id": kept.experiment_id or None}
    extensions = [each for each in state.get("extensions") or [] if each.get("name") != "chaosiq"]
    state["extensions"] = [*extensions, {**block, "safeguards": names and [{"name": name} for name in names]}]
    whole = {**state, "experiment": _run.document or state.get("experiment")}
    _tell("experiment-finished", whole["experiment"], {key: state.get(key) for key in ("status", "deviated")})
    execution.end(whole)


def before_hypothesis_control(context: dict[str, Any], **_: Any) -> None:
    """The hypothesis is about to be measured."""
    _tell("starting-hypothesis", context)


def after_hypothesis_control(context: dict[str, Any], state: Any = None, **_: Any) -> None:
    """The hypothesis was measured."""
    _tell("hypothesis-finished", context, state)


def before_method_control(context: dict[str, Any], **_: Any) -> None:
    """The method is about to begin: the last moment at which a safeguard can keep it from beginning."""
    if _run.safeguards:
        try:
            _run.safeguards.ready()
        except ToolkitError as error:
            raise InterruptExecution(str(error)) from None
    _tell("starting-method", _run.document or context)


def after_method_control(context: dict[str, Any], state: Any = None, **_: Any) -> None:
    """The method has ended."""
    _tell("method-finished", _run.document or context, state)


def before_rollback_control(context: dict[str, Any], **_: Any) -> None:
    """The rollbacks are about to begin."""
    _tell("starting-rollback", _run.document or context)


def after_rollback_control(context: dict[str, Any], state: Any = None, **_: Any) -> None:
    """The rollbacks have ended."""
    _tell("rollback-finished", _run.document or context, state)


def before_activity_control(context: dict[str, Any], **_: Any) -> None:
    """An activity is about to be played."""
    _tell("starting-activity", context)


def after_activity_control(context: dict[str, Any], state: Any = None, **_: Any) -> None:
    """An activity was played."""
    _tell("activity-finished", context, state)


def _tell(kind: str, context: Any, state: Any = None) -> None:
    if _run.execution:
        _run.execution.tell(kind, context, state)
