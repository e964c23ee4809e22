"""A relay whose disk fills, and people who then read and delete; in a mount of its own.

    unshare --user --map-root-user --mount python -m disk.drained FOLDER STORY WITHOUT

    mail       fills it
    again      mail fills it, while a backup holds the log, is deleted, and fills it again
    files      fill it, while a backup holds all mail that comes in the log

Prints what it saw as JSON. WITHOUT is as of disk.weakened.
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asked_relay import Asked, asked
from disk import weakened
from doorless_protocol.blob_frames import MAX_PIECE_BYTES
from doorless_protocol.frames import Done, Submit
from doorless_server import logs
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.datadir import DATABASE, copying
from doorless_server.limits import LEAST_DISK, MIB
from doorless_server.store.base import Position, UnavailableError
from doorless_server.store.disk import Disk
from doorless_server.store.schema import open_reader
from doorless_server.store.sqlite import SqliteStore
from relay_person import Person

PEOPLE = 6
ENVELOPE = 64 * 1024
AT_ONCE = 16
HELD = 240 * MIB
"""Bytes of mail that come during the backup: more than is kept free when files are refused."""

REFUSALS = 20
PAUSE = 0.05
"""Seconds between two refusals: whoever is told to come later does."""


def command(module: str, folder: Path, story: str, without: str) -> list[str]:
    """Of `disk.drained` and of `disk.crowded`."""
    program = ("unshare", "--user", "--map-root-user", "--mount")
    return [*program, sys.executable, "-m", module, str(folder), story, without]


async def is_kept(at: Asked, person: Person, count: int = AT_ONCE) -> bool:
    mailbox, token = person.device.mailbox, person.token
    mails = [Submit(mailbox, token, at.random(16), bytes(ENVELOPE)) for _ in range(count)]
    try:
        answers, _ = await at.relay.submit(mails, at.now)
    except UnavailableError:
        return False
    return all(answer == Done() for answer in answers)


async def is_kept_at_last(at: Asked, person: Person, count: int = AT_ONCE) -> bool:
    """Of one who tries again."""
    for _ in range(REFUSALS):
        if await is_kept(at, person, count):
            return True
        await asyncio.sleep(PAUSE)
    return False


async def fill(at: Asked, people: Sequence[Person], most: int = sys.maxsize) -> int:
    """Bring mail to everybody by turns until it is refused; how much was kept."""
    kept = refused = 0
    while refused < REFUSALS and kept < most:
        for person in people:
            if await is_kept(at, person):
                kept += AT_ONCE
            else:
                refused += 1
                await asyncio.sleep(PAUSE)
    return kept


async def fill_with_files(folder: Path, disk: Disk) -> int:
    """Bring pieces until they are refused; how many were kept."""
    blobs = await SqliteBlobs.open(folder / "blobs.db", disk=disk)
    await blobs.begin(bytes(32), LEAST_DISK, 1)
    kept = refused = 0
    while refused < REFUSALS:
        try:
            await blobs.add(bytes(32), kept, bytes(MAX_PIECE_BYTES), 1)
            kept += 1
        except UnavailableError:
            refused += 1
            await asyncio.sleep(PAUSE)
    await blobs.close()
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


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """As a backup holds the log: what is committed meanwhile stays in it."""
    with copying(folder), closing(open_reader(folder / DATABASE)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM envelopes").fetchone()
        yield


async def mail(at: Asked, people: Sequence[Person], _folder: Path) -> tuple[int, int]:
    return await fill(at, people), 0


async def again(at: Asked, people: Sequence[Person], folder: Path) -> tuple[int, int]:
    with held(folder):
        kept = await fill(at, people)
        deleted = await drain(at, people)
        return kept + await fill(at, people), deleted


async def files(at: Asked, people: Sequence[Person], folder: Path) -> tuple[int, int]:
    with held(folder):
        kept = await fill(at, people, HELD // ENVELOPE)
        assert await fill_with_files(folder, disk_of(at)) > 0
        return kept, 0


def disk_of(at: Asked) -> Disk:
    assert isinstance(at.store, SqliteStore)
    return at.store.disk


@dataclass(frozen=True, slots=True)
class Story:
    """
    Attributes:
        left: bytes of the disk on which others have nothing.
        fill: how much mail was kept until nothing more was, and how much of it deleted meanwhile.
    """

    left: int
    fill: Callable[[Asked, Sequence[Person], Path], Coroutine[Any, Any, tuple[int, int]]]


STORIES = {
    "mail": Story(192 * MIB, mail),
    "again": Story(384 * MIB, again),
    "files": Story(768 * MIB, files),
}


async def play(story: Story, folder: Path) -> dict[str, object]:
    people = [Person(f"person-{number}", 1 + number) for number in range(PEOPLE)]
    async with asked(folder) as at:
        for person in people:
            await at.does(person, person.register())
        kept, deleted = await story.fill(at, people, folder)
        deleted += await drain(at, people)
        return {
            "kept": kept,
            "deleted": deleted,
            "again": await is_kept_at_last(at, people[0]),
        }


def mount(folder: Path, left: int) -> None:
    """A disk of LEAST_DISK bytes, of which others have all but so many."""
    size = f"size={LEAST_DISK}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
    with (folder / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, LEAST_DISK - left)


def begin(without: str) -> None:
    logs.log_to_stderr(logging.INFO)
    weakened.without(without)


def main() -> None:
    folder, story, without = Path(sys.argv[1]), STORIES[sys.argv[2]], sys.argv[3]
    mount(folder, story.left)
    begin(without)
    print(json.dumps(asyncio.run(play(story, folder))))


if __name__ == "__main__":
    main()
