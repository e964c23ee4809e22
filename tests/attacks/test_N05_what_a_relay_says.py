"""N05: a relay that says something else, in any field of any answer, to have a client do less.

There is no field by which a relay could ask for it: so each one is drawn anew, from its own type,
while somebody writes, adds a contact and keeps their prekeys; and an hour after the relay is honest
again, everything is as if it had never lied. What may differ is on a list, which is empty.

DOORLESS_LIES=50 tells as many of each.
"""

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from random import Random
from typing import Any, get_args

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.busy import BusyError
from doorless_client.core.effects import Ask
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import Answered, Refusal, Refused, Submit
from doorless_protocol.log.view import LogView
from doorless_protocol.sizes import SIZE_CLASSES
from strain.grammar import Grammar, names_of

LIES = int(os.environ.get("DOORLESS_LIES", "1"))
HOUR = 3_600

KINDS = get_args(Answered)
FIELDS = [(kind, name) for kind in KINDS for name in names_of(kind)]
FOR_EVER = Refused(int(Refusal.BUSY), 2**32 - 1)

MAY_DIFFER: frozenset[str] = frozenset()
"""Of what `parameters` shows: nothing."""

SECRET = "meet at nine, behind the old mill"


@pytest.fixture(scope="module")
def friends() -> Iterator[World]:
    with World(b"n05", log=True) as world:
        world.friends("alice", "bob")
        world.people("carol")
        world.advance(HOUR)
        yield world


Lie = Callable[[Ask, Answered], Answered]


def grammar(seed: int) -> Grammar:
    known = {0: [b""], 16: [bytes(16)], 32: [bytes(32)]}
    return Grammar(Random(seed), known, ["bob", "nobody"], {})


def honest(_ask: Ask, answered: Answered) -> Answered:
    return answered


def redrawing(kind: type[Answered], name: str, seed: int) -> Lie:
    """This field anew, wherever there is one."""
    drawn = grammar(seed)

    def lie(_ask: Ask, answered: Answered) -> Answered:
        return drawn.redrawn(answered, name) if isinstance(answered, kind) else answered

    return lie


def answering(kind: Any, seed: int) -> Lie:
    """Something of this kind in the place of every other answer."""
    drawn = grammar(seed)
    return lambda _ask, answered: drawn.request(kind) if drawn.chance() else answered


def lives(world: World, lie: Lie) -> None:
    """A day of Alice's under a relay that lies to her."""
    alice, bob, _ = world.everybody
    alice.change_answer = lie
    arrived = arrives(alice)
    bob.says("alice", "where?")
    world.advance(60)
    for deed in (lambda: alice.add("carol"), lambda: alice.says("bob", SECRET)):
        with suppress(RefusedError, DoorlessError):  # she is told, and nothing is done
            deed()
        world.advance(60)
    world.advance(HOUR)
    alice.change_answer = honest
    if not arrived:
        arrives(alice)  # as a messenger tries again and again


def arrives(alice: Person) -> bool:
    try:
        alice.reopen()
    except (BusyError, RefusedError, DoorlessError):
        return False
    return True


def never(ask: Ask, answered: Answered) -> Answered:
    """An envelope is wanted in 136 years."""
    return FOR_EVER if isinstance(ask.request, Submit) else answered


def parameters(world: World) -> dict[str, Any]:
    """What protects her, and what it is all for: nothing of it is the relay's to choose."""
    alice, bob, _ = world.everybody
    [own] = alice.store.own.find()
    chat = alice.chat("bob")
    sent = [submit for submit in world.submitted if submit.envelope]
    return {
        "settings": alice.engine.settings,
        "relay and its log": (own.relay, own.config),
        "her lists of devices": [row.manifest for row in alice.store.own_manifests.find()],
        "logs": [(row.relay, LogView.decode(row.view).config) for row in alice.store.logs.find()],
        "trust": (chat.trust, chat.standing, chat.replaced),
        "sizes": {len(submit.envelope) for submit in sent} <= set(SIZE_CLASSES),
        "plaintext": any(SECRET.encode() in submit.envelope for submit in sent),
        "heard": alice.texts("bob"),
        "said": bob.texts("alice"),
    }


def outcome(friends: World, lie: Lie) -> dict[str, Any]:
    with friends.fork(b"n05") as world:
        lives(world, lie)
        world.advance(HOUR)
        world.advance(HOUR)
        return parameters(world)


def check(friends: World, lies: dict[str, Lie], but: Collection[str] = ()) -> None:
    """Nothing differs from life at a relay that never lied."""
    expected = outcome(friends, honest)
    assert expected["said"][-1] == SECRET
    for name, lie in lies.items():
        found = outcome(friends, lie)
        differs = {each for each in found if found[each] != expected[each]}
        assert differs - MAY_DIFFER - {*but} == set(), name


@pytest.mark.attack(
    "N05",
    "whatever a relay says in any field of an answer, no protection of a client changes, and an "
    "hour after it is honest again everything arrived",
    weaken={"doorless_client.core.busy.bounded": lambda seconds: seconds},
)
def test_no_field_weakens_a_client(friends: World, record: Any) -> None:
    lies: dict[str, Lie] = {"never": never}
    for seed in range(LIES):
        for kind, name in FIELDS:
            lies[f"{kind.__name__}.{name}, {seed}"] = redrawing(kind, name, seed)
    check(friends, lies)
    record("N05", "fields of answers that were drawn anew, and changed no protection", len(FIELDS))


def test_no_answer_in_the_place_of_another_weakens_a_client(friends: World) -> None:
    """It may end what was asked, and have the person told: who is told twice that another copy of
    the device is at work is asked what to do, and sends nothing until then."""
    lies = {kind.__name__: answering(kind, seed) for seed in range(LIES) for kind in KINDS}
    check(friends, lies, but=("said", "heard"))
