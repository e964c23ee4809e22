"""What is typed shows nowhere: a passphrase, also one that is typed before anybody asked for it."""

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def unseen(*, keys: bool = False) -> Iterator[Callable[[], None]]:
    """What is typed does not show. Where there is no such terminal, nothing changes.

    Args:
        keys: it waits as it was typed, key by key, for a program that reads keys; else in lines.

    Yields:
        how to give the terminal back before the end, to a program that sets it up for itself:
        that finds it as it was, and what was typed still waits in it.
    """
    try:
        import termios
    except ImportError:  # on Windows
        yield _nothing
        return
    try:
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
    except (termios.error, OSError, ValueError):
        yield _nothing
        return

    def give_back() -> None:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)

    silent = [*before]
    silent[3] &= ~termios.ECHO
    if keys:
        silent[0] &= ~termios.ICRNL
        silent[3] &= ~termios.ICANON
    termios.tcsetattr(terminal, termios.TCSADRAIN, silent)
    try:
        yield give_back
    finally:
        give_back()


def _nothing() -> None:
    """There is nothing to give back."""
