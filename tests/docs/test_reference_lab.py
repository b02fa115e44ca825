"""The tutorial says all that the lab can do."""

import inspect
import json
import re
from importlib.resources import files
from typing import Any

from chaoscloud.actions import ssm
from rtk.lab.ssm import RunCommand
from tests.docs.pages import DOCS, blocks
from tests.docs.test_reference import section

NOTHING: Any = None
PAGE = DOCS / "tutorial" / "load-an-ec2-instance.md"
TOLD = section(PAGE.read_text(encoding="utf-8"), "What else the lab does")


def test_every_document_of_the_lab_is_named() -> None:
    for each in files("rtk.lab").joinpath("documents").iterdir():
        name, _, kind = each.name.rpartition(".")
        assert kind not in ("json", "yaml") or f"`{name}`" in TOLD, each.name


def test_every_call_of_run_command_is_named_and_no_other() -> None:
    (row,) = re.findall(r"^\| Systems Manager \|.*$", TOLD, re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", row)) - {"DescribeInstanceInformation"}  # of the instances
    assert named == set(RunCommand(NOTHING, NOTHING).operations()) - {"DescribeInstanceInformation"}


def test_the_policy_allows_what_the_activities_call_and_no_more() -> None:
    (policy,) = [json.loads(each.text) for each in blocks(PAGE) if each.language == "json" and "Statement" in each.text]
    allowed = [each["Action"] for each in policy["Statement"]]
    names = {name for each in allowed for name in ([each] if isinstance(each, str) else each)}
    called = set(re.findall(r'"((?:send|cancel|list|get|describe)_\w+)"', inspect.getsource(ssm))) - set(ssm.__all__)
    assert names == {f"ssm:{name.title().replace('_', '')}" for name in called | {"send_command"}}
