"""The system calls that nothing in an instance may make, by libseccomp where the machine has it.

The second lock on doors that are locked already: the kernel refuses mounts and namespaces for lack of rights, and a
fault in how it decides that has often been the way out. Others are refused because a script needs none of them.
"""

import ctypes
import errno
from enum import StrEnum
from functools import cache

from rtk.lab import kernel

LIBRARY = "libseccomp.so.2"
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000  # an errno is added to the second
_BAD_ARCHITECTURE = 2
_EQUAL, _MASKED_EQUAL = 4, 7
_TYPE_TEXT = 0x5412  # TIOCSTI, as if typed at the terminal
_NAMESPACES = (
    kernel.NEW_MOUNTS,
    0x02000000,  # of control groups
    kernel.NEW_HOSTNAME,
    kernel.NEW_IPC,
    kernel.NEW_USERS,
    kernel.NEW_PROCESSES,
    kernel.NEW_NETWORK,
    0x00000080,  # of time
)
REFUSED = (
    "mount umount umount2 pivot_root mount_setattr move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick",
    "swapon swapoff quotactl quotactl_fd",
    "open_by_handle_at name_to_handle_at fanotify_init",
    "setns",
    "ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp move_pages migrate_pages",
    "bpf perf_event_open userfaultfd kexec_load kexec_file_load init_module finit_module delete_module create_module",
    "query_module lookup_dcookie nfsservctl _sysctl sysfs uselib ustat vserver syslog acct reboot",
    "keyctl add_key request_key",
    "iopl ioperm modify_ldt vm86 vm86old",
    "settimeofday stime clock_settime clock_settime64 clock_adjtime clock_adjtime64",
)
# As if the kernel were too old for them, so that programs do without.
# The flags of clone3 lie in memory, into which a list of system calls cannot look.
ABSENT = "clone3 io_uring_setup io_uring_enter io_uring_register"
FAMILIES = (38, 40)  # sockets to the kernel's ciphers, and to the hypervisor, which no network namespace holds


class Lacking(StrEnum):
    """Why system calls are not filtered."""

    LIBRARY = "library"
    KERNEL = "kernel"


SENTENCES = {
    Lacking.LIBRARY: f"{LIBRARY} is not installed",
    Lacking.KERNEL: "this kernel takes no list of system calls",
}


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operation", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class List:
    """The list, made once and loaded by each instance, which is forked from who made it."""

    def __init__(self, library: ctypes.CDLL) -> None:
        library.seccomp_init.restype = ctypes.c_void_p
        self._library, self._context = library, ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_ALLOW)))
        library.seccomp_attr_set(self._context, _BAD_ARCHITECTURE, ctypes.c_uint32(_REFUSE + errno.ENOSYS))
        for names in REFUSED:
            for name in names.split():
                self._refuse(name, errno.EPERM)
        for name in ABSENT.split():
            self._refuse(name, errno.ENOSYS)
        for flag in _NAMESPACES:
            self._refuse("clone", errno.EPERM, _Comparison(0, _MASKED_EQUAL, flag, flag))
            self._refuse("unshare", errno.EPERM, _Comparison(0, _MASKED_EQUAL, flag, flag))
        for family in FAMILIES:
            self._refuse("socket", errno.EAFNOSUPPORT, _Comparison(0, _EQUAL, family, 0))
        # The kernel looks at 32 bits of the request: with others set it would be unequal here, and equal there.
        self._refuse("ioctl", errno.EPERM, _Comparison(1, _MASKED_EQUAL, 0xFFFFFFFF, _TYPE_TEXT))

    def refused(self) -> dict[str, int]:
        """Return the numbers of the system calls refused without a condition, of those that this machine has."""
        names = [name for group in REFUSED for name in group.split()]
        numbers = {name: self._number(name) for name in names}
        return {name: number for name, number in numbers.items() if number >= 0}

    def load(self) -> None:
        """Hold this process and all below it to the list, for good. Raises OSError."""
        if (found := self._library.seccomp_load(self._context)) < 0:
            raise OSError(-found, "the list of system calls was not taken")

    def _number(self, name: str) -> int:
        """The number of a system call; below 0 where the library or this processor does not have it."""
        found: int = self._library.seccomp_syscall_resolve_name(name.encode())
        return found

    def _refuse(self, name: str, number: int, *conditions: _Comparison) -> None:
        call = self._number(name)
        if call < 0:
            return
        held = (_Comparison * len(conditions))(*conditions)
        action = ctypes.c_uint32(_REFUSE + number)
        problem = self._library.seccomp_rule_add_array(self._context, action, call, len(conditions), held)
        if problem < 0:
            raise OSError(-problem, f"{name} could not be put on the list of system calls")


@cache
def made() -> List | Lacking:
    """Return the list, or why there is none."""
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        return Lacking.LIBRARY
    return List(library) if kernel.filters_calls() else Lacking.KERNEL
