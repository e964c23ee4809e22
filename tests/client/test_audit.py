"""Whether the relay gives others what we left there: asked of it, and seen as strangers see it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from doorless_client.cli_doctor import _prekeys
from doorless_client.core import audit
from doorless_client.core.audit import (
    AUDIT_OVERDUE,
    AUDIT_SOON,
    EVIDENCE,
    NO_PREKEYS,
    OLD_PREKEYS,
    OTHER_PREKEYS,
    USED_PREKEY,
)
from doorless_client.core.effects import Anonymously, Ask, SignedIn
from doorless_client.core.views import Notice
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.frames import (
    Answered,
    BundleServed,
    CommitPrekeys,
    FetchBundle,
    PrekeysHeld,
    Refusal,
    Refused,
)

DAY = 86_400
Change = Callable[[Answered], Answered]


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture
def bob(world: World) -> Person:
    return world.person("bob")


def alarms(person: Person) -> list[str]:
    said = [event.text for event in person.shown if isinstance(event, Notice)]
    return [text for text in said if text.startswith("ALARM")]


def looks(person: Person) -> None:
    """At the time that was drawn."""
    times = person.engine.home.auditor.times
    person.world.now = max(person.world.now, times.at)
    person.engine.home.pass_missed()
    person.world.now = times.at
    person.run(person.engine.home.maintain())


def answering(kind: type[object], change: Change) -> Callable[[Ask, Answered], Answered]:
    return lambda _, answered: change(answered) if isinstance(answered, kind) else answered


def fetched(world: World, person: Person) -> BundleServed:
    answered = world.ask_anonymously(FetchBundle(person.engine.me.device))
    assert isinstance(answered, BundleServed)
    return answered


def test_an_honest_relay_raises_no_alarm(world: World, bob: Person) -> None:
    for _ in range(10):
        looks(bob)
        bob.goes(online=True)
    assert alarms(bob) == []
    assert bob.store.evidence.find() == []


def test_the_look_is_a_strangers(bob: Person) -> None:
    """Nothing in it says who asks, and no two share a connection."""
    asked: list[Ask] = []

    def watch(ask: Ask, answered: Answered) -> Answered:
        asked.append(ask)
        return answered

    bob.change_answer = watch
    looks(bob)
    looks(bob)
    seen = [ask for ask in asked if isinstance(ask.request, FetchBundle)]
    assert len(seen) == 2
    assert all(isinstance(ask, Anonymously) for ask in seen)
    assert len({ask.apart for ask in seen if isinstance(ask, Anonymously)}) == 2


def test_prekeys_of_somebody_else_are_told_and_kept(world: World, bob: Person) -> None:
    eve = world.person("eve")
    hers = fetched(world, eve)
    bob.change_answer = answering(BundleServed, lambda _: hers)
    looks(bob)
    assert alarms(bob) == [OTHER_PREKEYS]
    (kept,) = bob.store.evidence.find()
    assert (kept.what, kept.theirs) == (EVIDENCE, hers.bundle)
    looks(bob)
    assert len(alarms(bob)) == 1  # the same again is no news


def test_prekeys_that_were_altered_are_told(bob: Person) -> None:
    def alter(answered: Answered) -> Answered:
        assert isinstance(answered, BundleServed)
        bundle = answered.bundle[:-1] + bytes((answered.bundle[-1] ^ 1,))
        return BundleServed(bundle, answered.pair, answered.index, answered.path)

    bob.change_answer = answering(BundleServed, alter)
    looks(bob)
    assert alarms(bob) == [OTHER_PREKEYS]


def test_prekeys_of_a_week_ago_are_told(world: World, bob: Person) -> None:
    old = fetched(world, bob)
    world.now += 6 * DAY
    bob.engine.home.pass_missed()
    world.now = bob.engine.home.prekeys.times.at
    bob.run(bob.engine.home.maintain())
    assert fetched(world, bob).bundle != old.bundle
    bob.change_answer = answering(BundleServed, lambda _: old)
    looks(bob)
    assert alarms(bob) == [OLD_PREKEYS]


def test_a_relay_that_gives_nobody_prekeys_is_told(bob: Person) -> None:
    bob.change_answer = answering(BundleServed, lambda _: Refused(Refusal.NOT_ALLOWED, 0))
    looks(bob)
    assert alarms(bob) == [NO_PREKEYS]


@pytest.mark.parametrize("busy", [Refusal.BUSY])
def test_a_relay_without_time_is_no_difference(bob: Person, busy: Refusal) -> None:
    bob.change_answer = answering(BundleServed, lambda _: Refused(busy, 60))
    looks(bob)
    assert alarms(bob) == []


def test_a_one_time_prekey_given_out_twice_is_told(world: World, bob: Person) -> None:
    taken: list[BundleServed] = []

    def keep(ask: Ask, answered: Answered) -> Answered:
        if isinstance(answered, BundleServed):
            taken.append(answered)
        return answered

    alice = world.person("alice")
    alice.add("bob")
    alice.change_answer = keep
    alice.says("bob", "by a pair of the batch")
    world.settle()
    bob.change_answer = answering(BundleServed, lambda _: taken[0])
    looks(bob)
    assert alarms(bob) == [USED_PREKEY]


def test_the_hash_that_the_relay_tells_is_compared_at_each_sign_in(bob: Person) -> None:
    other = PrekeysHeld(b"\x07" * 32, 100)
    bob.change_answer = answering(PrekeysHeld, lambda _: other)
    bob.goes(online=True)
    bob.goes(online=True)
    assert alarms(bob) == [OTHER_PREKEYS]
    (kept,) = bob.store.evidence.find()
    assert kept.theirs == other.bundle_hash


def test_prekeys_where_none_were_ever_left_are_told(bob: Person) -> None:
    with bob.engine.state.change():
        bob.store.prekeys.clear()
    bob.goes(online=True)
    assert alarms(bob) == [OTHER_PREKEYS]


def test_an_alarm_stays_until_it_was_read(bob: Person) -> None:
    bob.change_answer = answering(PrekeysHeld, lambda _: PrekeysHeld(b"\x07" * 32, 100))
    bob.goes(online=True)
    (notice,) = [event for event in bob.shown if isinstance(event, Notice)]
    assert notice.alarms


def test_evidence_is_bounded(bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_EVIDENCE", 3)
    for number in range(6):
        held = PrekeysHeld(bytes([number + 1]) * 32, 100)
        bob.change_answer = answering(PrekeysHeld, lambda _, held=held: held)
        bob.goes(online=True)
    assert len(bob.store.evidence.find()) == 3
    assert len(alarms(bob)) == 6


def test_an_upload_on_its_way_is_no_difference(world: World, bob: Person) -> None:
    """The relay has it, and we do not know yet."""
    world.now += 8 * DAY
    flow = bob.engine.home.prekeys.arrive()
    ask = next(flow)
    while not (isinstance(ask, SignedIn) and isinstance(ask.request, CommitPrekeys)):
        ask = flow.send(bob.ask(ask))
    bob.ask(ask)  # and its answer does not come
    bob.run(bob.engine.home.auditor.audit())
    flow.close()
    assert alarms(bob) == []


def test_who_is_rarely_there_looks_some_minutes_after_a_sign_in(world: World, bob: Person) -> None:
    times = bob.engine.home.auditor.times
    looks(bob)
    world.now += AUDIT_OVERDUE - 3600
    bob.goes(online=True)
    assert times.at > world.now + AUDIT_SOON[1] or times.is_missed()
    world.now += 3700
    bob.engine.home.pass_missed()
    bob.goes(online=True)
    assert world.now + AUDIT_SOON[0] <= times.at <= world.now + AUDIT_SOON[1]


def test_an_account_that_never_published_is_not_looked_at(bob: Person) -> None:
    with bob.engine.state.change():
        bob.store.prekeys.clear()
    asked: list[Ask] = []

    def watch(ask: Ask, answered: Answered) -> Answered:
        asked.append(ask)
        return answered

    bob.change_answer = watch
    bob.run(bob.engine.home.auditor.audit())
    assert asked == []


def test_doctor_fails_while_there_is_evidence(tmp_path: Path) -> None:
    with World() as world:
        bob = world.person("bob", open_store(tmp_path / "bob.db", bytes(32), create=True))
        assert isinstance(bob.store, SqlcipherStore)
        assert _prekeys(bob.store).verdict == "ok"
        bob.change_answer = answering(BundleServed, lambda _: Refused(Refusal.NOT_ALLOWED, 0))
        looks(bob)
        assert _prekeys(bob.store).verdict == "fail"
