"""X07: a byte copy of a profile comes online beside the original."""

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Flow
from doorless_client.core.incarnation import IncarnationKeeper
from doorless_client.core.sign_in import FROZEN, KNOCKED
from doorless_client.core.views import Notice
from doorless_lab.world import Person, World


def told(person: Person) -> list[str]:
    return [str(event.text) for event in person.shown if isinstance(event, Notice)]


def stops_in_silence(keeper: IncarnationKeeper, held: int) -> Flow[None]:
    return
    yield


def copied(world: World, alice: Person) -> Person:
    """A copy that was made while nothing ran; Alice went on since."""
    alice.goes(online=False)
    copy = alice.copied(world)
    copy.shown.clear()
    copy.online = True
    alice.goes(online=True)
    return copy


@pytest.mark.attack(
    "X07",
    "a copy of a profile is stopped at its first connection; it takes and sends nothing",
    weaken={"doorless_client.core.sign_in.may_go_on": lambda _: True},
)
def test_a_copy_is_stopped_at_its_first_connection() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        copy = copied(world, alice)
        bob.says("alice", "for one of the two")
        bob.live()
        copy.goes(online=True)
        copy.says("bob", "from the copy")
        for _ in range(5):
            copy.live()
        assert FROZEN in told(copy)
        assert copy.texts("bob") == alice.texts("bob")
        world.advance(10)
        assert "from the copy" not in bob.texts("alice")
        assert alice.texts("bob")[-1] == "for one of the two"


@pytest.mark.attack(
    "X07",
    "the original goes on, and its person hears of the copy",
    weaken={
        "doorless_client.core.incarnation.IncarnationKeeper._freeze": stops_in_silence,
    },
)
def test_the_original_hears_of_the_copy_and_goes_on() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        copied(world, alice).goes(online=True)
        alice.reopen()
        assert KNOCKED in told(alice)
        assert FROZEN not in told(alice)
        alice.says("bob", "it is me")
        world.advance(10)
        assert bob.texts("alice")[-1] == "it is me"
        (session,) = alice.engine.state.sessions.newest_first()
        assert session.confirmed


def test_the_person_decides_which_copy_goes_on() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        copy = copied(world, alice)
        alice.says("bob", "from the original")
        world.settle()
        copy.goes(online=True)
        world.everybody.append(copy)
        copy.run(copy.engine.keep())
        alice.reopen()
        assert FROZEN in told(alice)
        alice.says("bob", "does not leave")
        copy.says("bob", "this is the one I keep")
        world.advance(10)
        bob.says("alice", "welcome back")
        world.advance(10)
        assert bob.texts("alice")[-2:] == ["from the original", "this is the one I keep"]
        assert copy.texts("bob")[-1] == "welcome back"
        assert "welcome back" not in alice.texts("bob")


def test_both_may_be_kept_in_turn_and_the_last_one_goes_on() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        copy = copied(world, alice)
        copy.goes(online=True)
        copy.run(copy.engine.keep())
        alice.reopen()
        alice.run(alice.engine.keep())
        copy.reopen()
        assert copy.engine.is_frozen
        world.now += 700  # no two resyncs in ten minutes
        alice.says("bob", "me, after all")
        world.advance(10)
        assert bob.texts("alice") == ["hello", "me, after all"]


@pytest.mark.parametrize("requests", range(1, 9))
def test_keeping_a_copy_may_be_cut_short_anywhere(requests: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        copy = copied(world, alice)
        copy.goes(online=True)
        left = [requests]

        def cut(_: object, answered: object) -> object:
            left[0] -= 1
            if not left[0]:
                raise UnreachableError("cut before the answer came")
            return answered

        copy.change_answer = cut  # type: ignore[assignment]
        with pytest.raises(UnreachableError):
            copy.run(copy.engine.keep())
        copy.change_answer = lambda _, answered: answered
        copy.reopen()
        if copy.engine.is_frozen:
            copy.run(copy.engine.keep())
        world.everybody = [bob, copy]
        copy.says("bob", "kept")
        world.advance(10)
        bob.says("alice", "heard")
        world.advance(10)
        assert bob.texts("alice") == ["hello", "kept"]
        assert copy.texts("bob")[-1] == "heard"
