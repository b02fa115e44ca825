"""`rtk plan`: how long to measure, computed without a console, an experiment or a network."""

import json

import click

from rtk.cli.options import SECONDS, SHARE, Command

USUAL_S = 5.0  # between measurements, where nobody says it


@click.command(cls=Command)
@click.option("--target", type=SHARE, required=True, help="The promised share of good measurements, such as 99%.")
@click.option(
    "--outage-lasts",
    type=SECONDS,
    help="How long an outage lasts on average; by default three measurements or 10 s, whichever is longer.",
)
@click.option(
    "--every",
    type=SECONDS,
    help="Measure once in this time; by default every 5 s, or as often as an outage lasts where that is shorter.",
)
@click.option("--for", "lasting", type=SECONDS, help="Measure for this time: also tell what such a plan can show.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def plan(target: float, outage_lasts: float | None, every: float | None, lasting: float | None, as_json: bool) -> None:
    """Tell how long to measure to prove a target, and what a plan can show."""
    from rtk.experiment.block import Overrides, plan_of
    from rtk.insight.plan_limits import SHORTEST_S
    from rtk.insight.requirement import requirement
    from rtk.report.requirement import lines

    often = max(SHORTEST_S, min(USUAL_S, outage_lasts or USUAL_S)) if every is None else every
    asked = Overrides(every_s=often, for_s=lasting or 0.0, target=target, outage_lasts_s=outage_lasts)
    made = plan_of({}, asked)
    slots = None if lasting is None else made.slots("conditions")
    found = requirement(target, made.frequency_s, made.outage_lasts_s, slots)
    click.echo(json.dumps(found.as_dict(), indent=2) if as_json else "\n".join(lines(found, made)))
