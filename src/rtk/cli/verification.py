"""What `chaos verify` does: read and check, run, then tell. Nothing has begun until everything is checked."""

import gc
import logging
import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from rtk import helper, outlets
from rtk.cli import run_output
from rtk.cli.dry import dry, warn
from rtk.cli.exit_codes import exit_code
from rtk.cli.finalization import finish
from rtk.cli.logs import Logs, prepare_handlers
from rtk.cli.masks import Masks
from rtk.cli.option_files import settings_of, variables_of
from rtk.cli.system_hold import Holding, HoldOptions, hold_of
from rtk.cli.trust_prompt import Trusting
from rtk.cli.verify_options import Options
from rtk.clock import Clock, SystemClock
from rtk.errors import BadInput
from rtk.experiment.block import block_of, plan_of
from rtk.experiment.check import check, validate
from rtk.experiment.limits import max_in_flight, threshold, time_limit, time_threshold_s, within
from rtk.experiment.plan import Plan
from rtk.experiment.source import SourceDocument, address_in, read
from rtk.experiment.strategy import Strategy, strategy_in
from rtk.publish import versions
from rtk.publish.destination import root_of
from rtk.publish.pending_sender import is_unsent
from rtk.publish.session import PublishingSession, session_of, wait_of
from rtk.publish.settings import without_control
from rtk.report.planned import planned
from rtk.report.write import check_path
from rtk.verify import calls, headers, journal, pauses, places, timeouts
from rtk.verify.acts_on import acts_on
from rtk.verify.capacity import held_at_once
from rtk.verify.estate import Packing
from rtk.verify.guardian_client import GuardianClient, longest
from rtk.verify.processes import forks_told
from rtk.verify.progress import Progress
from rtk.verify.readiness import Ready
from rtk.verify.record import Record
from rtk.verify.recovery import unfinished
from rtk.verify.run import RunSpec, VerificationRun
from rtk.verify.stop import StopRequest, signals_stop
from rtk.verify.toolkit import Toolkit

if TYPE_CHECKING:
    from rtk.cli.spectator import Spectator

GUARDIAN_ENTRYPOINT = "rtk.cli.guardian_entrypoint"  # what the guardian runs
LEAVING_S = 5.0  # how long threads that an extension left may hold up the end of the process

logger = logging.getLogger(__name__)


def verifying(options: Options, clock: Clock | None = None) -> int:
    """Do what `chaos verify` does; the exit code. Raises `ToolkitError` while nothing has begun."""
    clock = clock or SystemClock()
    prepare_handlers()
    whole = settings_of(options.settings_path, options.control_file)
    settings = without_control(whole)
    variables = variables_of(options.var, options.var_file)
    trusting = Trusting(address_in(options.source), whole, yes=options.yes)
    if not options.dry:
        trusting.before_fetching()
    source = read(options.source, settings=settings, verify_tls=not options.no_verify_tls)
    # From here on no secret of the experiment shows, whoever writes: we, an extension, or a traceback.
    with Masks(trusting.redactor(source.document, variables)) as masks:
        return _checked(options, source, trusting, whole, variables, masks, clock)


def _checked(
    options: Options,
    source: SourceDocument,
    trusting: Trusting,
    whole: dict[str, Any],
    variables: tuple[dict[str, Any], dict[str, Any]],
    masks: Masks,
    clock: Clock,
) -> int:
    plan = _planned(options, source)
    if options.dry:
        return dry(options, source, plan, variables, trusting)
    # What nobody trusts yet must not hide, as its secret, words of the very question about it.
    if trusting.agreed(source.document, variables[0]):
        masks.know(trusting.redactor(source.document, variables))
    warn(options, source, variables)
    if not options.no_validation:
        validate(source.document, config_vars=variables[0], secret_vars=variables[1], beside=options.beside())
    calls.check(source.document)
    journal.check_path(Path(options.journal_path))
    for report in options.report:
        check_path(report)
    left, _ = unfinished(places.prepare(clock.now(), is_wanted=is_unsent))
    if died := ", ".join(each.run_id for each in left if not each.is_undone):
        logger.warning(f"An earlier run died before it was undone ({died}): see chaos recover --list")
    toolkit = masks.of(Toolkit(source.document, without_control(whole), *variables))
    pauses.check(toolkit)
    timeouts.check(toolkit)
    headers.check(toolkit)
    session = session_of(whole, clock, publish=not options.no_publish)
    lesson = session.lesson(_team_of(toolkit)) if session else None
    if lesson:  # it is answered while the rest is prepared
        lesson.ask(plan, toolkit.redact(toolkit.title), source.where)
    run_id = places.new_run_id(clock.now())
    holding = _holding(options, plan, toolkit, run_id, clock, session)
    plan = lesson.taught(plan) if lesson else plan
    verification = _verification(options, source, plan, toolkit, run_id, holding)
    opening = [*planned(plan, source.document), *trusting.lines(source.document, variables[0])]
    running = _Running(options, verification, clock, session, holding, opening)
    with holding:  # raises `Held` while nothing has begun
        return running.to_the_end()


def _planned(options: Options, source: SourceDocument) -> Plan:
    """The plan of a source. Raises `BadInput`, also saying so where it is of a console of another version."""
    try:
        check(source.document)
        return plan_of(source.document, options.overrides())
    except BadInput as error:
        for warning in source.warnings:  # what was lost of it may be why
            logger.warning(warning)
        address = address_in(options.source)
        if not address:
            raise
        version = versions.told(source.headers)
        raise BadInput(f"{error}{versions.remedy(address.host, root_of(address.url), version)}") from None


def _team_of(toolkit: Toolkit) -> str | None:
    block = block_of(toolkit.document)
    return block.ids.get("team_id") if block else None


def _holding(
    options: Options, plan: Plan, toolkit: Toolkit, run_id: str, clock: Clock, session: PublishingSession | None
) -> Holding:
    acted_on = acts_on(toolkit, plan.acts_on)
    hold = hold_of(run_id, toolkit.redact(toolkit.title), clock.now(), acted_on)
    elsewhere = session.holds(_team_of(toolkit)) if session else None
    return Holding(hold, HoldOptions(options.wait or 0.0, options.alongside), clock, elsewhere)


def _verification(
    options: Options, source: SourceDocument, plan: Plan, toolkit: Toolkit, run_id: str, holding: Holding
) -> RunSpec:
    probes = toolkit.probes()
    thresholds = [threshold(probe, toolkit.configuration) for probe in probes]
    if plan.limit:  # the value that is limited is charted, else the first with a bound
        charted = plan.limit.position
        thresholds[charted] = within(thresholds[charted], plan.limit)
    else:
        charted = next((place for place, each in enumerate(thresholds) if each.bounds), 0)
    limits = [time_limit(probe, toolkit.configuration, toolkit.secrets) for probe in probes]
    # The option wins over the experiment's runtime block, which wins over the settings'; else it is always.
    strategies = (options.rollback_strategy, strategy_in(toolkit.document), strategy_in(toolkit.settings, "settings"))
    return RunSpec(
        run_id=run_id,
        source=source.where,
        plan=_redacted(plan, toolkit.redact),
        toolkit=toolkit,
        limits=limits,
        max_in_flight=held_at_once(
            max_in_flight(plan, sum(limits)), plan.max_in_flight is not None, probes, source.document
        ),
        threshold=thresholds[charted],
        bounds_s=tuple(map(time_threshold_s, probes, thresholds)),
        charted=charted,
        rollback_strategy=next((Strategy(each) for each in strategies if each), Strategy.ALWAYS),
        longest_s=longest(options.max_duration, plan.warm_up_s + plan.duration_s + plan.cool_down_s),
        kept={  # for whoever ends the run after a crash: where files go and come from
            "journal": str(Path(options.journal_path).absolute()),
            "reports": [str(Path(report).absolute()) for report in options.report],
            "var_files": [str(Path(name).absolute()) for name in options.var_file],
        },
        neighbours=holding,
    )


def _redacted(plan: Plan, redact: Callable[[str], str]) -> Plan:
    """The plan as the record keeps it: what a person typed into it may hold a secret."""
    acts_on = plan.acts_on and redact(plan.acts_on)
    if plan.limit is None or plan.objective is None:
        return replace(plan, acts_on=acts_on)
    words = redact(plan.limit.words)
    promise, limit = replace(plan.objective, quantile=words), replace(plan.limit, words=words)
    return replace(plan, acts_on=acts_on, objective=promise, limit=limit)


class _Running:
    """A run from its opening lines to its exit code."""

    def __init__(
        self,
        options: Options,
        verification: RunSpec,
        clock: Clock,
        session: PublishingSession | None,
        holding: Holding,
        opening: list[str],
    ) -> None:
        self._options = options
        self._opening = opening
        self._session = session
        self._holding = holding
        self._v = verification
        self._clock = clock
        self._stop = StopRequest()
        self._progress = _progress(verification, clock)
        self._spectator = _spectator(self._progress) if run_output.is_live(options.log_format) else None

    def to_the_end(self) -> int:
        """Run, tell, and give the exit code. The system is held meanwhile."""
        toolkit = self._v.toolkit
        path = places.record_path(self._v.run_id)
        for line in (*self._opening, *self._holding.lines()):
            logger.info(line)
        run_output.notify_start(toolkit)
        record = Record(path, lambda: self._clock.monotonic() - self._progress.started, toolkit.redact)
        shown_to = self._progress if self._spectator else None

        def notice(text: str) -> None:
            record.note("event", text=text)
            logger.warning(text.capitalize())

        logs = Logs(toolkit.redact, shown_to, self._options.verbose, self._v.run_id)
        with signals_stop(self._stop, to_the_end=True), logs, forks_told(record.forked):
            packing = Packing(toolkit, self._session.where.as_dict() if self._session else None)
            guard = GuardianClient(helper.command(GUARDIAN_ENTRYPOINT, str(path)), packing, self._v.longest_s, notice)
            record.listener, toolkit.changed = guard.tell, guard.refresh
            ready: Ready = guard
            if self._session:  # then the first condition waits for its safeguards as well
                self._session.start(path, self._stop)
                ready = self._session.before_conditions(guard)
            run = VerificationRun(self._v, self._clock, record, self._stop, self._progress, ready)
            guard.pulse = run.pulse
            gc.collect()
            gc.freeze()  # what is here by now stays: looking through it again and again would hold up measurements
            with self._spectator.viewing() if self._spectator else nullcontext(), outlets.kept():
                run.play()
            code = self._tell(record, run)
            guard.goodbye()  # only now: a guardian reports a run that dies without it
            if self._session:  # last: what waits for a console keeps nothing else waiting
                known = self._session.page
                self._session.finish(wait_of(self._options.wait_publish, run.signal is not None))
                if self._spectator and not known:
                    self._spectator.show_page(self._session.page)
        _leave_within(LEAVING_S, code)
        return code

    def _tell(self, record: Record, run: VerificationRun) -> int:
        record.close()
        page = self._session.page if self._session else ""
        amend = run.amend if record.failure else lambda facts: facts
        recorded, insight, facts, failures = finish(record.path, amend, page)
        # Before the end is printed: whoever reads it may begin the next run at once.
        self._holding.end(proven=insight.restored is not False)
        say = self._spectator.show_end if self._spectator else run_output.tell
        say(insight, facts)
        run_output.notify_end(self._v.toolkit, recorded, insight)
        for failure in [*failures, *([record.failure] if record.failure else [])]:
            logger.error(failure)
        unrecorded = bool(failures or record.failure)
        refused = bool(self._session and self._session.refused)
        return exit_code(
            insight, signum=run.signal, strict=self._options.strict, unrecorded=unrecorded, refused=refused
        )


def _spectator(progress: Progress) -> "Spectator":
    from rtk.cli.spectator import Spectator

    return Spectator(progress)


def _progress(verification: RunSpec, clock: Clock) -> Progress:
    plan = verification.plan
    slots = sum(plan.slots(phase) for phase in ("baseline", "conditions", "recovery"))
    objective = plan.objective
    budget = (1 - objective.target) * objective.window_s if objective and objective.window_s else None
    return Progress(
        now=clock.monotonic,
        started=clock.monotonic(),
        title=verification.toolkit.title,
        planned=slots,
        threshold=verification.threshold,
        spent_per_deviation=plan.frequency_s / budget if budget else None,
    )


def _leave_within(seconds: float, code: int) -> None:
    """See to it that the process ends, whatever threads an extension has left behind."""

    def leave() -> None:
        outlets.flush()
        os._exit(code)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:  # at the limit of threads nobody could see to it later
        leave()
