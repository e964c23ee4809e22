"""A relay process whose disk fails at a chosen call, as `python -m failing_relay … serve …`.

With a first argument of GOES_ON it does so after failures that it ought to stop for, and with
STOPS it stops for those that pass: the relays that attack tests have to see through.
"""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from doorless_protocol.frames import Done
from doorless_protocol.log_frames import Logged
from doorless_server import __main__ as entry
from doorless_server.store import writer
from relay_person import Person
from served import Served, ask, ask_once, relay, talking

HONEST, GOES_ON, STOPS = "honest", "goes on", "stops"
HERE = Path(__file__).parent
ALICE = Person("alice", 1)
TOTAL = 25
"""Envelopes that are brought."""


def kind_of(is_passing: Callable[[sqlite3.Error], bool]) -> str:
    """Which of them decides in this way."""
    full, broken = sqlite3.OperationalError("full"), sqlite3.OperationalError("I/O")
    full.sqlite_errorcode, broken.sqlite_errorcode = sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR
    if is_passing(broken):
        return GOES_ON
    return HONEST if is_passing(full) else STOPS


@contextmanager
def failing(data: Path, kind: str, call: str, error: str, when: str) -> Iterator[Served]:
    """Over a folder with a registered account; `when` as strace counts the calls of this name."""
    log = data / "relay.db-wal"
    process = subprocess.Popen(
        [
            *("strace", "-D", "-f", "-qq", "--seccomp-bpf", "-o", os.devnull, "-P", str(log)),
            *("-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"),
            *(sys.executable, "-m", "failing_relay", kind, "serve", "--data", str(data)),
            *("--listen", "127.0.0.1:0", "--name", "relay.test"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=HERE,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield Served(process, json.loads(line) if line else {})
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


async def registered(data: Path) -> Path:
    """The folder, in which Alice has an account now."""
    with relay(data) as served:
        assert isinstance(await ask_once(served.url, ALICE.register(), ALICE), Logged)
    return data


async def brings(url: str, tries: int) -> tuple[list[int], list[object]]:
    """Mail, one after the other, each until it is taken: what was taken, and every answer."""
    taken: list[int] = []
    answers: list[object] = []
    with suppress(ConnectionClosed, OSError):
        async with talking(url) as socket:
            while len(taken) < TOTAL and len(answers) < tries:
                answers.append(await ask(socket, ALICE.envelope(len(taken) + 1)))
                if answers[-1] == Done():
                    taken.append(len(taken) + 1)
    return taken, answers


def waiting_in(data: Path) -> list[int]:
    """In a database that is sound."""
    database = sqlite3.connect(data / "relay.db")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    ids = [int.from_bytes(row[0], "big") for row in database.execute("SELECT id FROM envelopes")]
    database.close()
    return sorted(ids)


def main() -> None:
    kind = sys.argv.pop(1)
    if kind != HONEST:
        writer.is_passing = lambda _error: kind == GOES_ON
    sys.exit(entry.main())


if __name__ == "__main__":
    main()
