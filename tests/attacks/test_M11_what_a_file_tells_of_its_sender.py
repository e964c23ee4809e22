"""M11: what a file, its name or where it lay tells about the computer and person that sent it."""

import asyncio
import os
from pathlib import Path

import pytest

from doorless_client.core.network import Network
from doorless_client.file_names import MAX_SENT, sent_name
from doorless_client.messenger import Messenger
from doorless_client.sealed_files import SealedFiles
from doorless_client.store.memory import MemoryTable
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.blob_frames import BlobPut
from doorless_protocol.content import Content, Text
from doorless_protocol.frames import Answered

CANARY = "Zwetschgenknoedel"
FACTS = b"EXIF: taken by the sender"


class Relayed:
    """A network that is a World's relay."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self.asked: list[object] = []

    async def anonymous(self, relay: str, request: object, **_: object) -> Answered:
        self.asked.append(request)
        return self._person.world.ask_anonymously(request)  # type: ignore[arg-type]

    async def close(self) -> None: ...


async def offered(folder: Path) -> tuple[list[object], list[object], bytes]:
    """Alice offers Bob a file that lies in a telling place: requests, rows, bytes on her disk."""
    world = World()
    alice, _ = world.friends("alice", "bob")
    network: Network = Relayed(alice)  # type: ignore[assignment]
    place = folder / CANARY / "private"
    place.mkdir(parents=True)
    path = place / "letter.txt"
    path.write_bytes(FACTS)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    vault = SealedFiles(folder / "files")
    messenger = Messenger(
        alice.store, network, now=lambda: world.now, random=world.random, vault=vault
    )
    await messenger.files.offer(messenger.chats()[0].conversation, path, text="")
    messenger.files.pump()
    await asyncio.gather(*messenger.files._tasks.values())
    rows = [
        row
        for table in vars(alice.store).values()
        if isinstance(table, MemoryTable)
        for row in table.find()
    ]
    disk = b"".join(vault.piece(name, 0) for name in vault.names())
    await messenger.files.close()
    return network.asked, rows, disk  # type: ignore[attr-defined]


@pytest.mark.attack(
    "M11",
    "where a file lay, and when it was made, is in nothing that leaves the sender, or is stored",
    weaken={"doorless_client.files_at_work.sent_name": str},
)
async def test_where_a_file_lay_is_nobodys_business(tmp_path: Path) -> None:
    asked, rows, disk = await offered(tmp_path)
    assert sum(isinstance(request, BlobPut) for request in asked) == 2
    everything = repr([vars_of(each) for each in (*asked, *rows)]).encode() + disk
    assert b"letter.txt" in everything  # the positive control
    for told in (CANARY, "private", str(tmp_path), "1000000000"):
        assert told.encode() not in everything
    assert FACTS not in everything
    contents = [Content.decode(row.content) for row in rows if hasattr(row, "content")]
    files = [said.file for each in contents if isinstance(said := each.say(), Text) and said.file]
    assert [file.name for file in files] == ["letter.txt"]


def vars_of(value: object) -> dict[str, object]:
    """All fields, of rows also that hide them."""
    names = getattr(value, "__struct_fields__", ())
    return {name: getattr(value, name) for name in names}


def test_a_name_that_is_sent_is_one_part_and_harmless() -> None:
    for path in (Path("/a/b/c"), Path("x\ny"), Path("\udcff.txt"), Path("é" * 300 + ".jpeg")):
        name = sent_name(path)
        assert "/" not in name
        assert "\n" not in name
        assert 0 < len(name.encode()) <= MAX_SENT
    assert sent_name(Path("é" * 300 + ".jpeg")).endswith(".jpeg")
