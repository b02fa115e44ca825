"""`rtk experiment`: mend an experiment, or make it a verification."""

import json
from pathlib import Path
from typing import Any

import click
import yaml

from rtk.cli.options import SECONDS, SHARE, Group
from rtk.errors import BadInput
from rtk.experiment import read as reading
from rtk.experiment.block import Overrides, plan_of
from rtk.experiment.mend import Mended
from rtk.experiment.source import form_of, read, read_file
from rtk.experiment.upgrade import upgrade as upgraded
from rtk.experiment.wording import argument, listed
from rtk.experiment.write import replace
from rtk.printable import hanging
from rtk.report.conclusion import conclusion_of

_BOM = b"\xef\xbb\xbf"  # editors on Windows begin a file with it
_OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=Group)
def experiment() -> None:
    """Mend an experiment, or make it a verification."""


@experiment.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=_OUTPUT, help="Write the mended text there instead of into FILE.")
@click.option("--check", is_flag=True, help="Only tell whether FILE needs mending: exit code 1 if so.")
def mend(file: Path, output: Path | None, check: bool) -> None:
    """Make one space of each raw line break inside a text of a JSON FILE.

    Strict JSON forbids them and `chaos run` refuses them. Nothing else in the file changes.
    """
    data = read_file(file)
    mended = _mended(data, file)
    spans = mended.lines() if mended else ()
    told = listed(f"line {a}" if a == b else f"lines {a} to {b}" for a, b in spans)
    if check:
        click.echo(f"{file}: {f'needs mending, {told}' if told else 'needs no mending'}")
        raise SystemExit(1 if told else 0)
    if mended and (told or output):
        replace(output or file, (_BOM if data.startswith(_BOM) else b"") + mended.text.encode())
    elif output:
        replace(output, data)
    click.echo(f"{output or file}: {f'mended, {told}' if told else 'nothing to mend'}")


@experiment.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--target", type=SHARE, help="What is promised, such as 95%.")
@click.option("--quantile", help="A quantile of the value in place of a target, such as 'p95 <= 300ms'.")
@click.option("--window", type=SECONDS, required=True, help="The time the promise is for, such as 1d.")
@click.option("--every", type=SECONDS, required=True, help="The time between measurements, such as 10s.")
@click.option("--for", "for_", type=SECONDS, required=True, help="How long to measure, such as 5m.")
@click.option("--warm-up", type=SECONDS, help="How long to measure before the method, such as 1m.")
@click.option("--cool-down", type=SECONDS, help="How long to measure after the rollbacks, such as 1m.")
@click.option("--outage-lasts", type=SECONDS, help="How long an outage lasts on average, such as 30s.")
@click.option("--occurs", help="How often the conditions are expected, and for how long, such as 2/30d,20m.")
@click.option("--strict-cost", is_flag=True, help="A run exits with 2 when that costs more than its allowance.")
@click.option("--require-baseline", is_flag=True, help="Apply no condition where the baseline is broken already.")
@click.option("--stop-when", type=click.Choice(["decided"]), help="Stop as soon as the run fails whatever comes.")
@click.option("--name", default="", help="The objective's name; without it the hypothesis' title.")
@click.option("--replace", "again", is_flag=True, help="Replace the numbers of FILE if it is a verification.")
@click.option("-o", "--output", type=_OUTPUT, required=True, help="Where to write the verification.")
def upgrade(file: Path, output: Path, name: str, again: bool, quantile: str | None, **options: Any) -> None:
    """Make the experiment in FILE a verification; everything else in it stays as it is."""
    if quantile is None and options["target"] is None:
        raise click.UsageError("Missing option '--target' (or '--quantile').")
    source = read(str(file))
    for warning in source.warnings:
        click.echo(hanging(f"warning: {warning}"), err=True)
    numbers = Overrides(
        every_s=options["every"],
        for_s=options["for_"],
        warm_up_s=options["warm_up"],
        cool_down_s=options["cool_down"],
        target=options["target"],
        window_s=options["window"],
        outage_lasts_s=options["outage_lasts"],
        occurs=options["occurs"],
        strict_cost=options["strict_cost"],
        quantile=quantile,
        require_baseline=options["require_baseline"],
        decided=options["stop_when"] is not None,
    )
    document = upgraded(source.document, numbers, name=name, replace=again)
    replace(output, _text(document, output, file).encode())
    click.echo(f"{output}: a verification now; see its plan with `chaos verify --dry {argument(output)}`")
    conclusion = conclusion_of(plan_of(document), document)
    if conclusion.doubt:
        click.echo(conclusion.sentence(), err=True)


def _mended(data: bytes, file: Path) -> Mended | None:
    """How a JSON file is mended; None for YAML, in which line breaks are allowed. Raises `BadInput`."""
    where = str(file)
    text = reading.decode(data, where)
    form = form_of(where) or ("json" if text.lstrip()[:1] == "{" else "yaml")
    if form == "yaml":
        reading.document(data, where, form)  # only to hear what is wrong with it
        return None
    value, mended, _ = reading.mended_json(text, where)
    if not isinstance(value, dict):
        raise BadInput(f"{where}: expected an experiment, a mapping")
    return mended


def _text(document: dict[str, Any], output: Path, file: Path) -> str:
    """The text of a verification; of a YAML file with all else in it as it was."""
    if form_of(str(output)) != "yaml":
        return json.dumps(document, indent=4, ensure_ascii=False) + "\n"
    if form_of(str(file)) == "yaml":
        from rtk.experiment.roundtrip import upgraded_text

        data = read_file(file)
        text = upgraded_text(reading.decode(data, str(file)), document)
        if text is not None:
            return ("\ufeff" if data.startswith(_BOM) else "") + text
        click.echo(f"warning: {file} is rewritten without its comments", err=True)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
