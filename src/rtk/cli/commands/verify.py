"""`chaos verify`, as a plugin of the `chaos` command. Only declares: the work is imported when it is called."""

from typing import Any

import click

from rtk.cli.options import REPORT, SECONDS, SHARE, Command


def _variables(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> dict[str, Any]:
    from chaoslib import convert_vars  # `chaos --help` must not pay for it

    try:
        return dict(convert_vars(value))
    except ValueError as error:
        raise click.BadParameter(f"{error}; expected key=value or key:type=value") from None


@click.command(cls=Command)
@click.option("--every", type=SECONDS, help="Measure once in this time, such as 10s.")
@click.option("--for", "for_", type=SECONDS, help="Measure under the conditions for this time, such as 5m.")
@click.option("--warm-up", type=SECONDS, help="Measure a baseline for this time before the method.")
@click.option("--cool-down", type=SECONDS, help="Measure the recovery for this time after the rollbacks.")
@click.option("--target", type=SHARE, help="The objective's target, such as 95%.")
@click.option("--quantile", help="A quantile of the value in place of a target, such as 'p95 <= 300ms'.")
@click.option("--window", type=SECONDS, help="The objective's window, such as 1d.")
@click.option("--outage-lasts", type=SECONDS, help="How long an outage lasts on average, such as 30s.")
@click.option("--occurs", help="How often the conditions are expected, and for how long, such as 2/30d,20m.")
@click.option("--require-baseline", is_flag=True, help="Apply no condition where the baseline is broken already.")
@click.option("--stop-when", type=click.Choice(["decided"]), help="Stop as soon as the run fails whatever comes.")
@click.option("--var", multiple=True, callback=_variables, help="A configuration value: key=value or key:type=value.")
@click.option(
    "--var-file",
    multiple=True,
    type=click.Path(exists=True),
    help="A file of configuration and secret values: JSON, YAML or .env.",
)
@click.option("--journal-path", default="./journal.json", show_default=True, help="Where to save the journal.")
@REPORT
@click.option(
    "--rollback-strategy",
    type=click.Choice(["default", "always", "never", "deviated"]),
    help="When to play the rollbacks; always, unless the experiment or the settings say otherwise.",
)
@click.option("--control-file", multiple=True, type=click.Path(exists=True), help="A file of controls to load.")
@click.option("--max-duration", type=SECONDS, help="End a run that takes longer; by default twice as planned and 10m.")
@click.option("--acts-on", help="The system that no other run may act on meanwhile; by default found from the actions.")
@click.option(
    "--wait", type=SECONDS, help="How long to wait for another run on the same system; by default not at all."
)
@click.option("--alongside", is_flag=True, help="Run beside another run on the same system; both insights say so.")
@click.option("--strict", is_flag=True, help="Exit 3 when the verdict is inconclusive.")
@click.option("--strict-cost", is_flag=True, help="Exit 2 when what is expected costs more than its allowance.")
@click.option("--dry", is_flag=True, help="Show what would be done and what it can prove; do nothing.")
@click.option("--yes", is_flag=True, help="Run SOURCE without asking, whichever host it is from.")
@click.option("--no-validation", is_flag=True, help="Do not validate the experiment before running it.")
@click.option("--no-verify-tls", is_flag=True, help="Do not verify TLS certificates when fetching SOURCE.")
@click.option("--no-publish", is_flag=True, help="Publish nothing of this run to a console.")
@click.option(
    "--wait-publish",
    type=SECONDS,
    help="How long to wait at the end for what is still to be published; by default 2s, and 30s where CI is set.",
)
@click.argument("source")
@click.pass_context
def verify(ctx: click.Context, /, **options: Any) -> None:
    """Verify that an objective holds under the conditions of SOURCE, a JSON or YAML file or an http(s) URL.

    The steady state is measured at a fixed frequency while the method is played; then everything is undone and
    the verdict is told with its certainty.
    """
    from rtk.cli.verification import verifying
    from rtk.cli.verify_options import Options  # `chaos --help` must not pay for it

    root = ctx.find_root().params
    settings_path = (ctx.obj or {}).get("settings_path")
    shared: dict[str, Any] = {
        "settings_path": settings_path,
        "verbose": bool(root.get("verbose")),
        "log_format": root.get("log_format"),
    }
    ctx.exit(verifying(Options(**options, **shared)))
