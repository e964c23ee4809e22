"""A second thread, for what a wait of the first one leaves time for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Let a second thread do `work`, while this one does what is inside: that needs no Python.

    It begins when this one lets go of the interpreter, not before: it would hold it for 5 ms, and
    what is inside would begin so much later. Left when both are done. `work` must raise nothing.
    """
    gate = Lock()

    def wait_and_work() -> None:
        with gate:
            work()

    with gate:
        thread = Thread(target=wait_and_work, name="beside")
        thread.start()
    try:
        yield
    finally:
        thread.join()
