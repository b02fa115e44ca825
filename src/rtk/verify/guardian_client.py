"""The run's side of its guardian: start it, tell it all it needs, notice its death, say goodbye."""

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from rtk import helper
from rtk.errors import ToolkitError
from rtk.figures import chosen_duration
from rtk.verify import descriptor, guardian_process, processes
from rtk.verify.pulse import Pulse

READY_S = 10.0
BEAT_S = 1.0
STUCK_BEATS = 60  # so many beats without progress within a phase: counted, since a pause of the process is none
REPLACED = "the guardian died; another one has taken its place"
LACKING = "the guardian died and no other could be started: until one starts, nothing undoes the run if it is killed"

Estate = Callable[[], bytes]
Notice = Callable[[str], None]


class Stuck:
    """Whether a run makes no progress, told beat by beat."""

    def __init__(self) -> None:
        self._seen: Pulse | None = None
        self._beats = 0

    def beat(self, pulse: Pulse | None) -> bool:
        """Return whether this beat is one too many; `pulse` is None where no progress is expected."""
        self._beats = self._beats + 1 if pulse is not None and pulse == self._seen else 0
        self._seen = pulse
        return pulse is not None and self._beats * BEAT_S >= STUCK_BEATS * BEAT_S + pulse.patience_s


class CannotGuard(ToolkitError):
    """The guardian did not come up, so no condition may be applied."""


class GuardianProcess:
    """A guardian's process, with the pipes to it and from it."""

    def __init__(self, undo: list[str], longest_s: float) -> None:
        """Start it; `undo` is the command that it runs after a death. Raises `OSError`."""
        # Without the run's mark: whoever ends what the run left behind must not end its guardian.
        environ = {key: value for key, value in os.environ.items() if key != processes.MARKER}
        script = str(Path(guardian_process.__file__).absolute())
        command = [*helper.python("-S"), script, str(os.getpid()), str(longest_s), "--", *undo]
        with ExitStack() as theirs, ExitStack() as ours:
            stdin, self._in = os.pipe()
            theirs.callback(os.close, stdin)
            ours.callback(os.close, self._in)
            self._out, stdout = os.pipe()
            theirs.callback(os.close, stdout)
            ours.callback(os.close, self._out)
            self.process = subprocess.Popen(command, stdin=stdin, stdout=stdout, start_new_session=True, env=environ)
            ours.pop_all()
        self._files = (descriptor.file_of(self._in), descriptor.file_of(self._out))
        os.set_blocking(self._in, False)  # a guardian that reads nothing must not hold up its run
        self._is_ready = False

    def send(self, data: bytes) -> None:
        """Write to it. Raises `OSError` when it is gone or takes nothing for ten seconds."""
        poll = select.poll()
        while data:
            # What it is sent holds secrets: none may go to whoever has the number of a pipe that an activity closed.
            if not descriptor.is_still(self._in, self._files[0]):
                raise BrokenPipeError("the guardian is gone")
            poll.register(self._in, select.POLLOUT)
            if not poll.poll(READY_S * 1000):
                raise BrokenPipeError("the guardian reads nothing")
            with suppress(BlockingIOError):
                data = data[os.write(self._in, data) :]

    def is_ready(self) -> bool:
        """Wait until it is ready; false when it is not in time."""
        if not self._is_ready and descriptor.is_still(self._out, self._files[1]):
            poll = select.poll()  # select itself knows no number above 1,023
            poll.register(self._out, select.POLLIN)
            self._is_ready = bool(poll.poll(READY_S * 1000)) and os.read(self._out, 64) == guardian_process.READY
        return self._is_ready

    def is_gone(self) -> bool:
        """Return whether its process has ended."""
        return self.process.poll() is not None

    def leave(self, patience_s: float = 0.0) -> None:
        """Let go of it: see it end for so long (seconds), then see to it."""
        for number, file in zip((self._in, self._out), self._files, strict=True):
            descriptor.close(number, file)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience_s)
        if self.process.returncode is None and not patience_s:
            self.process.kill()
            self.process.wait()


class GuardianClient:
    """Guardians for this process, one at a time. The first starts early, to be ready when a condition is due."""

    def __init__(self, undo: list[str], estate: Estate, max_duration_s: float, notice: Notice = lambda _: None) -> None:
        """`undo` is the command that a guardian runs after a death; `estate` makes what that needs, as it is now.

        What it needs holds secrets: it goes over a pipe only, never to the disk. `notice` is called, from any thread,
        with a sentence about a guardian that died. Raises `CannotGuard`.
        """
        self._undo = undo
        self._estate = estate
        self._ends = time.monotonic() + max_duration_s
        self._notice = notice
        self._lock = threading.Lock()
        self._news: list[bytes] = []
        self._sent: bytes | None = None
        self.pulse: Callable[[], Pulse | None] = lambda: None  # changes while the run makes progress
        self._over = threading.Event()
        self._lacks = False
        try:
            self._guardian = self._another()
            threading.Thread(target=self._beat, name="rtk-guard", daemon=True).start()
        except (OSError, RuntimeError) as error:
            raise CannotGuard(
                f"no guardian could be started, so nothing would undo the run after a crash: {error}"
            ) from None

    def _another(self) -> GuardianProcess:
        return GuardianProcess(self._undo, max(0.0, self._ends - time.monotonic()))

    @property
    def pid(self) -> int:
        """The guardian's process id."""
        return self._guardian.process.pid

    def ready(self) -> None:
        """Wait until one is ready. Raises `CannotGuard` when none is in time."""
        self._say()
        with self._lock:
            is_ready = self._guardian.is_ready() and not self._guardian.is_gone()
        if not is_ready:
            raise CannotGuard(
                f"the guardian did not become ready within {chosen_duration(READY_S)}, "
                "so nothing would undo the run after a crash"
            )

    def tell(self, line: bytes) -> None:
        """Hand on a line of the record. It is known to the guardian when this returns, if there is one at all."""
        self._say(guardian_process.message(guardian_process.NEWS, line))

    def refresh(self) -> None:
        """Hand on what has changed of what the undo needs."""
        self._say()

    def goodbye(self) -> None:
        """Tell it that the run has ended in order, and see it go."""
        self._over.set()  # first, or the next beat would take the guardian that leaves for one that died
        with self._lock:
            try:
                self._guardian.send(guardian_process.message(guardian_process.GOODBYE))
                self._guardian.leave(READY_S)
            except OSError:  # one that cannot be told must not take this end for a death
                self._guardian.leave()

    def _beat(self) -> None:
        self._say()
        stuck = Stuck()
        while not self._over.wait(BEAT_S):
            if stuck.beat(self.pulse()):
                os.kill(os.getpid(), signal.SIGKILL)  # the guardian then undoes what this process no longer can
            self._say(guardian_process.message(guardian_process.HEARTBEAT), keeps=False)

    def _say(self, said: bytes = b"", keeps: bool = True) -> None:
        """Send what has changed of the estate, then this; to another guardian, with all there is, if this one died."""
        notice = None
        with self._lock:
            if self._over.is_set():
                return
            # A heartbeat is nothing that another guardian would have to be told.
            if keeps and said:
                self._news.append(said)
            estate = self._estate()
            changed = b"" if estate == self._sent else guardian_process.message(guardian_process.KEEP, estate)
            self._sent = estate
            try:
                self._guardian.send(changed + said)
                if self._guardian.is_gone():
                    raise BrokenPipeError("the guardian is gone")
            except OSError:
                self._guardian.leave()
                lacked, self._lacks = self._lacks, True
                with suppress(OSError):
                    self._guardian = self._another()
                    everything = guardian_process.message(guardian_process.KEEP, estate) + b"".join(self._news)
                    self._guardian.send(everything)
                    self._lacks = not self._guardian.is_ready()
                if not self._lacks:
                    notice = REPLACED
                elif not lacked:  # said once, and not at each beat that finds none
                    notice = LACKING
        # Outside the lock: it goes to the record, whose lines come back here by `tell`.
        if notice:
            self._notice(notice)


def longest(max_duration_s: float | None, planned_s: float) -> float:
    """How long a run may take (seconds): as told, else its planned time twice and ten minutes."""
    return max_duration_s if max_duration_s is not None else 2 * planned_s + 600.0
