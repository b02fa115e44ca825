"""`rtk demo`. Only declares: what plays it is imported when it is called."""

from importlib.util import find_spec

import click

from rtk.cli.options import Command
from rtk.errors import BadInput

_NEEDED = ("django", "moto")  # of the console and the lab, in which both begin only later


@click.command(cls=Command)
@click.option("--full", is_flag=True, help="The times as published: every 10 s for 5 min, a minute before and after.")
@click.option("--headless", is_flag=True, help="Open no browser.")
@click.option("--exit", "exit_", is_flag=True, help="End at once when the story is over, also on a terminal.")
@click.option("--keep", is_flag=True, help="Leave console and lab running; the next demonstration uses them.")
@click.option("--end", is_flag=True, help="End what --keep left, and do nothing else.")
@click.option("--data", metavar="DIR", help="Where all of it is; by default rtk-demo in the platform's place for data.")
def demo(full: bool, headless: bool, exit_: bool, keep: bool, end: bool, data: str | None) -> None:
    """Play the tutorial from its first step to its insight, by itself."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        from rtk import origin

        raise BadInput(f"the demonstration is not installed ({missing[0]} is missing); {origin.install_hint('all')}")
    from rtk.demo import story
    from rtk.demo.place import place_of

    if end:
        story.end(place_of(data))
        return
    raise SystemExit(story.play(place_of(data), story.asked(full=full, headless=headless, exit_=exit_, keep=keep)))
