"""Programs that an instance has of its own, where those of a machine cannot work inside.

`sudo` and `atd` change to other users, of which an instance has none. Documents use both: `sudo` out of habit, `at` to
undo what they did even when they are killed. They ask `dig` for the addresses that they spare.
"""

_SUDO = r"""#!/bin/sh
# Inside an instance one is root already.
while :; do case "$1" in
  -u|-g) shift 2 ;;
  -*) shift ;;
  *=*) export "$1"; shift ;;
  *) break ;;
esac; done
exec "$@"
"""
_NO_SUDO = """#!/bin/sh
echo "sudo: not here: this instance is not isolated from the machine" >&2
exit 1
"""
_AT = r"""#!/bin/sh
# Jobs of an instance: a process each, which waits for its time. It ends with the command that it belongs to.
from=-
while :; do case "$1" in
  -f) from=$2; shift 2 ;;
  -q) shift 2 ;;
  -m|-M|-v) shift ;;
  *) break ;;
esac; done
when=$*
case $2 in '') set -- now + 0 minutes ;; esac
case $4 in minute*) unit=60 ;; hour*) unit=3600 ;; day*) unit=86400 ;; *) unit= ;; esac
case "$1 $2 $3" in "now + "*[!0-9]*) unit= ;; "now + "*) ;; *) unit= ;; esac
case $when in now*) ;; *) unit= ;; esac
if [ -z "$unit" ]; then
  echo "at: an instance of the lab knows 'now' and 'now + <number> minutes', hours or days, not '$when'." >&2
  exit 1
fi
commands=$(cat "$from")  # here: what is in the background has no standard input
setsid sh -c 'sleep "$1"; eval "$2"' at "$(($3 * unit))" "$commands" >/dev/null 2>&1 </dev/null &
echo "job $!" >&2
"""
_ATD = """#!/bin/sh
# Nothing to start: see at.
exit 0
"""
_DIG = """#!/bin/sh
# No server of names can be reached from an instance: as short as asked, that is no address.
case "$*" in *+short*) ;; *) echo "dig: an instance of the lab reaches no server of names" >&2 ;; esac
exit 9
"""


def own(*, isolated: bool) -> dict[str, str]:
    """Return the programs of an instance, by name."""
    return {"sudo": _SUDO, "at": _AT, "atd": _ATD, "dig": _DIG} if isolated else {"sudo": _NO_SUDO}
