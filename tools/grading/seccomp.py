"""What a sandbox may not ask of the kernel: a filter of seccomp, https://docs.kernel.org.

Without it, a submission can hold memory where no limit counts it (files without a name, message
queues, file systems mounted in a user namespace of its own), and reach parts of the kernel that no
exercise needs.
"""

import errno
import platform
import struct

NUMBERS = {
    # name: (on x86_64, on aarch64)
    "add_key": (248, 217),
    "bpf": (321, 280),
    "fsopen": (430, 430),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mount": (165, 40),
    "move_mount": (429, 429),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "request_key": (249, 218),
    "sched_setaffinity": (203, 122),
    "semget": (64, 190),
    "setns": (308, 268),
    "shmget": (29, 194),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
"""What is refused with "not permitted"; `sched_setaffinity`, since one core is a submission's."""
SOCKETS = ((41, 198), (53, 199))
"""`socket` and `socketpair`, whose first argument is a family of addresses."""
FAMILIES = (1, 2)
"""AF_UNIX and AF_INET; all others, such as AF_NETLINK and AF_VSOCK, lead into the kernel."""
CLONE, CLONE3 = (56, 220), 435
NEW_USER_NAMESPACE = 0x10000000
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
OTHER_CALLS = 0x40000000
"""From this number on, x86_64 has the same calls once more, with short addresses."""

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16


def program(machine=None):
    """Return the filter as `bwrap --seccomp` reads it, bytes; b"" for a machine not known here.

    Args:
        machine: "x86_64" or "aarch64"; None for the one that this runs on.
    """
    if (machine or platform.machine()) not in MACHINES:
        return b""
    column, name = MACHINES[machine or platform.machine()]

    def where(test, value, then):
        """Return `then` where the test holds, else go on."""
        return [(test, 0, 1, value), (RETURN, 0, 0, then)]

    steps = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, name), (RETURN, 0, 0, KILL)]
    steps += [(LOAD, 0, 0, NUMBER), *where(AT_LEAST, OTHER_CALLS, REFUSE | errno.ENOSYS)]
    for numbers in NUMBERS.values():
        steps += where(EQUAL, numbers[column], REFUSE | errno.EPERM)
    # the C library then takes `clone`, whose flags a filter can see
    steps += where(EQUAL, CLONE3, REFUSE | errno.ENOSYS)
    for numbers in SOCKETS:
        allowed = [step for family in FAMILIES for step in where(EQUAL, family, ALLOW)]
        steps += [(EQUAL, 0, len(allowed) + 2, numbers[column]), (LOAD, 0, 0, FIRST_ARGUMENT)]
        steps += [*allowed, (RETURN, 0, 0, REFUSE | errno.EAFNOSUPPORT)]
    steps += [(EQUAL, 1, 0, CLONE[column]), (RETURN, 0, 0, ALLOW), (LOAD, 0, 0, FIRST_ARGUMENT)]
    steps += where(ANY_BIT, NEW_USER_NAMESPACE, REFUSE | errno.EPERM)
    steps.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("<HBBI", *step) for step in steps)
