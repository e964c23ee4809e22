"""Alarms: the same is no news, something else is, and nobody fills the screen or the disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_client.core.alarm_subjects import digest
from doorless_client.core.log_alarms import MAX_ABOUT_ONE, MAX_PER_KIND, Alarms
from doorless_client.store.log_records import LogAlarm
from doorless_client.store.migrations import migrate, scripts
from doorless_client.store.sqlcipher import _connect, open_store
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.errors import MisconductError, UnconnectedError
from logged import alarms
from logstage import ALICE, stage

KEY = bytes(32)
ANNA, BEN = b"a" * 32, b"b" * 32


@pytest.fixture
def world() -> Iterator[World]:
    with World(log=True) as made:
        yield made


@pytest.fixture
def alice(world: World) -> Person:
    return world.person("alice")


@pytest.fixture
def raising(alice: Person) -> Iterator[Alarms]:
    with alice.engine.state.change():
        yield Alarms(alice.engine.state)


def rows(alice: Person, **equal: object) -> list[LogAlarm]:
    return list(alice.store.log_alarms.find(**equal))


def read_all(alice: Person) -> None:
    for row in rows(alice):
        alice.engine.monitor.alarms.read(row.number)


def ghost(alice: Person, shown: bytes, account: bytes = ANNA) -> bool:
    with alice.engine.state.change():
        return alice.engine.monitor.alarms.raise_alarm("ghost", RELAY, account=account, shown=shown)


# --- what is news ------------------------------------------------------------------------------


def test_the_same_is_no_news_read_or_not(alice: Person) -> None:
    assert ghost(alice, b"one")
    assert not ghost(alice, b"one")
    read_all(alice)
    assert not ghost(alice, b"one")
    assert alarms(alice) == ["ghost"]


def test_something_else_is_told_once_the_one_before_was_read(alice: Person) -> None:
    assert ghost(alice, b"one")
    assert ghost(alice, b"two"), "it is new, and sending stops"
    assert alarms(alice) == ["ghost"], "one of that person is still to be read"
    read_all(alice)
    assert ghost(alice, b"three")
    assert alarms(alice) == ["ghost", "ghost"]


def test_of_somebody_else_it_is_told_at_once(alice: Person) -> None:
    assert ghost(alice, b"one")
    assert ghost(alice, b"one", BEN)
    assert alarms(alice) == ["ghost", "ghost"]


def test_a_proof_of_what_was_told_is_news(alice: Person, raising: Alarms) -> None:
    what = {"label": "alice", "shown": b"record"}
    assert raising.raise_alarm("E7", RELAY, **what)
    assert raising.raise_alarm("E7", RELAY, **what, evidence=b"a bundle")
    assert not raising.raise_alarm("E7", RELAY, **what, evidence=b"built again")
    assert [bool(row.evidence) for row in rows(alice)] == [False, True]


# --- bounds ------------------------------------------------------------------------------------


def test_one_person_fills_neither_the_screen_nor_the_disk(alice: Person) -> None:
    for number in range(100):
        assert ghost(alice, b"%d" % number)
    assert len(rows(alice)) == MAX_ABOUT_ONE
    assert alarms(alice) == ["ghost"]


def test_nor_do_many(alice: Person) -> None:
    for number in range(MAX_PER_KIND + 20):
        ghost(alice, b"one", b"%032d" % number)
    assert len(rows(alice)) == MAX_PER_KIND


def test_what_was_read_gives_way_first_and_then_the_oldest(alice: Person) -> None:
    for number in range(MAX_ABOUT_ONE):
        ghost(alice, b"%d" % number)
    alice.engine.monitor.alarms.read(3)
    ghost(alice, b"another")
    assert [row.number for row in rows(alice)] == [1, 2, 4, 5]
    ghost(alice, b"and another")
    assert [row.number for row in rows(alice)] == [2, 4, 5, 6]


def test_a_proof_gives_way_to_nothing(alice: Person) -> None:
    manager = alice.engine.monitor.alarms
    with alice.engine.state.change():
        for number in range(MAX_PER_KIND - 1):
            account = b"%032d" % number
            manager.raise_alarm("E4", RELAY, account=account, evidence=b"%d" % number)
        manager.raise_alarm("E4", RELAY, label="unproven")
    read_all(alice)
    with alice.engine.state.change():
        assert manager.raise_alarm("E4", RELAY, account=ANNA, evidence=b"the hundredth")
    assert not rows(alice, label="unproven")
    before, told = rows(alice), len(alarms(alice))
    for more in (b"one", b"two"):
        with alice.engine.state.change():
            assert manager.raise_alarm("E4", RELAY, account=BEN, evidence=more)
    assert rows(alice) == before
    assert len(alarms(alice)) == told, "a hundred proofs are there, and one is still to be read"


def test_of_one_person_four_proofs_are_kept(alice: Person, raising: Alarms) -> None:
    for number in range(MAX_ABOUT_ONE + 2):
        raising.raise_alarm("E4", RELAY, label="bob", evidence=b"%d" % number)
    assert [row.evidence for row in rows(alice)] == [b"0", b"1", b"2", b"3"]


# --- what a bundle is about --------------------------------------------------------------------


def test_a_lie_that_goes_on_is_one_however_new_its_proof() -> None:
    play = stage(versions=2)
    play.bob_looks()
    play.ledger.show(ALICE, play.alice.chain.links[0].head)
    proofs = []
    for _ in range(2):
        play.epoch()
        with pytest.raises(MisconductError) as raised:
            play.bob_looks()
        proofs.append(raised.value.evidence)
    play.ledger.show(ALICE, play.ghost())
    play.epoch()
    play.ledger.show(ALICE, None)
    play.epoch()
    with pytest.raises(MisconductError) as raised:
        play.bob_looks()
    first, second = (digest(b"", proof) for proof in proofs)
    assert proofs[0] != proofs[1]
    assert first == second
    assert digest(b"", raised.value.evidence) != first, "absent is another lie than old"


def test_a_broken_promise_is_one() -> None:
    play = stage(versions=1)
    play.alice.publish(play.ledger, play.random.randbytes, play.now)
    play.ledger.waiting.clear()
    proofs = set()
    for _ in range(2):
        play.epoch(600)
        with pytest.raises(MisconductError) as raised:
            play.alice.look_at_self(play.ledger, play.now)
        proofs.add(raised.value.evidence)
    assert len(proofs) == 2
    assert len({digest(b"", proof) for proof in proofs}) == 1


def test_heads_that_lead_nowhere_are_one_whatever_comes_after() -> None:
    play = stage(versions=1)
    other = play.ledger.fork()
    play.epoch()
    play.bob.catch_up(play.ledger, play.now)
    other.publish(play.now + 1)
    proofs = set()
    for later in (10, 20):
        other.publish(play.now + later)
        with pytest.raises(UnconnectedError) as raised:
            play.bob.catch_up(other, play.now + later)
        proofs.add(raised.value.challenge)
    assert len(proofs) == 2
    assert len({digest(b"", proof) for proof in proofs}) == 1


def test_what_is_no_bundle_is_its_own_subject() -> None:
    assert digest(b"", b"junk") != digest(b"", b"other junk")
    assert digest(b"shown", b"junk") == digest(b"shown", b"other junk")


# --- profiles of before ------------------------------------------------------------------------


def test_alarms_of_the_schema_before_stay_and_the_same_is_told_once_more(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    database = _connect(path, KEY, create=True)
    migrate(database, scripts()[:6])
    row = (1, 1_800_000_000, "E4", "relay.test", "bob", b"", b"a bundle", 1)
    database.execute("INSERT INTO log_alarms VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    database.close()
    store = open_store(path, KEY)
    assert store.log_alarms.get(1) == LogAlarm(*row[:7], seen=True, shown=b"")
    store.close()
