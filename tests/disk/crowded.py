"""A small disk on which mail, files and backups come and go as dice say; in a mount of its own.

    unshare --user --map-root-user --mount python -m disk.crowded FOLDER SEED WITHOUT

In the end everybody deletes everything. Prints what it saw as JSON. WITHOUT is as of disk.weakened.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack, ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from asked_relay import Asked, asked
from disk import drained
from disk.drained import AT_ONCE, PAUSE, PEOPLE, REFUSALS
from doorless_protocol.blob_frames import MAX_PIECE_BYTES
from doorless_server import events
from doorless_server.blobs import schema as blob_schema
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.datadir import DATABASE, copying
from doorless_server.limits import MIB
from doorless_server.store.base import Position, UnavailableError
from doorless_server.store.schema import open_reader
from relay_person import Person

LEFT = (192 * MIB, 256 * MIB, 384 * MIB, 640 * MIB, 768 * MIB)
"""Bytes of the disk on which others have nothing."""

STEPS = 50
FOLDED = 0.4
"""Seconds in which a log that nobody holds is folded back."""

LARGEST = 1 << 30


@dataclass(slots=True)
class Crowd:
    """
    Attributes:
        files: pieces of each that were kept, by its address.
        backup: what a backup holds, while there is one.
    """

    at: Asked
    blobs: SqliteBlobs
    folder: Path
    dice: Random
    people: list[Person]
    kept: int = 0
    deleted: int = 0
    files: dict[bytes, int] = field(default_factory=dict)
    backup: ExitStack = field(default_factory=ExitStack)
    is_copied: bool = False

    async def mail_comes(self) -> None:
        for _ in range(self.dice.randrange(1, 40)):
            if await drained.is_kept(self.at, self.dice.choice(self.people)):
                self.kept += AT_ONCE

    async def some_read(self) -> None:
        for person in self.dice.sample(self.people, self.dice.randrange(1, PEOPLE)):
            with suppress(UnavailableError):
                await self.reads(person, self.dice.choice((16, 256)), self.dice.choice((3, 40)))

    async def reads(self, person: Person, together: int, times: int) -> None:
        mailbox = person.device.mailbox
        for _ in range(times):
            if not (mails := await self.at.relay.waiting(mailbox, Position(0), together, MIB)):
                return
            await self.at.relay.acknowledge([(mailbox, mail.id) for mail in mails], self.at.now)
            self.deleted += len(mails)

    async def files_come(self) -> None:
        with suppress(UnavailableError):
            if not self.files or self.dice.random() < 0.2:
                address = self.dice.randbytes(32)
                await self.blobs.begin(address, LARGEST, 1)
                self.files[address] = 0
            address = self.dice.choice(list(self.files))
            for _ in range(self.dice.randrange(1, 800)):
                await self.blobs.add(address, self.files[address], bytes(MAX_PIECE_BYTES), 1)
                self.files[address] += 1

    async def a_file_goes(self) -> None:
        with suppress(UnavailableError, IndexError):
            address = self.dice.choice(list(self.files))
            await self.blobs.drop(address)
            del self.files[address]

    async def a_backup_begins(self) -> None:
        if self.is_copied:
            return
        self.is_copied = True
        self.backup.enter_context(copying(self.folder))
        for reader in self.dice.choice(
            (
                [open_reader(self.folder / DATABASE)],
                [blob_schema.open_reader(self.folder / blob_schema.DATABASE)],
                [
                    open_reader(self.folder / DATABASE),
                    blob_schema.open_reader(self.folder / blob_schema.DATABASE),
                ],
            )
        ):
            self.backup.enter_context(closing(reader))
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()

    async def the_backup_ends(self) -> None:
        self.backup.close()
        self.is_copied = False

    async def goes_on(self) -> None:
        """Whatever comes next."""
        ways = {
            self.mail_comes: 4,
            self.some_read: 3,
            self.files_come: 3,
            self.a_file_goes: 1,
            self.a_backup_begins: 1,
            self.the_backup_ends: 1,
        }
        (way,) = self.dice.choices(list(ways), list(ways.values()))
        await way()
        if self.dice.random() < 0.3:
            await asyncio.sleep(self.dice.random() * FOLDED)

    async def all_goes(self) -> int:
        """Everything is deleted, by who is refused at another try; how many files stayed."""
        self.deleted += await drained.drain(self.at, self.people)
        for _ in range(REFUSALS):
            while self.files:
                before = len(self.files)
                await self.a_file_goes()
                if len(self.files) == before:
                    break
            await asyncio.sleep(PAUSE if self.files else 0)
        return len(self.files)


async def play(folder: Path, seed: int) -> dict[str, object]:
    dice = Random(seed)
    drained.mount(folder, dice.choice(LEFT))
    people = [Person(f"person-{number}", 1 + number) for number in range(PEOPLE)]
    async with asked(folder) as at, AsyncExitStack() as leaving:
        for person in people:
            await at.does(person, person.register())
        disk = drained.disk_of(at)
        blobs = await SqliteBlobs.open(folder / blob_schema.DATABASE, disk=disk)
        leaving.push_async_callback(blobs.close)
        crowd = Crowd(at, blobs, folder, dice, people)
        for _ in range(STEPS):
            await crowd.goes_on()
        await crowd.the_backup_ends()
        await asyncio.sleep(FOLDED)
        files = await crowd.all_goes()
        return {
            "left": crowd.kept - crowd.deleted,
            "files": files,
            "full": events.SAID[events.DISK_REFUSES.name],
            "short": events.SAID[events.SPACE_IS_SHORT.name],
            "again": await drained.is_kept_at_last(at, people[0], 1),
        }


if __name__ == "__main__":
    drained.begin(sys.argv[3])
    print(json.dumps(asyncio.run(play(Path(sys.argv[1]), int(sys.argv[2])))))
