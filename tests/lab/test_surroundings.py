"""What of an environment the lab begins with."""

from rtk.lab.surroundings import chosen


def test_what_a_program_needs_to_find_its_way_is_kept() -> None:
    needed = {"PATH": "/bin", "HOME": "/alice", "XDG_STATE_HOME": "/state", "LANG": "C.UTF-8", "LC_TIME": "C"}
    assert chosen(needed) == needed


def test_nothing_that_is_not_on_the_list_is_kept() -> None:
    others = ("AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "RTK_TOKEN", "GITHUB_TOKEN", "PGPASSWORD", "LD_PRELOAD", "path")
    assert chosen(dict.fromkeys(others, "x")) == {}
