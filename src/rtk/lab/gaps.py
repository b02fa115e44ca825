"""What documents need to shape traffic and this machine does not have, so that they fail saying that.

A document asks for `tc` and `iptables` in many ways, and many of them swallow what went wrong. Where something is
missing, the instance has a stand-in of that name, which says in one sentence what it is and ends the script.
"""

import shutil
from enum import StrEnum
from pathlib import Path

from rtk.lab import netlink


class Gap(StrEnum):
    """What is missing."""

    TC = "tc"
    NETEM = "netem"
    IPTABLES = "iptables"
    TABLES = "tables"


SENTENCES = {
    Gap.TC: "tc is not installed on this machine (iproute2), so nothing can shape the traffic of an instance.",
    Gap.NETEM: "The kernel of this machine lacks netem (sch_netem), so nothing can delay or lose packets.",
    Gap.IPTABLES: "iptables is not installed on this machine, so nothing can drop the traffic of an instance.",
    Gap.TABLES: "The kernel of this machine lacks iptables (ip_tables or nf_tables), so nothing can drop traffic.",
}
_OF = {"tc": (Gap.TC, Gap.NETEM), "iptables": (Gap.IPTABLES, Gap.TABLES)}
_LEGACY = Path("/proc/net/ip_tables_names")
# Many documents go on after a tool has failed, wait, and succeed. So who asked to change something is ended.
_END = """case " $* " in
  *" add "*|*" change "*|*" replace "*) kill -KILL 0 ;;
  *" -A "*|*" -I "*|*" -N "*|*" --append "*|*" --insert "*|*" --new-chain "*) kill -KILL 0 ;;
esac
"""
_ABSENT = f'#!/bin/sh\necho "{{sentence}}" >&2\n{_END}exit 127\n'
_UNABLE = f"""#!/bin/sh
{{real}} "$@"
code=$?
case "$code $*" in
  0*) exit 0 ;;
  *{{word}}*) echo "{{sentence}}" >&2 ;;
  *) exit $code ;;
esac
{_END}exit $code
"""
_WORDS = {Gap.NETEM: "netem", Gap.TABLES: ""}


def found(path: str) -> set[Gap]:
    """Return what is missing here: programs by this search path, and of the kernel of this network."""
    gaps = {gap for name, (gap, _) in _OF.items() if shutil.which(name, path=path) is None}
    if not netlink.has_netem("lo"):
        gaps.add(Gap.NETEM)
    if not _LEGACY.exists() and not netlink.has_tables():
        gaps.add(Gap.TABLES)
    return gaps


def stand_ins(gaps: set[Gap], path: str) -> dict[str, str]:
    """Return the programs that stand in, by name, where one is needed."""
    scripts = {}
    for name, (program, kernel) in _OF.items():
        if program in gaps:
            sentences = " ".join(SENTENCES[gap] for gap in (program, kernel) if gap in gaps)
            scripts[name] = _ABSENT.format(sentence=sentences)
        elif kernel in gaps:
            real = shutil.which(name, path=path)
            scripts[name] = _UNABLE.format(real=real, word=_WORDS[kernel], sentence=SENTENCES[kernel])
    return scripts
