"""`rtk insight`: the insight of a run anew, from its journal or its record."""

from pathlib import Path

import click

from rtk.cli.options import REPORT, Command


@click.command(cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Print the insight as JSON.")
@REPORT
@click.argument("path", type=click.Path(path_type=Path), metavar="JOURNAL|RECORD")
def insight(path: Path, as_json: bool, report: tuple[str, ...]) -> None:
    """Compute the insight of a run anew from its journal or its run record, and tell it."""
    from rtk.insight.insight import insight as insight_of
    from rtk.report.screen import screen
    from rtk.report.terminal import terminal
    from rtk.report.write import as_json as json_of
    from rtk.report.write import write
    from rtk.verify.kept import facts_in

    facts = facts_in(path)
    found = insight_of(facts)
    for each in report:
        write(each, found, facts)
    if as_json:
        click.echo(json_of(found, facts), nl=False)
    else:
        terminal().print(screen(found, facts))
