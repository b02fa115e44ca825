"""The list of system calls, loaded by a process of its own that then makes each of them."""

import ctypes
import errno
import os
import socket
from collections.abc import Callable

import pytest

from rtk.lab import kernel, privileges, seccomp
from rtk.lab.seccomp import Lacking, List

libc = ctypes.CDLL(None, use_errno=True)


@pytest.fixture(scope="module")
def calls() -> List:
    made = seccomp.made()
    if isinstance(made, Lacking):
        pytest.skip(seccomp.SENTENCES[made])
    return made


def held(calls: List, attempt: Callable[[], int]) -> int:
    """What an attempt returns in a process that is held to the list."""
    pid = os.fork()
    if pid == 0:
        code = 255
        try:
            privileges.refuse_new()
            calls.load()
            code = attempt()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def error_of(number: int, *arguments: int) -> int:
    """The errno of a system call; 0 where it succeeds."""
    ctypes.set_errno(0)
    libc.syscall(ctypes.c_long(number), *(ctypes.c_long(one) for one in (*arguments, 0, 0, 0, 0, 0)))
    return ctypes.get_errno()


def test_each_of_them_is_refused(calls: List) -> None:
    refused = calls.refused()
    assert {"mount", "umount2", "setns", "ptrace", "pivot_root", "bpf", "keyctl", "reboot"} <= set(refused)
    for name, number in refused.items():
        assert held(calls, lambda number=number: error_of(number)) == errno.EPERM, name  # type: ignore[misc]


@pytest.mark.parametrize("flag", [kernel.NEW_USERS, kernel.NEW_MOUNTS, kernel.NEW_NETWORK, 0x02000000, 0x80])
def test_no_namespace_can_be_left(calls: List, flag: int) -> None:
    def attempt() -> int:
        try:
            kernel.call("unshare", flag | 0x400)  # and CLONE_FILES, so that it is not looked for alone
        except OSError as problem:
            return problem.errno or 0
        return 0

    assert held(calls, attempt) == errno.EPERM


@pytest.mark.parametrize("family", [seccomp.FAMILIES[0], seccomp.FAMILIES[1]])
def test_no_socket_leads_past_the_network_namespace(calls: List, family: int) -> None:
    def attempt() -> int:
        try:
            socket.socket(family, socket.SOCK_STREAM)
        except OSError as problem:
            return problem.errno or 0
        return 0

    assert held(calls, attempt) == errno.EAFNOSUPPORT


def test_what_scripts_do_goes_on(calls: List) -> None:
    def attempt() -> int:
        with socket.create_server(("127.0.0.1", 0)):
            return os.system("true | cat; (sleep 0 & wait)")

    assert held(calls, attempt) == 0


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "LIBRARY", "libno-such-library.so.2")
    assert seccomp.made.__wrapped__() is Lacking.LIBRARY


def test_without_a_kernel_that_takes_it_it_says_so(calls: List, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kernel.filters_calls()
    monkeypatch.setattr(kernel, "filters_calls", lambda: False)
    assert seccomp.made.__wrapped__() is Lacking.KERNEL
