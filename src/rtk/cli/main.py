"""The `rtk` command."""

import click

from rtk.cli.options import LazyGroup

_DECLARED = {
    "experiment": ("experiment:experiment", "Mend an experiment, or make it a verification."),
    "up": ("console:up", "Run the console."),
    "worker": ("console:worker", "Do what consoles do by themselves, beside them."),
    "down": ("console:down", "End the console."),
    "status": ("console:status", "Tell how the console is."),
    "backup": ("console:backup", "Write everything that the console holds into a file."),
    "restore": ("console:restore", "Put a backup in the place of what the console holds."),
    "provision": ("console:provision", "Make a user, organization, team and token without a browser."),
    "sign-in-link": ("console:sign_in_link", "Print a link with which a user signs in without a password."),
    "users": ("users:users", "Accounts of the console: list, disable, hand over, name administrators."),
    "demo": ("demo:demo", "Play the tutorial from its first step to its insight."),
    "plan": ("plan:plan", "Tell how long to measure to prove a target."),
    "insight": ("insight:insight", "Compute the insight of a run anew from what was kept."),
    "standing": ("standing:standing", "Tell how promises stand by all their runs together."),
    "freeze": ("freeze:freeze", "Forbid a team's runs from now on, for a while."),
    "lab": ("lab:lab", "AWS Systems Manager on your own machine, executing for real."),
}
_COMMANDS = {name: (f"rtk.cli.commands.{place}", told) for name, (place, told) in _DECLARED.items()}


@click.group(cls=LazyGroup, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reliability-toolkit", prog_name="rtk")
def rtk() -> None:
    """The Reliability Toolkit: does what you promised your users still hold when things go wrong?"""


def main() -> None:
    """Run the command; the process exits with its code."""
    rtk(prog_name="rtk")
