"""How much a file may ask for: the bounds on sizes declared by untrusted bytes, and on a worker process."""

import ctypes
import resource

# Largest real frame met: 4664 x 3064 x 2 bytes = 29 MB. 128 MiB leaves room for tomosynthesis and large detectors,
# and stays well below the 1 GiB of a worker with its decoder's own copies.
MAX_FRAME_BYTES = 128 * 1024 * 1024
# An object of more frames than this is no radiology we know; each costs a header of about 1 kB.
MAX_FRAMES = 20_000
# A deflated file declares no size: 1.0 MB has been seen to inflate to 1 GiB.
MAX_INFLATED_BYTES = 256 * 1024 * 1024
# PackBits repeats one byte at most 128 times for 2 bytes (PS3.5 G.3.1): no honest RLE grows by more.
MAX_RLE_GROWTH = 64
# The whole decoded volume kept for reslicing: 2048 slices of 512 x 512 at 16 bits.
MAX_VOLUME_BYTES = 1024 * 1024 * 1024

WORKER_MEMORY_BYTES = 1024 * 1024 * 1024
# One that draws: the largest volume, or several smaller ones, beside what 1 GiB suffices for otherwise.
DRAWER_MEMORY_BYTES = MAX_VOLUME_BYTES + 1024 * 1024 * 1024
WORKER_FILE_BYTES = 4 * 1024 * 1024 * 1024

_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000


def limit_this_process(*, memory_bytes: int, file_bytes: int) -> None:
    """Bounds the calling process for good: address space, size of a written file, no new privileges, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS was refused")


def allow_cpu_seconds(seconds: int) -> None:
    """Lets the calling process burn that many more seconds of processor; the kernel kills it beyond (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds + 1, hard))


def leave_network() -> bool:
    """Moves the calling process where there is no network, if the kernel lets it: as root, or in a user namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
