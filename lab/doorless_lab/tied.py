"""python -m doorless_lab.tied MODULE ARGUMENT…: runs a module, and ends when its parent is gone.

The parent holds the other end of our stdin and writes nothing. However it ends, SIGKILL included,
the system closes that end, and we read the end of the file. Nobody else holds it: what Python
opens is inherited by no other child (PEP 446).
"""

import os
import runpy
import sys
from threading import Thread

PARENT_GONE = 1
"""Exit code; nobody is there to read it."""


def main(arguments: list[str]) -> None:
    Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    """At once, as by a power cut: who would wait for us to drain is not there any more."""
    while os.read(0, 1):  # not through sys.stdin, whose lock would be held when Python ends
        pass
    os._exit(PARENT_GONE)


if __name__ == "__main__":
    main(sys.argv[1:])
