"""X06: a profile is put back to an older state, from a backup or a snapshot, and sends."""

import pytest

from doorless_client.core.sign_in import FROZEN
from doorless_client.core.views import Notice, State
from doorless_client.store.base import Store
from doorless_lab.world import Person, World
from doorless_lab.world_person import copy_store
from doorless_protocol.session import Session

Place = tuple[bytes, bytes, int]
"""A session, the key of one of its sending chains, and the number in it."""

seal = Session.seal


def told(person: Person) -> list[str]:
    return [str(event.text) for event in person.shown if isinstance(event, Notice)]


def some_talk(world: World, alice: Person, bob: Person, words: str) -> None:
    for number in range(3):
        alice.says("bob", f"{words} {number}")
        world.settle()
        bob.says("alice", f"{words} {number}")
        world.settle()
    world.advance(10)


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, Place]:
    """Under which number of which chain each envelope was sealed."""
    sealed: dict[bytes, Place] = {}

    def recorded(self: Session, content: bytes, random: object) -> tuple[Session, bytes]:
        following, envelope = seal(self, content, random)  # type: ignore[arg-type]
        double = following.ratchet.double
        assert double.sending is not None
        sealed[envelope] = (self.id, double.keys.public, double.sending.number)
        return following, envelope

    monkeypatch.setattr(Session, "seal", recorded)
    return sealed


def grown_old(world: World, alice: Person, bob: Person, *, online: bool) -> Store:
    """A backup of Alice's profile, after which she said more, and went online again or stayed."""
    some_talk(world, alice, bob, "kept")
    alice.says("bob", "begins a chain")
    world.settle()
    backup = copy_store(alice.store)
    if online:
        world.advance(700)
        alice.run(alice.engine.home.maintain())  # as at each ten minutes of a connection
    else:
        alice.reopen()
    some_talk(world, alice, bob, "later")
    return backup


@pytest.mark.attack(
    "X06",
    "a restored old profile sends nothing under a number that was used, and says so",
    weaken={"doorless_client.core.sign_in.may_go_on": lambda _: True},
)
@pytest.mark.parametrize("online", [False, True], ids=["backup", "snapshot of a running machine"])
def test_a_restored_profile_sends_nothing_under_a_used_number(
    places: dict[bytes, Place], *, online: bool
) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        backup = grown_old(world, alice, bob, online=online)
        alice.goes(online=False)
        alice.restore(backup)
        said = alice.says("bob", "said offline, on the old copy")
        before = len(world.submitted)
        alice.goes(online=True)
        alice.says("bob", "said online, on the old copy")
        world.advance(10)
        assert FROZEN in told(alice)
        assert len(world.submitted) == before
        assert alice.messages("bob")[said.position].state is State.WAITING
        alice.run(alice.engine.keep())
        world.advance(10)
        assert bob.texts("alice")[-2:] == [
            "said offline, on the old copy",
            "said online, on the old copy",
        ]
        bob.says("alice", "good to hear")
        world.advance(10)
        assert alice.texts("bob")[-1] == "good to hear"
        under = [places[submit.envelope] for submit in world.submitted]
        assert len(set(under)) == len({submit.envelope for submit in world.submitted})


def test_what_the_later_state_had_heard_shows_as_missing() -> None:
    """Their device has receipts for it and does not say it again: the gap is the loss notice."""
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        backup = grown_old(world, alice, bob, online=False)
        alice.restore(backup)
        alice.run(alice.engine.keep())
        bob.says("alice", "after")
        world.advance(10)
        heard = [(one.text, one.gap) for one in alice.messages("bob") if not one.mine]
        assert heard[-1] == ("after", 3)


def test_what_is_under_way_when_an_old_copy_is_kept_arrives(places: dict[bytes, Place]) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        backup = grown_old(world, alice, bob, online=False)
        alice.goes(online=False)
        bob.says("alice", "on its way")
        world.settle()
        alice.restore(backup)
        alice.goes(online=True)
        alice.run(alice.engine.keep())
        world.advance(10)
        assert alice.texts("bob")[-1] == "on its way"
        assert alice.texts("bob").count("on its way") == 1


def test_a_conversation_that_the_copy_never_knew_is_no_obstacle() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        backup = copy_store(alice.store)
        carol = world.person("carol")
        alice.add("carol")
        alice.says("carol", "new here")
        world.settle()
        carol.accepts("alice")
        world.advance(10)
        alice.restore(backup)
        alice.run(alice.engine.keep())
        world.advance(10)
        alice.says("bob", "still friends")
        world.advance(10)
        assert bob.texts("alice")[-1] == "still friends"
