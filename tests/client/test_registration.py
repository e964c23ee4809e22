"""An account is claimed once, whatever ends in between; and what it tells of itself."""

from collections.abc import Callable

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Ask, SignedIn
from doorless_client.core.registration import Newcomer, forget_seed, prepare
from doorless_client.store.base import Store
from doorless_client.store.memory import MemoryStore
from doorless_client.store.records import ROWS
from doorless_lab.crash import Crashed, Crashing
from doorless_lab.world import RELAY, Person, World
from doorless_protocol.frames import Answered, Found, Hello, Lookup, Refusal, Refused, RelayInfo
from doorless_protocol.manifest import Manifest

NOON_AND_A_SECOND = 1_750_075_201
MORE_THAN_ALL_POINTS = 40


@pytest.mark.parametrize("now", [NOON_AND_A_SECOND, NOON_AND_A_SECOND + 3_600])
def test_who_looks_a_handle_up_learns_the_day_of_registration_and_no_more(now: int) -> None:
    with World(now=float(now)) as world:
        world.person("alice")
        manifest = shown(world, "alice")
        midnight = now - now % 86_400
        assert (manifest.head.not_before, manifest.entries[0].added) == (midnight, midnight)


def test_wherever_a_registration_crashes_it_is_gone_on_with_and_the_handle_is_ours() -> None:
    for point in range(1, MORE_THAN_ALL_POINTS):
        with World(seed=bytes([point])) as world:
            alice = stranger(world)
            crash = Crashing(alice)
            crash.after(point)
            crashed = False
            try:
                register(alice)
            except Crashed:
                crashed = True
            crash.after(0)
            register(alice)  # the same command once more
            alice.reopen()
            world.everybody.append(alice)
            assert shown(world, "alice") == alice.engine.state.manifest
            bob = world.person("bob")
            bob.add("alice")
            bob.says("alice", "hello")  # so her prekeys are there
            world.settle()
            alice.accepts("bob")
            assert alice.texts("bob") == ["hello"]
        if not crashed:
            assert point > 6
            return
    pytest.fail("there are more points than were tried")


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes() -> None:
    with World() as world:
        alice = stranger(world)
        crash = Crashing(alice)
        crash.after(4)  # the relay did it, and nobody read so
        with pytest.raises(Crashed):
            register(alice)
        crash.after(0)
        claimed = shown(world, "alice")
        register(alice)
        assert shown(world, "alice") == claimed


@pytest.mark.parametrize("reason", [Refusal.TAKEN, Refusal.MALFORMED, Refusal.NOT_ALLOWED])
def test_a_final_refusal_leaves_nothing(reason: Refusal) -> None:
    with World() as world:
        alice = stranger(world)
        alice.change_answer = to_registrations(Refused(reason, 0))
        with pytest.raises(RefusedError):
            register(alice)
        for kind in ROWS:
            assert getattr(alice.store, kind.table).find() == [], kind.table


def test_a_relay_that_is_busy_may_be_asked_again() -> None:
    with World() as world:
        alice = stranger(world)
        # it had done it, the first time
        alice.change_answer = to_registrations(Refused(Refusal.BUSY, 60))
        with pytest.raises(RefusedError, match="try again later"):
            register(alice)
        alice.change_answer = lambda _, answered: answered
        register(alice)
        alice.reopen()
        assert shown(world, "alice") == alice.engine.state.manifest


def test_an_account_that_the_relay_did_not_confirm_opens_no_messenger() -> None:
    with World() as world:
        alice = stranger(world)
        with pytest.raises(ValueError, match="no account"):
            alice.reopen()


def test_another_handle_does_not_replace_a_registration_that_was_cut_short() -> None:
    with World() as world:
        alice = stranger(world)
        before = drawn(alice, "alice").me
        with pytest.raises(RefusedError, match=f"alice@{RELAY} did not finish"):
            drawn(alice, "carol")
        assert drawn(alice, "alice").me == before


def test_the_recovery_seed_is_kept_until_its_words_were_shown() -> None:
    with World() as world:
        alice = stranger(world)
        seed = drawn(alice).seed
        assert drawn(alice).seed == seed != b""
        register(alice)
        assert drawn(alice).seed == seed
        forget_seed(alice.store)
        assert drawn(alice).seed == b""


def test_the_configuration_hash_is_learnt_before_the_handle_is_claimed() -> None:
    with World() as world:
        alice = stranger(world)
        alice.change_answer = lambda *_: Refused(Refusal.BUSY, 60)
        with pytest.raises(RefusedError, match="does not say how it is set up"):
            register(alice)
        assert isinstance(world.ask_anonymously(Lookup("alice", 0)), Refused)
        alice.change_answer = lambda _, answered: answered
        register(alice)
        info = world.ask_anonymously(Hello())
        assert isinstance(info, RelayInfo)
        assert alice.store.own.find()[0].config == info.config_hash


def to_registrations(answer: Answered) -> Callable[[Ask, Answered], Answered]:
    """For `change_answer`: a relay that answers every registration so."""

    def change(ask: Ask, answered: Answered) -> Answered:
        return answer if isinstance(ask, SignedIn) else answered

    return change


def stranger(world: World) -> Person:
    """Somebody who prepared an account, which no relay knows."""
    store = MemoryStore()
    newcomer = prepared(world, store)
    return Person(world, "alice", store, newcomer.keys, newcomer.manifest.account)


def prepared(world: World, store: Store, handle: str = "alice") -> Newcomer:
    return prepare(
        store,
        handle=handle,
        relay=RELAY,
        tls=True,
        pin=b"",
        seed=world.random(32),
        now=int(world.now),
        random=world.random,
    )


def drawn(person: Person, handle: str = "alice") -> Newcomer:
    return prepared(person.world, person.store, handle)


def register(person: Person) -> None:
    """What the command does, once more or for the first time."""
    person.run(drawn(person).register(int(person.world.now), person.world.random))


def shown(world: World, handle: str) -> Manifest:
    """The manifest that the relay has of this handle."""
    found = world.ask_anonymously(Lookup(handle, 0))
    assert isinstance(found, Found)
    return Manifest.decode(found.manifest)
