"""How many threads really work: what a library was told is no proof of what it does."""

from __future__ import annotations

import os
from typing import Any, Callable

# Who only waits in a pool has a hundredth of the time of who works in it.
WORKING_SHARE = 0.1
TRIALS = 3

# Every pool of threads that a library of an engine may have, before the library is there. CTranslate2 and
# torch read OMP's and MKL's; ONNX Runtime reads none: its session has to be told.
VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMEXPR_MAX_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "RAYON_NUM_THREADS",
)


def tell_pools(threads: int) -> None:
    """Before the libraries are imported: afterwards most of them don't look."""
    for name in VARIABLES:
        os.environ[name] = str(threads)


def times_of_threads() -> dict[str, int]:
    """Nanoseconds that each living thread of this process has run."""
    times = {}
    os.sched_yield()  # our own time is booked at a tick or a switch
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/schedstat", encoding="ascii") as file:
                times[thread] = int(file.read().split()[0])
        except (OSError, ValueError, IndexError):  # it has ended, or this kernel doesn't count
            continue
    return times


class Working:
    """Counts the threads that work inside a `with`; those that end in it are not seen.

    with Working() as working:
        model.encode(second_of_silence)
    working.count  # 0: can't be known
    """

    count = 0

    def __enter__(self) -> Working:
        self._before = times_of_threads()
        return self

    def __exit__(self, *_: object) -> None:
        work = [time_ns - self._before.get(thread, 0) for thread, time_ns in times_of_threads().items()]
        most = max(work, default=0)
        self.count = sum(1 for time_ns in work if time_ns >= most * WORKING_SHARE) if most > 0 else 0


def count_working(work: Callable[[], Any], expected: int = 0) -> int:
    """The threads that work in @work, a short piece of what runs will do. The first call starts the pool. A count that
    isn't the one @expected is taken again: time that the kernel books late makes a thread seem to work."""
    work()
    for _ in range(TRIALS):
        with Working() as working:
            work()
        if expected in (0, working.count):
            break
    return working.count
