"""Ties a child's life to its parent's, where the kernel can (Linux)."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """Return what a child runs before exec, so that `sign` reaches it when its parent dies.

    Elsewhere than on Linux it does nothing; the supervisor's list of children covers that.
    """
    parent = os.getpid()

    def arm() -> None:
        if _libc is None:
            return
        _libc.prctl(_PR_SET_PDEATHSIG, int(sign))
        if os.getppid() != parent:  # died between fork and prctl
            os._exit(1)

    return arm
