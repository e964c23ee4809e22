"""A relay process whose clock a test sets: `python -m shifted_relay … serve …`, by libfaketime.

It sweeps all the time, so that what a wrong clock would do is done at once. With a first argument
of BELIEVES it takes whatever the clock says: the relay that attack tests have to see through.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from doorless_server import __main__ as entry
from doorless_server import clock, listener
from doorless_server.relay import Relay

SWEPT = "swept\n"
HONEST, BELIEVES = "honest", "believes"
HERE = Path(__file__).parent
FOUND = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
MISSING = "libfaketime is not installed: no clock of a process can be set"


@dataclass
class Shifted:
    """
    Attributes:
        sweeps: how often it looked for what has expired.
    """

    url: str
    set_to: Path
    process: "subprocess.Popen[str]"
    sweeps: int = 0

    def shift(self, by: str) -> None:
        """Set its clock: so much beside the true time, as libfaketime says it ("+10y")."""
        draft = self.set_to.with_suffix(".new")
        draft.write_text(f"{by}\n")
        draft.replace(self.set_to)

    def listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.sweeps += line == SWEPT


@contextmanager
def shifted(folder: Path, kind: str) -> Iterator[Shifted]:
    """Whose clock is right, until it is set."""
    set_to = folder / "clock"
    set_to.write_text("+0\n")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "shifted_relay", kind, "serve", "--data", str(folder / "data")),
            *("--listen", "127.0.0.1:0", "--name", "relay.test"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HERE,
        env=os.environ
        | {
            "LD_PRELOAD": str(FOUND[0]),
            "FAKETIME_TIMESTAMP_FILE": str(set_to),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        },
    )
    assert process.stdout is not None
    relay = Shifted(json.loads(process.stdout.readline())["url"], set_to, process)
    listening = Thread(target=relay.listen)
    listening.start()
    try:
        yield relay
    finally:
        process.terminate()
        process.wait(timeout=60)
        listening.join()
        process.communicate()


def main() -> None:
    sweep = Relay.sweep

    async def telling(relay: Relay, now: int) -> int:
        gone = await sweep(relay, now)
        sys.stderr.write(SWEPT)
        sys.stderr.flush()
        return gone

    Relay.sweep = telling  # type: ignore[method-assign]
    listener.SWEEP_SECONDS = 0.02
    if sys.argv.pop(1) == BELIEVES:
        clock.is_jump = lambda _seconds: False
    sys.exit(entry.main())


if __name__ == "__main__":
    main()
