"""`rtk lab top`: each instance's CPU, memory, processes and commands as they change."""

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from rtk.figures import share
from rtk.report.terminal import terminal
from rtk.report.text import plain

ROWS = 8
# CPU is told between two looks: the first two stand close together, so that something shows soon.
FIRST_LOOK_S = 0.5


def show(look: Callable[[], dict[str, Any]], every_s: float, *, once: bool, console: Console | None = None) -> None:
    """Draw what `look` gives (the lab's status) again and again, or once."""
    before, at = look(), time.monotonic()
    time.sleep(min(every_s, FIRST_LOOK_S))
    with Live(console=console or terminal(), auto_refresh=False) as live:
        while True:
            after, now = look(), time.monotonic()
            live.update(picture(before, after, now - at), refresh=True)
            before, at = after, now
            if once:
                return
            time.sleep(every_s)


def picture(before: dict[str, Any], after: dict[str, Any], seconds: float) -> Group:
    """What changed between two looks, `seconds` apart; CPU is a share of what the instance may use."""
    used = {one["pid"]: one["cpu_s"] for each in before["instances"] for one in each["processes"]}
    pictures = []
    for one in after["instances"]:
        shares = {each["pid"]: (each["cpu_s"] - used.get(each["pid"], 0.0)) / seconds for each in one["processes"]}
        total = min(1.0, sum(shares.values()) / one["cpus"])
        memory = sum(each["resident"] for each in one["processes"]) / 2**20
        under_way = ", ".join(f"{plain(each['document'])} ({each['status']})" for each in one["commands"]) or "none"
        bar = "|" * round(total * 40)
        head = Text(f"{plain(one['name'])} {one['id']} {one['state']}\nCPU [{bar:<40}] {share(round(total, 2)):>5}  ")
        head.append(f"memory {memory:.0f} MiB  processes {len(shares)}  commands: {under_way}")
        table = Table("PID", "CPU %", "MiB", "S", "Process", box=None, padding=(0, 2))
        busiest = sorted(one["processes"], key=lambda each: -shares[each["pid"]])
        for each in busiest[:ROWS]:
            used_share, mebibytes = share(round(shares[each["pid"]], 2)), f"{each['resident'] / 2**20:.0f}"
            row = (each["pid"], used_share, mebibytes, each["state"], plain(each["name"]))
            table.add_row(*(Text(str(cell)) for cell in row))  # names are the instance's own, and no markup
        pictures.append(Group(head, table, Text()))
    return Group(*pictures)
