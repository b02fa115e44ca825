"""Short slices are a wish of the thread that asks, and of nobody else."""

import ctypes
import platform
import struct
import subprocess
import sys
import threading

import pytest

from rtk.slices import SLICE_NS, ask_for_short_slices

GETATTR = {"x86_64": 315, "aarch64": 275}


def slice_ns() -> int:
    """The slice of the calling thread, as the kernel has it."""
    held = ctypes.create_string_buffer(56)
    assert ctypes.CDLL(None).syscall(ctypes.c_long(GETATTR[platform.machine()]), 0, held, 56, 0) == 0
    return int(struct.unpack("=IIQiIQQQII", held.raw)[5])


@pytest.mark.skipif(platform.machine() not in GETATTR, reason="the number of the system call is not known here")
def test_only_the_thread_that_asks_has_short_slices() -> None:
    usual, found = slice_ns(), list[int]()

    def ask() -> None:
        ask_for_short_slices()
        found.append(slice_ns())
        code = "from tests.test_slices import slice_ns; print(slice_ns())"
        child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        found.append(int(child.stdout))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    asked, child = found
    assert slice_ns() == usual
    if asked == usual:
        pytest.skip("this kernel knows no such wish")
    assert asked == SLICE_NS
    assert child != SLICE_NS, "what the thread starts has the usual slice again"
