"""An instance's files: a root of its own, into which the machine lends its system directories to be read.

What is lent is a list, and everything else of the machine is not there: no home, whoever's and wherever it lies, no
disk, no socket, no state of the lab. What of these lies below a lent directory is covered (see `homes`). /etc has
copies of what everybody may read, and the places where programs write are the instance's own.
"""

import contextlib
import os
import shutil
import stat
from functools import cache
from pathlib import Path

from rtk.lab import homes, kernel

LENT = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "opt", "nix", "gnu", "sys")
PACKAGES = tuple(f"var/lib/{name}" for name in ("dpkg", "rpm", "apk", "pacman", "alternatives"))
OWN_HOME = "root"
AGENT = "var/lib/amazon/ssm"  # of AWS's agent, where documents keep what they need to undo
OWN = ("tmp", "var/tmp", "var/log", AGENT, "run", "home", OWN_HOME, "etc")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {"var/run": "/run", "var/lock": "/run/lock"}
HOME = f"/{OWN_HOME}"
INSTANCE_DIRECTORY = "/run/instance"
_ETC = "run/machine-etc"
_EMPTY = "srv"  # a layer needs two directories


def prepare(directory: Path) -> None:
    """Make the instance's own directories: `<directory>/fs/{etc,tmp,…}` and the place of its root.

    Its /etc has copies of the files, which can be changed, and links to the machine's directories, which
    cannot: copying a thousand files would take longer than all the rest.
    """
    (directory / "root").mkdir()
    for name in (*OWN, INSTANCE_DIRECTORY.lstrip("/"), "run/lock", _ETC):
        (directory / "fs" / name).mkdir(parents=True, exist_ok=True)
    for name in ("tmp", "var/tmp"):
        (directory / "fs" / name).chmod(0o1777)
    etc = directory / "fs/etc"
    for entry in Path("/etc").iterdir():
        with contextlib.suppress(PermissionError, FileNotFoundError):
            if entry.is_symlink():
                (etc / entry.name).symlink_to(entry.readlink())
            elif not is_everybodys(entry):
                continue  # such as shadow passwords: of no use to an instance
            elif entry.is_dir():
                (etc / entry.name).symlink_to(f"/{_ETC}/{entry.name}")
            elif entry.is_file():
                shutil.copy(entry, etc / entry.name)
    unreadable()  # found once, before instances are forked


def is_everybodys(entry: Path) -> bool:
    """Return whether everybody may read it, or list it and pass. Raises OSError where even that may not be asked."""
    mode = entry.lstat().st_mode
    wanted = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
    return mode & wanted == wanted


@cache
def unreadable(below: Path = Path("/etc")) -> tuple[Path, ...]:
    """Return what of the machine's settings not everybody may read, such as keys. Nothing within another is named.

    Root, who may have started the lab, can read them all, and so could what runs in its instances.
    """
    found = []
    for folder, folders, files in os.walk(below):
        for name in (*folders, *files):
            with contextlib.suppress(OSError):
                if not is_everybodys(Path(folder, name)):
                    found.append(Path(folder, name))
        folders[:] = [name for name in folders if Path(folder, name) not in found]
    return tuple(found)


def furnish(directory: Path) -> None:
    """Called by the first process inside: have no other files than the instance's."""
    # Nothing that is mounted from here on is to show outside.
    kernel.mount(None, "/", kernel.MS_REC | kernel.MS_PRIVATE)
    new = directory / "root"
    kernel.mount("instance", new, kernel.MS_NOSUID | kernel.MS_NODEV, kind="tmpfs", data="mode=755")
    os.chdir(new)  # a path in a layer's options may have neither a comma nor a colon
    Path(_EMPTY).mkdir()
    for name in (*LENT, *PACKAGES):
        lent = Path("/", name)
        if lent.is_symlink():  # /bin is /usr/bin nearly everywhere
            (new / name).symlink_to(lent.readlink())
        elif lent.is_dir():
            _lay_over(lent, new / name)
    for name in OWN:
        (new / name).mkdir(parents=True, exist_ok=True)
        kernel.bind(directory / "fs" / name, new / name, recursive=True)
    kernel.bind(directory, new / INSTANCE_DIRECTORY.lstrip("/"))
    _show_etc(new / _ETC)
    _cover(new)
    for name, target in LINKS.items():
        (new / name).symlink_to(target)
    _small_dev(new / "dev")
    _own_proc(new / "proc")
    kernel.move_into(new)
    kernel.make_read_only({*(f"/{name}" for name in OWN), INSTANCE_DIRECTORY, "/proc", "/dev"})
    os.chdir(HOME)


def show_devices() -> None:
    """Called in the inner ring: have /sys show the instance's network devices and not the machine's, where it may."""
    flags = kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    with contextlib.suppress(OSError):  # where part of /sys is covered, as in containers
        kernel.mount("sysfs", "/sys", flags, kind="sysfs")


def _lay_over(source: Path, target: Path) -> None:
    """Show a directory's files through a layer, in which its sockets and pipes lead to nobody of the machine.

    To be read only keeps nobody from connecting. Where no layer can be laid, as over a directory in which something
    else is mounted, the directory itself is shown.
    """
    target.mkdir(parents=True, exist_ok=True)
    try:
        kernel.mount("overlay", target, kernel.MS_RDONLY, kind="overlay", data=f"lowerdir={source}:{_EMPTY}")
    except OSError:
        kernel.bind(source, target, recursive=True)


def _show_etc(target: Path) -> None:
    """Show the directories of the machine's /etc, to which the instance's own has links, and what everybody may read.

    Each by itself: what is put beside them while the lab runs, such as another file of passwords, is not there.
    """
    kernel.mount("settings", target, kernel.MS_NOSUID | kernel.MS_NODEV, kind="tmpfs", data="mode=755")
    hidden = unreadable()
    for entry in Path("/etc").iterdir():
        if entry.is_dir() and not entry.is_symlink() and entry not in hidden:
            _lay_over(entry, target / entry.name)
    blank = target / "blank"
    blank.touch(mode=0)
    for place in (target / each.relative_to("/etc") for each in hidden):
        # What even this user cannot find says no to both.
        if os.path.isdir(place):  # noqa: PTH112  Path.is_dir would raise
            kernel.mount("hidden", place, kernel.MS_NOSUID | kernel.MS_NODEV, kind="tmpfs", data="mode=755,size=4k")
        elif os.path.isfile(place):  # noqa: PTH113  as above
            kernel.bind(blank, place)
    blank.unlink()


def _cover(new: Path) -> None:
    """Lay an empty directory over each that is somebody's own and lies below what is lent."""
    shown = {Path("/", name): new / name for name in (*LENT, *PACKAGES)} | {Path("/etc"): new / _ETC}
    for place in homes.private(shown):
        base = next(lent for lent in shown if place.is_relative_to(lent))
        flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
        # Where something else is mounted on the machine, a layer may show nothing.
        if (target := shown[base] / place.relative_to(base)).is_dir():
            kernel.mount("covered", target, flags, kind="tmpfs", data="mode=755,size=4k")


def _own_proc(proc: Path) -> None:
    proc.mkdir()
    kernel.mount("proc", proc, kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, kind="proc")
    for entry in list(proc.iterdir()):
        if entry.name.isdecimal():  # about a process
            continue
        mode = entry.lstat().st_mode
        # What could be written is the machine's: the kernel's settings and its devices'.
        if stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and mode & 0o222):
            kernel.bind(entry, entry)


def _small_dev(dev: Path) -> None:
    """A /dev of six harmless devices: no disk of the machine can be opened from inside."""
    dev.mkdir()
    kernel.mount("tmpfs", dev, kernel.MS_NOSUID | kernel.MS_NOEXEC, kind="tmpfs", data="mode=755")
    for name in DEVICES:
        if Path("/dev", name).exists():
            (dev / name).touch()
            kernel.bind(Path("/dev", name), dev / name)
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        (dev / name).symlink_to(f"/proc/self/fd/{number}")
    (dev / "fd").symlink_to("/proc/self/fd")
    (dev / "shm").mkdir(mode=0o1777)
