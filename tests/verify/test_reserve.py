"""What the undo keeps for itself is there when it is needed, and nothing else is ever closed."""

import os
from pathlib import Path

from rtk.verify.reserve import DescriptorReserve


def is_open(file: int) -> bool:
    try:
        os.fstat(file)
    except OSError:
        return False
    return True


def test_what_was_held_is_free_again() -> None:
    reserve = DescriptorReserve(3)
    held = list(reserve._held)
    assert all(map(is_open, held))
    reserve.free()
    reserve.free()
    assert not any(map(is_open, held))


def test_a_number_that_is_another_file_by_now_is_left_alone(tmp_path: Path) -> None:
    reserve = DescriptorReserve(2)
    gone, taken = reserve._held
    os.close(gone)
    other = os.open(tmp_path / "other", os.O_CREAT | os.O_RDWR)
    os.dup2(other, taken)
    reserve.free()
    assert is_open(taken)
    os.close(taken)
    if other != gone:
        os.close(other)
