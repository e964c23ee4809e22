"""R10: both begin at once over a bad network, and a relay or a peer that forces new sessions."""

import os
import random
from collections.abc import Sequence

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Ask
from doorless_client.core.engine import Engine
from doorless_lab.wire import Answer
from doorless_lab.world import Person, World
from doorless_protocol import choice
from doorless_protocol.content import Control
from doorless_protocol.frames import Answered, Deliver
from doorless_protocol.session import Session

SEEDS = int(os.environ.get("DOORLESS_CROSSED_SEEDS", "6"))
ROUND_TRIPS = 2
LOST = 0.3
"""Of the requests, and as many of the answers, while the network is bad."""


class BadWire:
    """Loses requests and answers, and delivers out of order, until it is mended."""

    def __init__(self, seed: int) -> None:
        self._random, self.bad = random.Random(seed), True

    def ask(self, ask: Ask, answer: Answer) -> Answered:
        if self._loses():
            raise UnreachableError("the request was lost")
        answered = answer(ask)
        if self._loses():
            raise UnreachableError("the answer was lost")
        return answered

    def _loses(self) -> bool:
        return self.bad and self._random.random() < LOST

    def deliver(self, waiting: Sequence[Deliver]) -> Sequence[Deliver]:
        arriving = list(waiting)
        self._random.shuffle(arriving)
        return arriving[: len(arriving) // 2] if self.bad else arriving

    def acknowledge(self, ids: Sequence[bytes]) -> Sequence[bytes]:
        return [] if self._loses() else ids


def lives(person: Person) -> None:
    try:
        person.live()
    except UnreachableError:
        person.engine.upkeep.resume_all()


def sending(person: Person, other: Person) -> Session | None:
    me: Engine = other.engine
    return person.engine.state.sessions.sending(me.me.account, me.me.device)


def agree(alice: Person, bob: Person) -> bool:
    ours, theirs = sending(alice, bob), sending(bob, alice)
    return ours is not None and theirs is not None and ours.id == theirs.id


def the_one_used_last(sessions: Sequence[Session]) -> Session | None:
    """What each side would choose by itself."""
    return sessions[-1] if sessions else None


@pytest.mark.attack(
    "R10",
    "two who begin at once come to one session in two round trips, and lose nothing",
    weaken={
        "doorless_client.core.sessions.choose_sending": the_one_used_last,
        "doorless_protocol.choice.choose_sending": the_one_used_last,
    },
)
def test_two_who_begin_at_once_come_to_one_session() -> None:
    for seed in range(SEEDS):
        wire = BadWire(seed)
        wire.bad = False
        with World(seed=b"crossed %d" % seed, wire=wire) as world:
            alice, bob = world.people("alice", "bob")
            alice.add("bob")
            bob.add("alice")
            wire.bad = True
            for number in range(4):
                alice.says("bob", f"a{number}")
                bob.says("alice", f"b{number}")
                for person in (alice, bob):
                    lives(person)
            wire.bad = False
            for person in (alice, bob) * ROUND_TRIPS:
                lives(person)
            lives(alice)  # so that the last answer of the second round trip arrives
            assert agree(alice, bob), f"seed {seed}"
            chosen = sending(alice, bob)
            world.advance(30)
            assert sorted(alice.texts("bob")) == [f"b{n}" for n in range(4)], f"seed {seed}"
            assert sorted(bob.texts("alice")) == [f"a{n}" for n in range(4)], f"seed {seed}"
            assert chosen is not None
            assert agree(alice, bob)
            assert [m.gap for m in alice.messages("bob")] == [0] * 8


@pytest.mark.attack(
    "R10",
    "a peer who begins again and again leaves five old sessions, and the conversation goes on",
    weaken={"doorless_protocol.choice.MAX_RECEIVE_ONLY": 1000},
)
def test_a_peer_who_begins_again_and_again_leaves_few_sessions() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        for _ in range(20):
            known = alice.engine.state.sessions.known_number(
                bob.engine.me.account, bob.engine.me.device
            )
            world.write_first(bob.engine.state.us, alice, Control(), known=known)
            world.now += 1
            world.settle()
        assert len(alice.engine.state.sessions.newest_first()) == 1 + 5
        confirmed = [one for one in alice.engine.state.sessions.newest_first() if one.confirmed]
        assert confirmed, "what nobody makes up is kept"
        bob.says("alice", "in the session that I hold")
        world.advance(10)
        assert alice.texts("bob")[-1:] == ["in the session that I hold"]


@pytest.mark.attack(
    "R10",
    "old sessions only receive, and are gone after 30 days",
    weaken={"doorless_protocol.choice.is_over": lambda *_: False},
)
def test_old_sessions_are_gone_after_thirty_days() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        (old,) = alice.engine.state.sessions.newest_first()
        world.write_first(bob.engine.state.us, alice, Control(), known=old.number)
        world.settle()
        assert not alice.engine.state.sessions.get(old.id).may_send  # type: ignore[union-attr]
        world.now += choice.RECEIVE_ONLY_LIFE + 2
        alice.engine.upkeep.tick()
        assert alice.engine.state.sessions.get(old.id) is None
