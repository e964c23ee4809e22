"""A relay whose disk fills with mail, and people who then read and delete; in a mount of its own.

    unshare --user --map-root-user --mount python -m disk.drained FOLDER WITHOUT

Prints what it saw as JSON. WITHOUT is as of disk.weakened.
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from asked_relay import Asked, asked
from disk import weakened
from doorless_protocol.frames import Done, Submit
from doorless_server import logs
from doorless_server.limits import LEAST_DISK, MIB
from doorless_server.store.base import Position, UnavailableError
from relay_person import Person

BALLAST = LEAST_DISK - 192 * MIB
"""Bytes that others have on this disk."""

PEOPLE = 6
ENVELOPE = 64 * 1024
AT_ONCE = 16
REFUSALS = 20
PAUSE = 0.05
"""Seconds between two refusals: whoever is told to come later does."""


def command(folder: Path, without: str) -> list[str]:
    program = ("unshare", "--user", "--map-root-user", "--mount")
    return [*program, sys.executable, "-m", "disk.drained", str(folder), without]


async def is_kept(at: Asked, person: Person) -> bool:
    mailbox, token = person.device.mailbox, person.token
    mails = [Submit(mailbox, token, at.random(16), bytes(ENVELOPE)) for _ in range(AT_ONCE)]
    try:
        answers, _ = await at.relay.submit(mails, at.now)
    except UnavailableError:
        return False
    return all(answer == Done() for answer in answers)


async def fill(at: Asked, people: Sequence[Person]) -> int:
    """Bring mail to everybody by turns until it is refused; how much was kept."""
    kept = refused = 0
    while refused < REFUSALS:
        for person in people:
            if await is_kept(at, person):
                kept += AT_ONCE
            else:
                refused += 1
                await asyncio.sleep(PAUSE)
    return kept


async def drain(at: Asked, people: Sequence[Person]) -> int:
    """Have everybody read and delete what is there; how much it was. Who is refused tries again."""
    deleted = refused = 0
    for person in people:
        mailbox = person.device.mailbox
        while mails := await at.relay.waiting(mailbox, Position(0), 256, MIB):
            try:
                await at.relay.acknowledge([(mailbox, mail.id) for mail in mails], at.now)
                deleted += len(mails)
            except UnavailableError:
                refused += 1
                if refused > REFUSALS:
                    return deleted
                await asyncio.sleep(PAUSE)
    return deleted


async def story(folder: Path) -> dict[str, object]:
    people = [Person(f"person-{number}", 1 + number) for number in range(PEOPLE)]
    async with asked(folder) as at:
        for person in people:
            await at.does(person, person.register())
        kept = await fill(at, people)
        deleted = await drain(at, people)
        await asyncio.sleep(1.1)  # until it looks again
        return {
            "kept": kept,
            "deleted": deleted,
            "again": await is_kept(at, people[0]),
        }


def main() -> None:
    folder, without = Path(sys.argv[1]), sys.argv[2]
    size = f"size={LEAST_DISK}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
    with (folder / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, BALLAST)
    logs.log_to_stderr(logging.INFO)
    weakened.without(without)
    print(json.dumps(asyncio.run(story(folder))))


if __name__ == "__main__":
    main()
