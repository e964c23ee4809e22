"""X16: the power goes while a client writes. What it had told anybody is still true.

Here for some of the states that its disk may be left in; `make powercut` takes all of them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from doorless_client.store import sqlcipher
from doorless_client.store.base import StoreError
from doorless_client.store.records import ROWS
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_lab.power_cut import Operation, State, command, count, recorded, states
from doorless_protocol.primitives import sha256

KEY = bytes(range(32))
EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
AT_LEAST = 5_000
SAMPLED = 80
WAYS = 8

pytestmark = [
    pytest.mark.skipif(
        shutil.which("strace") is None, reason="strace is not installed: nothing can be recorded"
    ),
    pytest.mark.timeout(1200),
]

CLIENT = """
import os, sys
from pathlib import Path
from doorless_client.store import sqlcipher
from doorless_client.store.records import ROWS
from doorless_lab.world import World
from doorless_protocol.primitives import sha256

sqlcipher.SETTINGS = tuple(sys.argv[2].split(";"))

def digest(store):
    rows = [(kind.table, getattr(store, kind.table).find()) for kind in ROWS]
    return sha256(repr([(name, [tuple(getattr(row, column) for column in row.__struct_fields__)
        for row in found]) for name, found in rows]).encode()).hex()

def tell(what, store):
    os.write(1, f"{what} {digest(store)}\\n".encode())

def watch(person):
    transaction, ask, acknowledge = person.store.transaction, person.ask, person.acknowledge
    def telling(*committing):
        class Telling:
            def __enter__(self):
                self.inner = transaction(*committing); self.inner.__enter__()
            def __exit__(self, *error):
                ended = self.inner.__exit__(*error)
                if error[0] is None:
                    tell("is", person.store)
                return ended
        return Telling()
    def asking(ask_):
        tell("left", person.store)
        return ask(ask_)
    def acknowledging(ids):
        tell("left", person.store)
        acknowledge(ids)
    person.store.transaction, person.ask, person.acknowledge = telling, asking, acknowledging

path, key = Path(sys.argv[1]), bytes(range(32))
with World() as world:
    alice = world.person("alice", sqlcipher.open_store(path, key, create=True))
    bob = world.person("bob")
    tell("is", alice.store)
    watch(alice)
    bob.add("alice")
    alice.add("bob")
    for number in range(int(sys.argv[3])):
        alice.says("bob", f"a{number}")
        bob.says("alice", f"b{number}")
        world.settle()
        world.advance(5)
        if number == 1:
            alice.store.close()
            alice.store = sqlcipher.open_store(path, key)
            watch(alice)
            alice.reopen()
"""


def digest(store: SqlcipherStore) -> str:
    rows = [(kind.table, getattr(store, kind.table).find()) for kind in ROWS]
    values = [
        (name, [tuple(getattr(row, column) for column in row.__struct_fields__) for row in found])
        for name, found in rows
    ]
    return sha256(repr(values).encode()).hex()


def record_talk(folder: Path, messages: int) -> list[Operation]:
    """What a client does to its files while people talk; it tells what it lets out, and when."""
    folder.mkdir()
    trace = folder.with_suffix(".trace")
    arguments = [str(folder / "store.db"), ";".join(sqlcipher.SETTINGS), str(messages)]
    ran = subprocess.run(
        [*command(trace), sys.executable, "-c", CLIENT, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return recorded(trace, folder)


def without_sync() -> tuple[str, ...]:
    return tuple(one.replace("= FULL", "= NORMAL") for one in sqlcipher.SETTINGS)


@pytest.mark.attack(
    "X16",
    "wherever the power goes, all is there that a client had sent or acknowledged, and no key "
    "that it used can be used again",
    weaken={"doorless_client.store.sqlcipher.SETTINGS": without_sync()},
)
def test_what_had_left_a_client_survives_the_loss_of_power(
    tmp_path: Path, record: Callable[..., None]
) -> None:
    """Not older than when the last word left: so neither is a session, or a message lost."""
    operations = record_talk(tmp_path / "alice", messages=9 if EVERY_POINT else 3)
    order = {
        mark.data.split()[1].decode(): at
        for at, mark in enumerate(one for one in operations if one.kind == "mark")
    }
    seen, older = set[bytes](), 0
    for number, state in enumerate(chosen(operations)):
        place = tmp_path / f"cut{number}"
        found = what_is_there(place, state)
        left = [mark.split()[1].decode() for mark in state.marks if mark.startswith(b"left")]
        if left:
            assert found in order, f"state {number}: something that never was"
            older += order[found] < first_of(operations, left[-1])
            assert not older, f"state {number}: what had left it does not know"
        shutil.rmtree(place)
        seen.add(state.digest)
    assert len(seen) >= (AT_LEAST if EVERY_POINT else SAMPLED // 2)
    record("X16", "states after a loss of power", len(seen), "", f">= {AT_LEAST}" * EVERY_POINT)
    record("X16", "states that lost what had left, and so would use keys again", older, "", "== 0")


def first_of(operations: list[Operation], said: str) -> int:
    marks = (one.data.split()[1].decode() for one in operations if one.kind == "mark")
    return next(at for at, mark in enumerate(marks) if mark == said)


def chosen(operations: list[Operation]) -> Iterator[State]:
    """All of them, or some from everywhere."""
    wanted = None
    if not EVERY_POINT:
        wanted = set(Random(16).sample(range(count(operations, WAYS)), SAMPLED))
    return states(operations, 16, WAYS, wanted)


def what_is_there(place: Path, state: State) -> str:
    """What a client finds that starts now; or why it does not."""
    place.mkdir()
    for name, data in state.files.items():
        (place / name).write_bytes(data)
    try:
        store = open_store(place / "store.db", KEY)
    except StoreError as error:
        return str(error)
    try:
        return digest(store)
    finally:
        store.close()
