"""Targets: a backup that was altered, and a record of one that somebody made up."""

from random import Random as Seeded

from doorless_protocol.backup import Keys, open_sealed, seal
from doorless_protocol.backup_records import About, Before, Chosen, Felt, Reply, decode, encode
from fuzz.harness import Target, attempt, edit, promise

KEYS = Keys.of(bytes(range(32)))
RECORDS = [Seeded(15).randbytes(size) for size in (1, 70_000, 3)]
BACKUP = b"".join(seal(RECORDS, KEYS.writer, Seeded(3).randbytes))

ABOUT = About(bytes(32), "alice", "relay.example", True, b"", 1_800_000_000)
EXAMPLES = tuple(
    encode(record)
    for record in (
        ABOUT,
        Chosen({"name": "Alice", "typing": True, "lasts": 60}),
        Before(1_800_000_000_000, bytes(16), "as it was"),
        Felt(bytes(32), "👍", 1_800_000_000_000, bytes(16)),
        Reply("thanks", "Thank you!\nSee you there."),
    )
)


def backup(script: bytes) -> None:
    """The first byte says in pieces of how many KiB it comes."""
    size, altered = (script[:1].ljust(1, b"\0")[0] + 1) * 1024, edit(BACKUP, script[1:])
    pieces = [altered[at : at + size] for at in range(0, len(altered), size)]
    opened = attempt(lambda: list(open_sealed(pieces, KEYS)))
    promise(altered == BACKUP or opened is None, "an altered one is opened")
    promise(altered != BACKUP or opened == RECORDS, "an honest one is refused")


def record(data: bytes) -> None:
    known = attempt(lambda: decode(data))
    promise(known is None or encode(known) == data, "a second form of a record")


TARGETS = (
    Target("backup", "what opens is the backup that was written, whole", backup,
           tuple(bytes((choice, *rest)) for choice in (0, 63, 200)
                 for rest in ((), (1, 0, 90, 1), (0, 0, 20, 1), (0, 4, 160, 7), (1, 4, 160, 7)))),
    Target("backup_record", "a record has one form", record,
           (*EXAMPLES, b"\xdc\x00\x07" + EXAMPLES[0][1:])),
)  # fmt: skip
