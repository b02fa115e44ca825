"""The lab as one process, which `rtk lab up` starts with its settings as JSON."""

import fcntl
import itertools
import json
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from rtk import helper
from rtk.errors import BadInput, ToolkitError
from rtk.lab import belongings, homes, processes, seccomp, state
from rtk.lab.inside import InstanceSpec
from rtk.lab.instance import Instance, Unfit
from rtk.lab.state import Lab, Settings
from rtk.log import LogFormat

READY = "ready"


def main(arguments: list[str]) -> int:
    """Run a lab until SIGTERM or Ctrl-C. Prints "ready", or one sentence of what is wrong."""
    settings = Settings(**json.loads(arguments[0]))
    stop = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)  # in every thread, so that only `sigwait` sees them
    try:
        with (state.directory() / "lock").open("w") as file:
            try:  # before anything is touched: what lies there may be a running lab's
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BadInput("a lab is running already: 'rtk lab status' shows it, 'rtk lab down' stops it") from None
            try:
                with _fleet(settings) as fleet:
                    from rtk.lab.bounded_log import bounded_log  # noqa: PLC0415  instances are forked by now

                    # Before anybody can have anything logged.
                    with bounded_log(LogFormat(settings.log_format), state.directory() / state.LOG):
                        _answer(settings, fleet)
                        signal.sigwait(stop)
            finally:
                state.forget()
    except ToolkitError as problem:
        print(problem, flush=True)  # noqa: T201  what the starting command reads
        return problem.exit_code
    return 0


def command_line(settings: Settings) -> list[str]:
    """How to start this module as a process of its own."""
    return helper.command("rtk.lab.daemon", json.dumps(asdict(settings)))


@contextmanager
def _fleet(settings: Settings) -> Iterator[list[Instance]]:
    """The instances, begun while this process is small and has one thread, and ended with the lab."""
    if settings.isolated:
        homes.refuse_system_home()
    for port in (settings.port, *settings.web_ports):
        try:
            # Tried before anything is made, while it can be said in one sentence.
            socket.create_server(("127.0.0.1", port)).close()
        except OSError as problem:
            raise BadInput(
                f"port {port} cannot be used ({problem.strerror}): choose another with --port or --web-port"
            ) from None
    base = state.directory() / "instances"
    belongings.remove(base)
    fleet = [_instance(settings, base, place) for place in range(settings.instances)]
    seccomp.made()  # once, for all that are forked from here
    begun: list[Instance] = []
    try:
        for instance in fleet:
            # Before it begins: one that fails half way has to be closed, too.
            begun.append(instance)
            instance.begin()
        _load()  # meanwhile they begin
        try:
            for instance in fleet:
                instance.settle()
        except Unfit as problem:
            raise Unfit(
                f"this machine cannot give an instance its own namespaces ({problem}), so documents would see and"
                " change the machine's files, processes and network: if that is all right, use --no-isolation"
            ) from None
        yield fleet
    finally:
        for instance in begun:
            instance.close()


def _load() -> None:
    """Import what answers. Not above: it is large, and instances are forked before it, so that they are small."""
    from rtk.lab.protocol import model  # noqa: PLC0415  as the docstring says

    model()  # first: what it gives back is room for the rest
    for name in ("admission", "cloud", "endpoint", "library", "runner", "ssm", "ssm_documents"):
        import_module(f"rtk.lab.{name}")


def _instance(settings: Settings, base: Path, place: int) -> Instance:
    instance_id = f"i-0{secrets.token_hex(8)}"
    # Instances share CPUs only where they are to have more than there are.
    available = itertools.cycle(sorted(os.sched_getaffinity(0)))
    cpus = frozenset(itertools.islice(available, place * settings.cpus, (place + 1) * settings.cpus))
    room = InstanceSpec(
        instance_id=instance_id,
        hostname=f"ip-10-0-0-{place + 11}",
        address=f"10.0.0.{place + 11}",
        port=settings.web_port + place,
        directory=base / instance_id,
        cpus=cpus,
        work_s=settings.work_s,
        nice=settings.nice,
        isolated=settings.isolated,
    )
    tags = {"Name": f"web-{place + 1}", "role": "web", **settings.tags}
    return Instance(room, tags, settings.restart_after_s)


def _answer(settings: Settings, fleet: list[Instance]) -> None:
    # Loaded by now, and here for the sake of those who are forked.
    from rtk.lab.admission import Admission  # noqa: PLC0415
    from rtk.lab.cloud import Cloud  # noqa: PLC0415
    from rtk.lab.endpoint import Endpoint, serve  # noqa: PLC0415
    from rtk.lab.library import Library  # noqa: PLC0415
    from rtk.lab.runner import Runner  # noqa: PLC0415
    from rtk.lab.ssm import RunCommand  # noqa: PLC0415
    from rtk.lab.ssm_documents import Documents  # noqa: PLC0415

    instances = {instance.id: instance for instance in fleet}
    cloud = Cloud(instances, state.REGION)
    runner = Runner(instances, state.REGION, cloud.store)
    library = Library()
    run_command = RunCommand(runner, library, settings.invocation_delay_s)
    me, calls = processes.read(os.getpid()), seccomp.made()
    assert me is not None, "a process can read about itself"
    lab = Lab(
        pid=me.pid,
        started=me.started,
        port=settings.port,
        access_key=f"LAB{secrets.token_hex(8).upper()}",
        secret_key=secrets.token_hex(20),
        isolated=settings.isolated,
        instances=[{"id": one.id, "name": one.tags["Name"], "url": one.url, "tags": one.tags} for one in fleet],
        keepers=[one.keeper for one in fleet],
        unfiltered=calls if isinstance(calls, seccomp.Lacking) else None,
    )
    operations = {**run_command.operations(), **Documents(library).operations()}
    endpoint = Endpoint(operations, cloud, Admission(lab.access_key, cloud.issued), runner.status)
    server = serve(endpoint, settings.port)
    threading.Thread(target=server.serve_forever, name="endpoint", daemon=True).start()
    # Once it answers: whoever finds it written down calls it at once.
    state.write(lab)
    print(READY, flush=True)  # noqa: T201  what the starting command reads


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
