"""What this process does outside of itself, as Python's audit events tell it (PEP 578).

A hook cannot be taken away again; this one is set once, and writes down only while it is asked to.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WRITING = "wax+"
CONNECTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
LISTENS = {"socket.bind", "socket.listen"}
STARTS = {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork"}
STARTS |= {"os.forkpty", "pty.spawn", "webbrowser.open", "ctypes.dlopen"}
MOVES = {"os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.truncate"}


@dataclass
class Deeds:
    """
    Attributes:
        reached: addresses, of connections and of questions for names.
        started: programs.
        listened: addresses.
        written: files that were opened to write, made, moved or removed.
        read: files that were opened to read.
    """

    reached: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)
    listened: set[str] = field(default_factory=set)
    written: set[Path] = field(default_factory=set)
    read: set[Path] = field(default_factory=set)

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in CONNECTS:
            self.reached.add(str(arguments[1]))
        elif event in NAMES:
            self.reached.add(str(arguments[:2]))
        elif event in LISTENS:
            self.listened.add(str(arguments[1:]))
        elif event in STARTS:
            self.started.add(f"{event} {arguments}")
        elif event in MOVES:
            self.written |= {Path(each) for each in arguments if isinstance(each, str)}
        elif event == "open" and isinstance(arguments[0], str | bytes):
            self._opened(*arguments)
        elif event == "sqlite3.connect":
            self.written.add(Path(str(arguments[0])))

    def _opened(self, path: Any, mode: Any, flags: Any) -> None:
        name = Path(path.decode() if isinstance(path, bytes) else path)
        writes = isinstance(mode, str) and any(sign in mode for sign in WRITING)
        writes = writes or (mode is None and isinstance(flags, int) and bool(flags & 3))
        (self.written if writes else self.read).add(name)


_now: list[Deeds] = []
_is_set: list[bool] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _now:
        _now[-1].note(event, arguments)


@contextmanager
def audited() -> Iterator[Deeds]:
    """What is done until the block ends."""
    if not _is_set:
        sys.addaudithook(_hook)
        _is_set.append(True)
    deeds = Deeds()
    _now.append(deeds)
    try:
        yield deeds
    finally:
        _now.remove(deeds)
