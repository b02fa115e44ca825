"""The `rtk` command."""

import click

from rtk.cli.options import LazyGroup

_COMMANDS = {
    "experiment": ("rtk.cli.experiment:experiment", "Mend an experiment, or make it a verification."),
    "insight": ("rtk.cli.insight:insight", "Compute the insight of a run anew from what was kept."),
    "lab": ("rtk.cli.lab:lab", "AWS Systems Manager on your own machine, executing for real."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reliability-toolkit", prog_name="rtk")
def rtk() -> None:
    """The Reliability Toolkit: does what you promised your users still hold when things go wrong?"""


def main() -> None:
    """Run the command; the process exits with its code."""
    rtk(prog_name="rtk")
