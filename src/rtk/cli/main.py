"""The `rtk` command."""

import click

from rtk.cli.options import LazyGroup

_COMMANDS = {
    "experiment": ("rtk.cli.experiment:experiment", "Mend an experiment, or make it a verification."),
    "up": ("rtk.cli.console:up", "Run the console."),
    "worker": ("rtk.cli.console:worker", "Do what consoles do by themselves, beside them."),
    "down": ("rtk.cli.console:down", "End the console."),
    "status": ("rtk.cli.console:status", "Tell how the console is."),
    "backup": ("rtk.cli.console:backup", "Write everything that the console holds into a file."),
    "restore": ("rtk.cli.console:restore", "Put a backup in the place of what the console holds."),
    "provision": ("rtk.cli.console:provision", "Make a user, organization, team and token without a browser."),
    "sign-in-link": ("rtk.cli.console:sign_in_link", "Print a link with which a user signs in without a password."),
    "users": ("rtk.cli.users:users", "Accounts of the console: list, disable, hand over, name administrators."),
    "demo": ("rtk.cli.demo:demo", "Play the tutorial from its first step to its insight."),
    "plan": ("rtk.cli.plan:plan", "Tell how long to measure to prove a target."),
    "insight": ("rtk.cli.insight:insight", "Compute the insight of a run anew from what was kept."),
    "standing": ("rtk.cli.standing:standing", "Tell how promises stand by all their runs together."),
    "freeze": ("rtk.cli.freeze:freeze", "Forbid a team's runs from now on, for a while."),
    "lab": ("rtk.cli.lab:lab", "AWS Systems Manager on your own machine, executing for real."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reliability-toolkit", prog_name="rtk")
def rtk() -> None:
    """The Reliability Toolkit: does what you promised your users still hold when things go wrong?"""


def main() -> None:
    """Run the command; the process exits with its code."""
    rtk(prog_name="rtk")
