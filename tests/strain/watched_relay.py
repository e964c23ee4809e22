"""A relay as a process of its own, and what the system says of it."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

MIB = 1 << 20
GOOD_EVENTS = {
    "serving",
    "draining",
    "stopped",
    "commit_was_slow",
    "disk_refuses",
    "disk_works_again",
}
"""What a relay may log under whatever load."""


class WatchedRelay:
    """Attributes:
    process: of the relay itself.
    address: where it listens.
    """

    def __init__(self, process: "subprocess.Popen[str]", folder: Path, log: Path) -> None:
        self.process, self._folder, self._log = process, folder, log
        assert process.stdout is not None
        url = urlsplit(json.loads(process.stdout.readline())["url"])
        self.address = str(url.hostname), int(url.port or 0)

    @property
    def memory(self) -> int:
        """Bytes of it that are in memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def most_memory(self) -> int:
        """The same at its most so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    @property
    def open_files(self) -> int:
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir())

    @property
    def write_ahead_log(self) -> int:
        """Bytes of the mail's."""
        return (self._folder / "relay.db-wal").stat().st_size

    def events(self) -> Counter[str]:
        """What it logged; a line that is none of its events counts as `not an event`."""
        said: Counter[str] = Counter()
        for line in self._log.read_text().splitlines():
            try:
                said[json.loads(line)["event"]] += 1
            except (ValueError, KeyError, TypeError):
                said["not an event"] += 1
        return said

    def strange_events(self) -> dict[str, int]:
        return {name: many for name, many in self.events().items() if name not in GOOD_EVENTS}

    def stop(self) -> int:
        """Its exit status, on SIGTERM."""
        self.process.terminate()
        return self.process.wait(timeout=60)


@contextmanager
def watched(folder: Path, *more: str, port: int = 0) -> Iterator[WatchedRelay]:
    """Run one over a folder until the block ends."""
    folder.mkdir(exist_ok=True)
    log = folder.with_suffix(".log")
    command = [sys.executable, "-m", "doorless_server", "serve", "--data", str(folder)]
    command += ["--listen", f"127.0.0.1:{port}", "--name", "relay.test", *more]
    with log.open("a") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
    try:
        yield WatchedRelay(process, folder, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=60)
