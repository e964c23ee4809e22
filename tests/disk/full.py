"""A relay on a disk of 8 MiB that fills, and is given room again; in a mount of its own.

    unshare --user --map-root-user --mount python -m disk.full FOLDER KIND

Prints what it saw as JSON. KIND is as of failing_relay.
"""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from disk.kills import unsound
from disk.story import GONE
from doorless_protocol.frames import Done
from failing_relay import ALICE, waiting_in
from served import Served, ask, ask_once, talking

SIZE = "8m"
BALLAST = 6 << 20
"""Bytes that others have on this disk, until they are asked to make room."""

MOST, REFUSALS = 1_500, 20
PROGRAM = ("unshare", "--user", "--map-root-user", "--mount")


def command(folder: Path, kind: str) -> list[str]:
    return [*PROGRAM, sys.executable, "-m", "disk.full", str(folder), kind]


def is_possible() -> bool:
    """Whether a mount of one's own may be made here."""
    try:
        mount = ("sh", "-c", "mount -t tmpfs -o size=8m tmpfs /tmp")
        return not subprocess.run([*PROGRAM, *mount], check=False, capture_output=True).returncode
    except OSError:
        return False


async def fill(url: str, numbers: range) -> tuple[list[int], int]:
    """Bring mail until some is refused, or the relay is gone: what was accepted, and how many
    were not."""
    accepted, refused = list[int](), 0
    with suppress(*GONE):
        async with talking(url) as socket:
            for number in numbers:
                if await ask(socket, ALICE.envelope(number)) == Done():
                    accepted.append(number)
                else:
                    refused += 1
                if refused == REFUSALS:
                    break
    return accepted, refused


def story(data: Path, ballast: Path, served: Served) -> dict[str, object]:
    asyncio.run(ask_once(served.url, ALICE.register(), ALICE))
    accepted, refused = asyncio.run(fill(served.url, range(1, MOST)))
    ballast.unlink()
    later, refused_later = asyncio.run(fill(served.url, range(MOST, MOST + 50)))
    served.process.terminate()
    code = served.process.wait(timeout=60)
    waiting = set(waiting_in(data))
    return {
        "accepted": len(accepted),
        "refused": refused,
        "later": len(later),
        "refused_later": refused_later,
        "code": code,
        "lost": sorted({*accepted, *later} - waiting),
        "corrupt": unsound(data),
    }


def main() -> None:
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True)
    ballast, data = folder / "ballast", folder / "data"
    ballast.write_bytes(os.urandom(BALLAST))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "failing_relay", kind, "serve", "--data", str(data)),
            *("--listen", "127.0.0.1:0", "--name", "relay.test"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    served = Served(process, json.loads(process.stdout.readline()))
    print(json.dumps(story(data, ballast, served)))


if __name__ == "__main__":
    main()
