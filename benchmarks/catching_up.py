"""What queued up while a device was away, beside what no program could do without.

The limit opens the same envelopes in the same session and writes the same rows to a database of
the same form, as many in a transaction: no content is read, nothing is looked up, nothing shown.
Both sides take turns, a step at a time, so that a busy moment of the machine tells in both.
"""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

import msgspec

from doorless_client.steps import Steps
from doorless_client.store.records import Entry, Seen, Wire
from doorless_client.store.row import Row
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.content import Text
from doorless_protocol.frames import Deliver
from doorless_protocol.session import Session

KEY = bytes(32)


class Rates(NamedTuple):
    """Envelopes a second; ours also by the seconds that the processor worked.

    Attributes:
        longest: milliseconds of the longest step: for so long nothing is drawn.
    """

    ours: float
    working: float
    limit: float
    longest: float


def queue(alice: Person, world: World, text: str, count: int) -> list[Deliver]:
    """So many envelopes of hers, as the relay would push them."""
    (session,) = alice.engine.state.sessions.newest_first()
    content = alice.next_content("bob", Text(text))
    queued = []
    for _ in range(count):
        session, envelope = session.seal(content.encode(), world.random)
        queued.append(Deliver(world.random(16), envelope))
        content = msgspec.structs.replace(
            content,
            id=world.random(16),
            counter=content.counter + 1,
            previous=content.digest(),
        )
    return queued


class Bare:
    """Opens, and writes; no more."""

    def __init__(self, folder: Path, bob: Person, world: World) -> None:
        self._store = open_store(folder / "bare.db", KEY, create=True)
        self._session: Session
        (self._session,) = bob.engine.state.sessions.newest_first()
        self._identity, self._world = bob.engine.state.keys.kem, world
        (contact,) = bob.store.contacts.find()
        (self._said,) = bob.store.messages.find(mine=False)
        (self._wire,) = bob.store.wires.find(place=self._said.place)
        with self._store.transaction():
            self._store.contacts.put(contact)
        self._written = 0

    def rows(self, text: str, count: int) -> tuple[list[Entry], list[Wire], list[Seen]]:
        random, replace = self._world.random, msgspec.structs.replace
        places = range(self._written, self._written + count)
        self._written += count
        return (
            [
                replace(self._said, place=place, id=random(16), text=text, chars=len(text))
                for place in places
            ],
            [replace(self._wire, place=place) for place in places],
            [Seen(random(16), 0, bytes(16) + place.to_bytes(4), random(32)) for place in places],
        )

    def take(self, step: Sequence[Deliver], *tables: Sequence[Row]) -> None:
        for one in step:
            self._session, _ = self._session.open(one.envelope, self._world.now, self._identity)
        with self._store.transaction():
            for rows in tables:
                kind = type(rows[0])
                names = ", ".join(kind.__struct_fields__)
                values = ", ".join("?" * len(kind.__struct_fields__))
                self._store._database.executemany(
                    f"INSERT INTO {kind.table} ({names}) VALUES ({values})",
                    map(msgspec.structs.astuple, rows),
                )

    def close(self) -> None:
        self._store.close()


def catch_up(
    folder: Path, alice: Person, bob: Person, world: World, text: str, count: int
) -> Rates:
    """Bob's engine opens, stores durably and acknowledges what Alice said."""
    queued, bare = queue(alice, world, text, count), Bare(folder, bob, world)
    before = len(bob.engine.history(bob.chat("alice").conversation))
    ours = working = limit = longest = 0.0
    steps = Steps()
    for step, coming in steps.of(queued):
        start, worked = perf_counter(), process_time()
        with steps.timed(step):
            bob.engine.receive(step, coming)
        took, working = perf_counter() - start, working + process_time() - worked
        ours, longest = ours + took, max(longest, took)
        rows = bare.rows(text, len(step))
        start = perf_counter()
        bare.take(step, *rows)
        limit += perf_counter() - start
    bare.close()
    assert len(bob.engine.history(bob.chat("alice").conversation)) == before + count
    return Rates(count / ours, count / working, count / limit, longest * 1e3)
