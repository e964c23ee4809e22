"""What comes next is opened while the disk works; that it was must make no difference."""

from collections.abc import Callable, Sequence
from random import Random as Seeded
from threading import current_thread
from typing import Any

import pytest

from doorless_client.beside import Beside
from doorless_client.core import ahead, arriving
from doorless_client.core.ahead import WORTH_IT, Ahead
from doorless_client.store.base import DiskError, Store
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import Person, World
from doorless_protocol.frames import Deliver
from doorless_protocol.session import open_any

MANY = 2 * WORTH_IT


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every envelope that is opened, as often as it is."""
    seen: list[bytes] = []

    def seeing(sessions: Any, envelope: bytes, *rest: Any) -> Any:
        seen.append(envelope)
        return open_any(sessions, envelope, *rest)

    monkeypatch.setattr(arriving, "open_any", seeing)
    return seen


@pytest.fixture
def any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even one envelope is opened ahead."""
    monkeypatch.setattr(ahead, "WORTH_IT", 1)


def waiting(bob: Person, alice: Person, count: int) -> list[Deliver]:
    """So many texts of hers, as his relay delivers them."""
    before = len(bob.mail())
    for number in range(count):
        alice.says("bob", f"text {number} of {count}")
    while alice.live():
        pass
    return bob.mail()[before:]


def test_each_envelope_is_opened_once(opened: list[bytes]) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        mail = waiting(bob, alice, 2 * MANY)
        opened.clear()
        bob.engine.receive(mail[:MANY], mail[MANY:])
        assert opened == [one.envelope for one in mail]
        bob.engine.receive(mail[MANY:])
        assert opened == [one.envelope for one in mail]
        assert bob.texts("alice") == alice_said(alice)


def test_few_are_not_worth_it(opened: list[bytes]) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        mail = waiting(bob, alice, WORTH_IT)
        opened.clear()
        bob.engine.receive(mail[:1], mail[1:])
        assert len(opened) == 1


def test_another_thread_opens_while_the_disk_works(tmp_path: Any, opened: list[bytes]) -> None:
    threads: list[bool] = []

    def store(name: str) -> Store:
        return open_store(tmp_path / f"{name}.db", bytes(32), create=True)

    with World() as world:
        alice, bob = (world.person(name, store(name)) for name in ("alice", "bob"))
        alice.add("bob")
        bob.add("alice")
        alice.says("bob", "hello")
        world.settle()
        bob.engine.state.beside = second = Beside()
        mail = waiting(bob, alice, 2 * MANY)
        opened.clear()
        real = Ahead._open

        def noted(self: Ahead, *given: Any) -> None:
            threads.append(current_thread().name.startswith("beside"))
            real(self, *given)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Ahead, "_open", noted)
            bob.engine.receive(mail[:MANY], mail[MANY:])
        bob.engine.receive(mail[MANY:])
        second.close()
        assert threads == [True]
        assert len(opened) == len(mail)
        assert bob.texts("alice") == alice_said(alice)


def test_a_disk_that_refuses_takes_back_all_and_what_was_opened_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        mail = waiting(bob, alice, 2 * MANY)
        real = Ahead._open

        def then_full(self: Ahead, *given: Any) -> None:
            real(self, *given)
            raise DiskError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(Ahead, "_open", then_full)  # in memory: where the commit would be
            with pytest.raises(DiskError):
                bob.engine.receive(mail[:MANY], mail[MANY:])
        assert bob.texts("alice") == ["hello"]
        bob.engine.receive(mail[:MANY], mail[MANY:])
        bob.engine.receive(mail[MANY:])
        assert bob.texts("alice") == alice_said(alice)


def test_what_does_not_open_and_what_bears_anothers_id_stops_nothing() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        mail = waiting(bob, alice, 2 * MANY)
        first, rest = mail[:MANY], mail[MANY:]
        junk = Deliver(b"j" * 16, bytes(len(rest[0].envelope)))
        double = Deliver(rest[3].envelope_id, rest[4].envelope)
        bob.engine.receive(first, [junk, double, *rest])
        bob.engine.receive([junk, *rest])  # and not what was announced
        assert bob.texts("alice") == alice_said(alice)


def test_a_mistake_while_opening_ahead_is_met_in_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        mail = waiting(bob, alice, 2 * MANY)
        with monkeypatch.context() as patch:
            patch.setattr(ahead, "arrive", fails)
            bob.engine.receive(mail[:MANY], mail[MANY:])
        bob.engine.receive(mail[MANY:])
        assert bob.texts("alice") == alice_said(alice)


@pytest.mark.usefixtures("any_number")
@pytest.mark.parametrize("seed", range(12))
def test_nobody_can_tell_in_whatever_order_it_goes(seed: int) -> None:
    """Both talk, mail comes in any portions, some of it twice, and seldom what was announced."""
    seeded = Seeded(seed)
    with World(seed=seed.to_bytes(4)) as world:
        people = world.friends("alice", "bob")
        for _ in range(30):
            one, other = seeded.sample(people, 2)
            for _ in range(seeded.randrange(4)):
                one.says(other_name(one, people), f"{seeded.random()}")
            one.engine.upkeep.tick()
            for account in one.engine.upkeep.due():
                one.run(one.engine.upkeep.deliver(account))
            takes_in(other, seeded)
        world.settle()
        alice, bob = people
        assert bob.texts("alice") == alice_said(alice)
        assert alice.texts("bob") == [one.text for one in bob.messages("alice") if one.mine]
        assert bob.notes("alice") == alice.notes("bob") == []


def takes_in(person: Person, seeded: Seeded) -> None:
    mail = person.mail()
    cut = seeded.randrange(len(mail) + 1)
    coming = mail[cut:]
    if seeded.random() < 0.3:
        seeded.shuffle(coming)
    receive: Callable[[Sequence[Deliver], Sequence[Deliver]], None] = person.engine.receive
    receive(mail[:cut], coming)
    if seeded.random() < 0.5:
        receive(mail[: cut + seeded.randrange(3)], ())


def other_name(one: Person, people: Sequence[Person]) -> str:
    return "bob" if one is people[0] else "alice"


def alice_said(alice: Person) -> list[str]:
    return [one.text for one in alice.messages("bob") if one.mine]


def fails(*_: object) -> None:
    raise RuntimeError("a mistake of ours")
