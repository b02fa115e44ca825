"""An instance's own user, mount, process and network namespace, by unshare: works without being root.

Inside, the machine's files can be read and not written; the files of /etc are copies, the temporary directories,
/run and the home directory are the instance's own, the network is a loopback of its own, and no process of the
machine can be seen. It is a fence and not a jail: it keeps honest documents off the laptop, not hostile ones.
"""

import contextlib
import ctypes
import fcntl
import os
import re
import shutil
import socket
import struct
from pathlib import Path

NEW_MOUNTS = 0x00020000
NEW_HOSTNAME = 0x04000000
NEW_PROCESSES = 0x20000000
NEW_USERS = 0x10000000
NEW_NETWORK = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_NOATIME, MS_NODIRATIME, MS_BIND, MS_REC, MS_PRIVATE, MS_RELATIME = (
    1024,
    2048,
    4096,
    16384,
    1 << 18,
    1 << 21,
)
_KEPT = {
    "nosuid": MS_NOSUID,
    "nodev": MS_NODEV,
    "noexec": MS_NOEXEC,
    "noatime": MS_NOATIME,
    "nodiratime": MS_NODIRATIME,
    "relatime": MS_RELATIME,
}

OWN_HOME = "root"
OWN = ("tmp", "var/tmp", "run", OWN_HOME, "etc")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
HOME = f"/{OWN_HOME}"
INSTANCE_DIRECTORY = "/run/instance"

_libc = ctypes.CDLL(None, use_errno=True)


def prepare(directory: Path) -> None:
    """Make the instance's own directories: `<directory>/fs/{etc,tmp,…}`.

    Its /etc has copies of the files, which can be changed, and links to the machine's directories, which
    cannot: copying a thousand files would take longer than all the rest.
    """
    for name in OWN:
        (directory / "fs" / name).mkdir(parents=True, exist_ok=True)
    for name in ("run/instance", "run/machine-etc"):
        (directory / "fs" / name).mkdir()
    for name in ("tmp", "var/tmp"):
        (directory / "fs" / name).chmod(0o1777)
    _fill_etc(directory / "fs/etc")


def enter_namespaces(hostname: str) -> None:
    """Leave the machine's namespaces: processes forked after this are inside, this one but for its pid."""
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", NEW_USERS | NEW_MOUNTS | NEW_PROCESSES | NEW_NETWORK | NEW_HOSTNAME)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1", encoding="ascii")
    socket.sethostname(hostname)


def furnish(directory: Path) -> None:
    """Called by the first process inside: the instance's file system, /proc, /dev and loopback."""
    _mount(None, "/", MS_REC | MS_PRIVATE)
    # By descriptor: the path itself disappears under the instance's own home or temporary directory.
    handle = os.open(directory, os.O_PATH)
    outside = Path(f"/proc/self/fd/{handle}")
    _bind(outside, outside / "fs/run/instance")
    _bind(Path("/etc"), outside / "fs/run/machine-etc", recursive=True)
    own = [str(Path("/", name).resolve()) for name in OWN if Path("/", name).is_dir()]
    for name, target in zip([name for name in OWN if Path("/", name).is_dir()], own, strict=True):
        _bind(outside / "fs" / name, Path(target), recursive=True)
    os.close(handle)
    _small_dev()
    _mount("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, kind="proc")
    for lent in ("/proc/sys", "/proc/sysrq-trigger"):
        if Path(lent).exists():
            _bind(Path(lent), Path(lent))
    _make_read_only({*own, INSTANCE_DIRECTORY, "/proc", "/dev"})
    _loopback_up()
    os.chdir(HOME)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _mount(source: object, target: object, flags: int, kind: str | None = None, data: str | None = None) -> None:
    encoded = [None if text is None else os.fsencode(str(text)) for text in (source, target, kind, data)]
    try:
        _call("mount", encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])
    except OSError as problem:
        raise OSError(problem.errno, f"mounting {target}: {os.strerror(problem.errno or 0)}") from None


def _bind(source: Path, target: Path, *, recursive: bool = False) -> None:
    _mount(source, target, MS_BIND | (MS_REC if recursive else 0))


def _small_dev() -> None:
    """A /dev of six harmless devices: no disk of the machine can be opened from inside."""
    kept = {name: os.open(f"/dev/{name}", os.O_PATH) for name in DEVICES if Path("/dev", name).exists()}
    _mount("tmpfs", "/dev", MS_NOSUID | MS_NOEXEC, kind="tmpfs", data="mode=755")
    for name, handle in kept.items():
        Path("/dev", name).touch()
        _bind(Path(f"/proc/self/fd/{handle}"), Path("/dev", name))
        os.close(handle)
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        Path("/dev", name).symlink_to(f"/proc/self/fd/{number}")
    Path("/dev/fd").symlink_to("/proc/self/fd")
    Path("/dev/shm").mkdir(mode=0o1777)  # noqa: S108  the instance's own


def _make_read_only(writable: set[str]) -> None:
    """Remount everything the machine lent, keeping the flags that a user namespace may not drop."""
    mounts = [_unescaped(line.split()[4]) for line in _mountinfo()]
    for place, line in enumerate(_mountinfo()):
        target = mounts[place]
        if target in writable or target.startswith("/dev/") or _hidden(target, mounts[place + 1 :]):
            continue
        flags = MS_REMOUNT | MS_BIND | MS_RDONLY
        for option in line.split()[5].split(","):
            flags |= _KEPT.get(option, 0)
        _mount(None, target, flags)


def _mountinfo() -> list[str]:
    return Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()


def _unescaped(target: str) -> str:
    """The kernel writes a space in a path as \\040."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), target)


def _hidden(target: str, later: list[str]) -> bool:
    """Whether a mount made later lies over this one, so that no path leads to it any more."""
    return any(f"{target}/".startswith(mount.rstrip("/") + "/") for mount in later)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0x1 | 0x40)  # IFF_UP, IFF_RUNNING
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


def _fill_etc(etc: Path) -> None:
    for entry in Path("/etc").iterdir():
        with contextlib.suppress(PermissionError, FileNotFoundError):
            if entry.is_symlink():
                (etc / entry.name).symlink_to(entry.readlink())
            elif entry.is_dir():
                (etc / entry.name).symlink_to(f"/run/machine-etc/{entry.name}")
            elif entry.is_file():
                shutil.copy(entry, etc / entry.name)
