"""Our own entry in the key log, watched: quiet while it holds, at times that nobody chose."""

from collections.abc import Iterator

import pytest

from doorless_client.core.api import LogProofError, RefusedError, UnreachableError
from doorless_client.core.log_times import between_looks, made_up_for, next_anchor_look, soon
from doorless_client.core.views import Notice
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import Hello, Refusal, Refused, RelayInfo
from doorless_protocol.log_frames import LogAtAnchor
from logged import (
    DAY,
    OF_THE_LOG,
    Asked,
    alarm,
    alarms,
    checks,
    days_pass,
    own,
    pin,
    view,
    without_proof,
)


@pytest.fixture
def world() -> Iterator[World]:
    with World(log=True) as made:
        yield made


@pytest.fixture
def alice(world: World) -> Person:
    return world.person("alice")


def test_the_log_is_pinned_before_the_account_is_claimed(world: World, alice: Person) -> None:
    assert view(alice).config.hash == world.directory.config.hash
    assert alice.store.own.last().config == world.directory.config.hash
    chain = own(alice)
    assert chain.update is not None
    assert chain.update.receipt is not None


def test_a_linked_device_knows_of_the_log_before_it_saw_any_of_it(
    world: World, alice: Person
) -> None:
    status = link(alice).engine.log_status()
    assert (status.config, status.size) == (world.directory.config.hash, 0)


def test_the_first_look_finds_what_was_promised(alice: Person) -> None:
    assert alice.engine.log_status().own == 0
    checks(alice)
    status = alice.engine.log_status()
    assert (status.own, status.awaited, status.alarms) == (1, 0, 0)
    assert own(alice).update is None


def test_while_all_is_well_nothing_is_said(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    days_pass(world, 5)
    for person in (alice, bob):
        assert alarms(person) == []
        assert person.engine.alarms() == []
        chain, newest = own(person), view(person).newest_anchor
        assert newest is not None
        assert newest.anchor_no >= 5
        assert chain.checked.anchor_no >= newest.anchor_no - 1  # the last one by the next look


def test_every_anchor_is_looked_at_and_none_is_skipped(world: World, alice: Person) -> None:
    asked = Asked(alice)
    days_pass(world, 6)
    numbers = [ask.request.anchor for ask in asked.anonymous(LogAtAnchor)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) >= 5


def test_who_was_away_for_days_makes_up_for_each_anchor(world: World, alice: Person) -> None:
    checks(alice)
    alice.online = False
    for _ in range(6):
        world.advance(DAY)
        world.directory.turn(int(world.now))
    asked = Asked(alice)
    alice.goes(online=True)
    world.advance(1)
    assert len(asked.anonymous(LogAtAnchor)) >= 6
    assert alarms(alice) == []
    assert alice.engine.log_status().checked >= world.now - 2


def test_what_was_missed_for_less_than_a_day_waits_some_minutes(world: World) -> None:
    alice = world.person("alice")
    checks(alice)
    at = alice.engine.monitor.next_time()
    assert at is not None
    alice.online = False
    world.advance(at + 10 - world.now)
    alice.goes(online=True)
    assert not alice.engine.monitor.is_time()
    due = alice.engine.monitor.next_time()
    assert due is not None
    least, most = soon(world.directory.config)
    assert least <= due - world.now <= most


def test_all_of_it_is_asked_by_nobody_and_each_look_by_somebody_else(
    world: World, alice: Person
) -> None:
    asked = Asked(alice)
    checks(alice)
    first = {ask.apart for ask in asked.anonymous(*OF_THE_LOG)}
    asked.asks.clear()
    checks(alice)
    second = {ask.apart for ask in asked.anonymous(*OF_THE_LOG)}
    assert len(first) == len(second) == 1
    assert first != second
    assert asked.anonymous(*OF_THE_LOG)


def test_times_are_drawn_within_the_window(world: World, alice: Person) -> None:
    least, most = between_looks(world.directory.config)
    gaps = []
    for _ in range(40):
        before = alice.engine.monitor.next_time()
        assert before is not None
        world.now = before
        checks(alice)
        after = alice.engine.monitor.next_time()
        assert after is not None
        gaps.append(after - before)
    assert all(least <= gap <= most for gap in gaps)
    assert len({round(gap) for gap in gaps}) > 30
    assert most <= DAY / 2  # each anchor meets a look


def test_a_look_after_the_next_anchor_is_anywhere_in_its_window(alice: Person) -> None:
    held = view(alice)
    draws = [bytes([n, 0, 0, 0]) for n in (0, 64, 128, 255)]
    looks = [next_anchor_look(held, 10.5 * DAY, drawn) for drawn in draws]
    assert looks == sorted(looks)
    assert 11 * DAY < looks[0] < looks[-1] < 12 * DAY


def test_what_was_missed_for_a_whole_window_happens_at_once(alice: Person) -> None:
    config = view(alice).config
    assert made_up_for(100.0, config, 50.0, bytes(4)) == 100.0  # not missed
    assert made_up_for(100.0, config, 100.0 + DAY + 1, bytes(4)) == 100.0 + DAY + 1


# --- what fails ------------------------------------------------------------------------------


def test_a_relay_that_shows_no_proof_is_refused_and_nothing_is_kept(alice: Person) -> None:
    before = (alice.store.logs.find(), alice.store.log_own.find())
    alice.change_answer = without_proof
    with pytest.raises(LogProofError, match="no proof"):
        checks(alice)
    assert (alice.store.logs.find(), alice.store.log_own.find()) == before


def test_another_set_up_is_an_alarm(world: World, alice: Person) -> None:
    def other(ask: object, answered: object) -> object:
        if isinstance(answered, RelayInfo):
            fields = {name: getattr(answered, name) for name in answered.__struct_fields__}
            return RelayInfo(**{**fields, "config_hash": bytes(32)})
        return answered

    alice.change_answer = other
    for _ in range(2):
        with pytest.raises(LogProofError, match="another key log"):
            checks(alice)
    assert alarms(alice) == ["config"]  # once


def test_silence_is_no_answer_and_after_two_days_it_is_told(world: World, alice: Person) -> None:
    checks(alice)

    def silent(ask: object, answered: object) -> object:
        busy = isinstance(getattr(ask, "request", None), (*OF_THE_LOG, Hello))
        return Refused(Refusal.BUSY, 1) if busy else answered

    alice.change_answer = silent
    days_pass(world, 1)
    assert alarms(alice) == []
    days_pass(world, 3)
    assert alarms(alice) == ["overdue"]
    assert "no proof" in alarm(alice, "overdue").happened
    assert "clock" in alarm(alice, "overdue").todo
    told = [str(event.text) for event in alice.shown if isinstance(event, Notice)]
    assert told
    assert not any(line.startswith("the key log: the key log") for line in told)
    alice.change_answer = lambda _, answered: answered
    days_pass(world, 1)
    assert alice.engine.log_status().checked > world.now - DAY


def test_offline_is_no_failure_of_the_log(alice: Person) -> None:
    alice.online = False
    with pytest.raises(UnreachableError):
        checks(alice)
    assert alarms(alice) == []


def test_an_alarm_that_cannot_be_proven_has_no_evidence(world: World, alice: Person) -> None:
    with alice.engine.state.change():
        alice.engine.monitor.alarms.raise_alarm("ghost", RELAY, label="alice")
    (shown,) = alice.engine.alarms()
    with pytest.raises(RefusedError, match="without a proof"):
        alice.engine.evidence(shown.number)
    with pytest.raises(RefusedError, match="no alarm 7"):
        alice.engine.evidence(7)
    alice.engine.read_alarm(shown.number)
    assert alice.engine.alarms()[0].read


# --- entries of others ------------------------------------------------------------------------


def test_what_was_used_between_anchors_is_found_again_in_the_next(world: World) -> None:
    alice, _bob = world.people("alice", "bob")
    alice.add("bob")
    row = alice.store.log_pins.get(RELAY, "bob")
    assert row is not None
    window = (int(world.now) // DAY + 1) * DAY
    assert window < row.at < window + DAY
    assert pin(alice, "bob").is_pending
    asked = Asked(alice)
    days_pass(world, 3)
    assert not pin(alice, "bob").is_pending
    looks = [ask for ask in asked.anonymous(LogAtAnchor) if ask.request.handle == "bob"]
    assert len(looks) == 1
    ours = {
        ask.apart
        for ask in asked.asks
        if getattr(ask, "request", None) and ask not in looks and hasattr(ask, "apart")
    }
    assert looks[0].apart not in ours  # on a connection that nothing else used


def test_two_entries_are_looked_for_at_times_of_their_own(world: World) -> None:
    alice, _, _ = world.people("alice", "bob", "carol")
    alice.add("bob")
    alice.add("carol")
    first, second = (alice.store.log_pins.get(RELAY, name) for name in ("bob", "carol"))
    assert first is not None
    assert second is not None
    assert abs(first.at - second.at) > 1
