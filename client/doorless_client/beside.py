"""A second thread, for what a wait of the first one leaves time for."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager


class Beside:
    """One thread, from the first work on until it is closed."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="beside")

    @contextmanager
    def __call__(self, work: Callable[[], None]) -> Iterator[None]:
        """Let the second thread do `work`, while the first one does what is inside.

        It has its turn as soon as the first one waits for something that needs no Python. Left
        when both are done; what `work` raises is its own affair.
        """
        done = self._thread.submit(work)
        try:
            yield
        finally:
            wait([done])

    def close(self) -> None:
        self._thread.shutdown()
