"""The tutorial says all that the lab can do."""

import re
from importlib.resources import files
from typing import Any

from rtk.lab.ssm import RunCommand
from tests.docs.pages import DOCS
from tests.docs.test_reference import section

NOTHING: Any = None
TOLD = section((DOCS / "tutorial" / "load-an-ec2-instance.md").read_text(encoding="utf-8"), "What else the lab does")


def test_every_document_of_the_lab_is_named() -> None:
    for each in files("rtk.lab").joinpath("documents").iterdir():
        name, _, kind = each.name.rpartition(".")
        assert kind not in ("json", "yaml") or f"`{name}`" in TOLD, each.name


def test_every_call_of_run_command_is_named_and_no_other() -> None:
    (row,) = re.findall(r"^\| Systems Manager \|.*$", TOLD, re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", row)) - {"DescribeInstanceInformation"}  # of the instances
    assert named == set(RunCommand(NOTHING, NOTHING).operations()) - {"DescribeInstanceInformation"}
