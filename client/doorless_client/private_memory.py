"""What is in this program's memory stays there: no core dump, and no look from outside.

Spec: docs/spec/08-state.md §19.
"""

import contextlib
import sys

PR_SET_DUMPABLE = 4
"""Of <linux/prctl.h>: 0 leaves no core, also where a service collects them, and refuses ptrace."""


def keep_private() -> None:
    """For the rest of this process; where the system has no way to, as far as it has."""
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes  # 3 ms

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
