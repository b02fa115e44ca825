"""A probe and when it is met, harmless for any report and any page."""

from collections.abc import Mapping
from typing import Any

from rtk.experiment import sentence
from rtk.report.text import plain


def met_when(probe: Mapping[str, Any]) -> str:
    """When a probe is met, "met when it exits with 0", or why it never is."""
    return plain(sentence.met_when(probe))


def measured(probe: Mapping[str, Any]) -> str:
    """A probe's name, and when it is met."""
    return f"{plain(probe.get('name') or probe.get('ref') or 'a probe without a name', 160)}, {met_when(probe)}"
