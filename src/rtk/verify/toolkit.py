"""The Chaos Toolkit's own pieces around a run: configuration, secrets, settings and controls, as it loads them.

Everything that is the Chaos Toolkit's and not ours is reached through here (and its activities in
`measure` and `activity`), so that the rest of the engine knows one object.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from typing import Any

from chaoslib import substitute
from chaoslib.caching import cache_activities, clear_cache
from chaoslib.configuration import load_configuration, load_dynamic_configuration
from chaoslib.control import Control, get_controls, get_global_controls
from chaoslib.exceptions import ChaosException, InterruptExecution
from chaoslib.secret import load_secrets
from chaoslib.types import Schedule

from rtk.errors import BadInput
from rtk.experiment.refs import named, probes_of
from rtk.verify import controls, processes
from rtk.verify.handlers import registry_of
from rtk.verify.numbers import Numbers, added
from rtk.verify.patience import UndoPatience, directly
from rtk.verify.redact import Redactor
from rtk.verify.results import result_of, sentence_of

logger = logging.getLogger(__name__)
TellState = Callable[[Callable[[], Any]], None]


class Toolkit:
    """An experiment made ready to run. `document` stays as it was read; `experiment` is what runs."""

    def __init__(
        self,
        document: Mapping[str, Any],
        settings: Mapping[str, Any],
        config_vars: Mapping[str, Any] | None = None,
        secret_vars: Mapping[str, Any] | None = None,
        resolved: tuple[dict[str, Any], dict[str, Any]] | None = None,
    ) -> None:
        """Load configuration and secrets, unless they are given as `resolved` once before.

        Raises `BadInput` when something they name is not there.
        """
        self.own = processes.Own()
        self.changed: Callable[[], None] = lambda: None  # called when controls may have changed something
        self.document = deepcopy(dict(document))
        self.experiment = deepcopy(dict(document))
        self.settings = dict(settings)
        self.numbers = {part: Numbers(self.experiment.get(part) or []) for part in ("method", "rollbacks")}
        self._named = named(self.experiment)
        self._probes = list(self.hypothesis.get("probes") or [])
        self.has_controls = bool(get_controls(self.experiment) or get_global_controls())
        self.registry = registry_of(self.has_controls)
        if resolved:
            self.configuration, self.secrets = resolved
        else:
            self._load(dict(config_vars or {}), dict(secret_vars or {}))
        token = os.environ.get("RTK_TOKEN", "").strip()
        self.redact = Redactor(self.secrets, self.settings, self.configuration, [token])
        self.title = self.redact(str(substitute(self.document["title"], self.configuration, self.secrets)))

    def _load(self, config_vars: dict[str, Any], secret_vars: dict[str, Any]) -> None:
        declared = self.experiment.get("configuration", {})
        try:
            configuration = load_configuration(declared, config_vars)
            secrets = load_secrets(self.experiment.get("secrets", {}), configuration, secret_vars)
            # What is not in a group is a group of its own: the Chaos Toolkit looks for names in whatever is there.
            self.secrets = {key: each if isinstance(each, Mapping) else {key: each} for key, each in secrets.items()}
            self.configuration = load_dynamic_configuration(configuration, self.secrets)
        except ChaosException as error:
            raise BadInput(f"{error}: set it in the environment, or give it with --var or --var-file") from None
        for key, value in list(self.configuration.items()):
            try:  # a probe of it may be a coroutine; what only prepared something has no value
                self.configuration[key] = result_of(value, "its probe")
            except BaseException as error:  # noqa: BLE001 - a coroutine of the user may raise anything
                raise BadInput(f"configuration.{key}: {sentence_of(error)}") from None
        lost = [key for key in declared if key not in self.configuration]
        if lost:
            raise BadInput(
                f"configuration.{lost[0]}: its probe failed, so it has no value; run it by itself to see why"
            )

    @property
    def hypothesis(self) -> dict[str, Any]:
        """The steady-state hypothesis."""
        return self.experiment.get("steady-state-hypothesis") or {}

    def probes(self) -> list[dict[str, Any]]:
        """The hypothesis' probes: what a measurement measures."""
        return probes_of(self.experiment)

    def drop_added_probes(self) -> None:
        """Take out of the hypothesis what a control has added, or each measurement would be longer than the last."""
        probes = self.hypothesis.get("probes")
        if probes is not None and len(probes) != len(self._probes):
            probes[:] = self._probes

    def resolved(self, activity: dict[str, Any]) -> dict[str, Any]:
        """Return the activity itself, or the one that it refers to by name."""
        return self._named.get(activity["ref"], activity) if "ref" in activity else activity

    def entry_of(self, part: str, number: int, activity: dict[str, Any]) -> dict[str, Any]:
        """Return how an entry of the record names an activity: by its number, and itself where the file has not it."""
        return {"index": number, "name": activity.get("name"), **added(self.document, part, number, activity)}

    def go_on_with(self, experiment: dict[str, Any], numbers: Mapping[str, list[int | None]]) -> None:
        """Take over the experiment of a run that died, as controls had changed it, with the numbers it had given."""
        self.experiment = experiment
        self._named = named(experiment)
        self.numbers = {part: Numbers.restored(experiment.get(part) or [], each) for part, each in numbers.items()}

    @contextmanager
    def session(self, journal: dict[str, Any], patience: UndoPatience | None = None) -> Iterator[None]:
        """Everything a run of this experiment is wrapped in: caches and controls, from first to last.

        Raises the `InterruptExecution` of a control that is being configured, before anything has happened; unless
        the session is of an undo, which controls cannot stop and for which they have an undo's `patience`.
        """
        cache_activities(self.experiment)
        args = (self.experiment, self.configuration, self.secrets)
        try:
            self.heard(lambda: self.registry.started(self.experiment, journal), patience)
            try:
                self._waited(patience)(
                    "controls that are configured",
                    lambda: controls.configure(*args, self.settings, self.registry),
                )
            except InterruptExecution as error:
                if patience is None:
                    raise
                logger.warning(f"A control asked to stop ({error}); the rollbacks are played all the same")
            finally:
                self.redact.learn()  # a control may set secrets as soon as it is configured
            running = partial(self.registry.running, self.experiment, journal, *args[1:], Schedule(), self.settings)
            self.heard(running, patience)
            yield
        finally:
            self._waited(patience)("the controls' clean-ups", lambda: controls.clean_up(self.experiment))
            self.heard(lambda: self.registry.finish(journal), patience)
            clear_cache()

    def heard(self, tell: Callable[[], None], patience: UndoPatience | None) -> None:
        """Tell an event of an undo to the handlers that controls have registered."""
        self._waited(patience)("handlers of an event", tell)

    def _waited(self, patience: UndoPatience | None) -> Callable[[str, Callable[[], object]], None]:
        return patience if patience and self.has_controls else directly

    @contextmanager
    def controlled(
        self, level: str, context: Mapping[str, Any], patience: UndoPatience | None = None
    ) -> Iterator[TellState]:
        """Wrap a block in its controls. The block hands over how to make its state, made only when asked for.

        A control's `InterruptExecution` goes through, as under `chaos run`, unless the block is of an undo, which has
        a `patience`: nothing stops a rollback, and nothing blocks it for long.
        """
        if not self.has_controls:
            yield lambda _: None
            return
        control = Control()
        args = (level, self.experiment, context, self.configuration, self.secrets)
        try:
            self._apply(control.begin, args, patience)
            yield lambda make: control.with_state(make())
        finally:
            self._apply(control.end, args, patience)

    def _apply(self, apply: Callable[..., None], args: tuple[Any, ...], patience: UndoPatience | None) -> None:
        try:
            around = f"the controls around {args[2].get('name') or 'the rollbacks'}"
            self._waited(patience)(around, lambda: apply(*args))
        except InterruptExecution as error:
            if patience is None:
                raise
            logger.warning(f"A control asked to stop ({error}); the rollbacks are played all the same")
        except BaseException as error:
            # The Chaos Toolkit ignores what a control raises, but only where it is an Exception.
            told = f"a control failed with {type(error).__name__}: {error}".rstrip(": ")
            if patience is None:
                raise InterruptExecution(told) from error
            logger.warning(f"{told.capitalize()}; the rollbacks are played all the same")
        finally:
            self.own.check()
            if args[2].get("type") != "probe":  # these are called in every slot
                self.changed()
            self.redact.learn()  # what a control has set is a secret like any other

    def substituted(self, value: Any) -> Any:
        """A value of the file with its `${name}` forms filled in."""
        return substitute(value, self.configuration, self.secrets)

    def known(self) -> dict[str, Any]:
        """The configuration as it was resolved, for the record: what JSON can hold, with no secret in it."""
        held = json.loads(json.dumps(self.configuration, default=repr))
        return dict(self.redact.within(held))
