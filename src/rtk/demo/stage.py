"""The stage: commands that are run to their end, the console and the lab that they bring up."""

import shutil
import signal
import socket
import subprocess

from rtk.demo.commands import EMAIL, Commands
from rtk.demo.interrupted import Hearing, Interrupted
from rtk.demo.keeper import Keeper
from rtk.demo.step_printer import StepPrinter, said
from rtk.errors import ToolkitError
from rtk.lab import state
from rtk.lab.instance import Unfit


class StepFailed(ToolkitError):
    """A command of the demonstration did not do what it should: its last words, and its exit code."""

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


class Stage:
    """Has the console and the lab. Whatever is begun here the keeper ends."""

    def __init__(self, commands: Commands, keeper: Keeper, hearing: Hearing, telling: StepPrinter) -> None:
        self._commands, self._keeper, self._hearing, self.telling = commands, keeper, hearing, telling
        self.report = commands.place.report

    def console(self) -> str:
        """Bring the console up, unless a kept one is there; its address."""
        told = self._commands.place.console.told()
        if not told:
            self._said(self._commands.up())
            told = self._commands.place.console.told()
        self.telling.line(f"It answers at {told['url']}")
        return str(told["url"])

    def token(self) -> str:
        """Make the people, unless they are there; the token."""
        self._said(self._commands.provision())
        self.telling.line(f"The token of {EMAIL} is in {self._commands.place.token}")
        return self._commands.place.token.read_text().strip()

    def lab(self, server: tuple[str, ...] = ()) -> None:
        """Bring the lab up, with options about its web server, unless a kept one is there."""
        if self._commands.lab() is None:
            ports = free_ports()
            try:
                self._said(self._commands.lab_up(*ports, *server))
            except StepFailed as failed:
                if failed.exit_code != Unfit.exit_code:
                    raise
                self.telling.line("No namespaces can be had here: the instance is not isolated from this machine.")
                self._said(self._commands.lab_up(*ports, *server, "--no-isolation"))
        (instance,) = state.need().instances
        self.telling.line(f"Instance {instance['id']} serves {instance['url']}")
        if not shutil.which("stress-ng", path=self._commands.environ["PATH"]):
            self.telling.line("stress-ng is not installed, so the load will be made by a shell.")

    def sign_in_link(self, to: str) -> str:
        """A link with which a browser is signed in to the console, and then at a page."""
        return self._quietly(self._commands.sign_in_link(to)).strip()

    def another_link(self) -> str:
        """How one gets such a link by hand."""
        words = self._commands.sign_in_link("/")
        return f"Another link to sign in by: {said(words)}"

    def _said(self, command: list[str]) -> str:
        self.telling.command(command)
        return self._quietly(command)

    def _quietly(self, command: list[str]) -> str:
        """What a command prints. It is let come to its end, also when we are told to end meanwhile."""
        with self._hearing.later():
            process = subprocess.Popen(
                command,
                env=self._commands.environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                process_group=0,  # Ctrl-C is for us
            )
            self._keeper.told("wait", process.pid)
            out, err = process.communicate()
        if process.returncode:
            *_, last = ["", *(err or out).strip().splitlines()]
            sentence = last.partition(": ")[2]
            raise StepFailed(sentence or f"{command[0]} ended with {process.returncode}", process.returncode)
        return out

    def run(self, address: str, **variables: str) -> int:
        """Play the run, its view on our terminal; its exit code. Told to end, it undoes what it did first."""
        command = self._commands.verify(address)
        environ = {**self._commands.environ, **variables}
        with self._hearing.later():  # by a group of its own, Ctrl-C is for us
            process = subprocess.Popen(command, env=environ, cwd=self._commands.place.path, process_group=0)
            self._keeper.told("run", process.pid)
        told: Interrupted | None = None
        while True:
            try:
                code = process.wait()
                break
            except Interrupted as interrupted:
                told = interrupted
                process.send_signal(signal.SIGINT if told.number == signal.SIGINT else signal.SIGTERM)
        if told is not None:
            raise told
        return code


def free_ports() -> tuple[int, int]:
    """Two ports that nobody listens on."""
    # Both are had at once: the second could else be the first again.
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return int(one.getsockname()[1]), int(other.getsockname()[1])
