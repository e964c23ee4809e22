"""Who asks a process of the lab to end is obeyed as Ctrl+C is: it leaves nothing behind."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """SIGTERM and SIGHUP are Ctrl+C, once: a second one would break off the cleaning up.

    `timeout` sends two, one to us and one to our group. What a shell has us ignore stays
    ignored: `nohup` does so.
    """
    asked = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]  # no SIGHUP on Windows
    ours = [one for one in asked if one and signal.getsignal(one) is signal.SIG_DFL]

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in ours:
            signal.signal(number, signal.SIG_IGN)
        signal.raise_signal(signal.SIGINT)  # asyncio has its own way of obeying that

    for number in ours:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
