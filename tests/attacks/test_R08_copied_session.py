"""R08: somebody copied a session, and speaks and hears beside its owner, in every order."""

from itertools import permutations

import pytest

from doorless_client.core.resync import BROKEN
from doorless_lab.world import Person, World
from doorless_protocol.content import Content, Text
from doorless_protocol.errors import DoorlessError
from doorless_protocol.session import Session

ROUNDS = 3
ORDERS = list(permutations(("owner", "thief", "peer")))


class Thief:
    """Holds a session of Alice's with Bob as it was at the theft, and reads what the relay has."""

    def __init__(self, alice: Person, bob: Person) -> None:
        self._alice, self._bob, self._world = alice, bob, alice.world
        self._read = len(alice.world.submitted)
        (self.session,) = alice.engine.state.sessions.with_account(bob.engine.me.account)
        self.opened: list[bytes] = []

    def speaks(self, words: str) -> None:
        content: Content = self._alice.next_content("bob", Text(words))
        self.session, envelope = self.session.seal(content.encode(), self._world.random)
        self._world.put_in_mailbox(self._bob.engine.state.keys.mailbox, envelope)

    def hears(self) -> None:
        new, self._read = self._world.submitted[self._read :], len(self._world.submitted)
        for submitted in new:
            if submitted.mailbox == self._alice.engine.state.keys.mailbox:
                self._open(submitted.envelope)

    def _open(self, envelope: bytes) -> None:
        kem = self._alice.engine.state.keys.kem
        try:
            self.session, plain = self.session.open(envelope, self._world.now, kem)
        except DoorlessError:
            return
        self.opened.append(plain)


def alarmed(alice: Person, bob: Person) -> bool:
    return BROKEN in (*alice.notes("bob"), *bob.notes("alice"))


@pytest.mark.attack(
    "R08",
    "a copied session shows at the honest peer within two rounds, and is locked out for good",
    weaken={"doorless_client.core.resync.Resyncs.broken": lambda *_: None},
)
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_copied_session_shows_and_is_locked_out(order: tuple[str, ...]) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "before")
        world.advance(10)
        thief = Thief(alice, bob)
        said: dict[Person, list[str]] = {alice: [], bob: []}
        for number in range(ROUNDS):
            for who in order:
                if who == "thief":
                    thief.hears()
                    thief.speaks(f"false {number}")
                else:
                    person, other = (alice, "bob") if who == "owner" else (bob, "alice")
                    person.says(other, f"{who} {number}")
                    said[person].append(f"{who} {number}")
                world.settle()
            if number == 1:
                assert alarmed(alice, bob)
        world.advance(10)
        thief.hears()
        thief.opened.clear()
        thief.speaks("false, and too late")
        alice.says("bob", "are we alone?")
        bob.says("alice", "now we are")
        world.advance(10)
        thief.hears()
        assert thief.opened == []
        assert "false, and too late" not in bob.texts("alice")
        assert lost(alice, "bob", [*said[bob], "now we are"]) == []
        assert lost(bob, "alice", [*said[alice], "are we alone?"]) == []
        assert same_session(alice, bob)


def lost(person: Person, other: str, said: list[str]) -> list[str]:
    """What was said and is not shown exactly once."""
    shown = person.texts(other)
    return [words for words in said if shown.count(words) != 1]


def same_session(alice: Person, bob: Person) -> bool:
    return sending(alice, bob).id == sending(bob, alice).id


def sending(person: Person, other: Person) -> Session:
    me = other.engine.me
    session = person.engine.state.sessions.sending(me.account, me.device)
    assert session is not None
    return session
