"""Audits what others wrote: `make audit` and `make dist`.

python -m tools.audit check [ADVISORIES …]    pins against lists of advisories, versions, licences
python -m tools.audit sbom WHEEL              the bill of materials of a wheel, beside it
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.audit import licences, sbom, shipped
from tools.audit.advisories import Advisories
from tools.audit.pins import Failed, Pin, pins

_NONE = "audit: no list of advisories was given, so the pins were NOT compared; name one with ADVISORIES=FILE"


def main(words: Sequence[str]) -> None:
    """Do what the words ask for. Raise Failed for what does not pass."""
    what, *paths = words or ["check"]
    if what == "sbom" and len(paths) == 1:
        written = sbom.write(Path(paths[0]), shipped.python(), shipped.direct(), shipped.bundled())
        print(f"audit: the bill of materials is {written}")
    elif what == "check":
        check([Path(each) for each in paths])
    else:
        raise Failed("expected 'check' with files of advisories, or 'sbom' with a wheel")


def check(paths: Iterable[Path]) -> None:
    """Compare the pins with the advisories, and look at versions and licences. Raise Failed with all that is wrong."""
    known = pins()
    packages = [*shipped.python(), *shipped.bundled()]
    wrong = [*unpinned(packages, known), *unlicensed(packages)]
    state = f"{len(wrong)} faults" if wrong else "all pinned and under licences that we accept"
    print(f"audit: {len(packages)} packages are shipped, {state}")
    if given := list(paths):
        advisories = Advisories(given)
        found = advisories.findings(known)
        print(f"audit: {len(known)} pins compared; advisories in the lists: {advisories.count}; found: {len(found)}")
        wrong += map(str, found)
    else:
        print(_NONE, file=sys.stderr)
    if wrong:
        raise Failed("\n".join(wrong))


def unpinned(packages: Iterable[shipped.Shipped], known: Iterable[Pin]) -> list[str]:
    """Return a sentence for each package that is shipped in another version than the one that is pinned."""
    pinned = {(each.ecosystem, each.name, each.version) for each in known}
    return [f"{each.pin} is not pinned; expected its line in the lock" for each in packages if each.pin not in pinned]


def unlicensed(packages: Iterable[shipped.Shipped]) -> list[str]:
    """Return a sentence for each package whose licence is not known or not accepted."""
    return [
        f"{each.pin} has the licence {each.licence!r}; expected one of tools/audit/licences.py, or what somebody read"
        for each in packages
        if not licences.is_accepted(each.licence)
    ]


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Failed as error:
        sys.exit(f"audit: {error}")
