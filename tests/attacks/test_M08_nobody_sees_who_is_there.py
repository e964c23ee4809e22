"""M08: what a relay answers about somebody is the same whether that person is there or not.

Two worlds that differ in one thing: in one of them Bob's device is connected, takes what comes and
acknowledges it. Strangers and contacts ask all that can be asked, in both.
"""

import pytest

from doorless_lab.world import World
from doorless_protocol.frames import (
    Answered,
    BundleServed,
    Done,
    FetchBundle,
    Hello,
    Lookup,
    Refusal,
    Refused,
    Request,
    Submit,
    encode,
)
from doorless_server.limits import REFUSED_RETRY, Bounds
from doorless_server.store.base import Fate

HOURS = 12


def view(world: World, *, there: bool, with_token: bool, tries: int) -> list[bytes]:
    """Each answer, byte by byte, over half a day; of a bundle without the pair that is used up."""
    bob = next(person for person in world.everybody if person.handle == "bob")
    bob.goes(online=there)
    token = bob.engine.state.own.token if with_token else b""
    mailbox, device = bob.engine.state.keys.mailbox, bob.engine.me.device
    answers: list[Answered] = []
    for n in range(tries):
        sent = Submit(mailbox, token, n.to_bytes(16), bytes(2048))
        asked: list[Request] = [Hello(), Lookup("bob", 0), FetchBundle(device), sent, sent]
        for request in asked:
            answers.append(without_pair(world.ask_anonymously(request)))
            world.settle()
        world.advance(HOURS * 3600 / tries)
    return list(map(encode, answers))


def without_pair(answered: Answered) -> Answered:
    if isinstance(answered, BundleServed):
        return BundleServed(answered.bundle, b"", 0, ())
    return answered


def views(*, with_token: bool, tries: int) -> tuple[list[bytes], list[bytes]]:
    with World() as world:
        world.friends("alice", "bob")
        world.advance(60)
        with world.fork(b"there") as one, world.fork(b"away") as other:
            return (
                view(one, there=True, with_token=with_token, tries=tries),
                view(other, there=False, with_token=with_token, tries=tries),
            )


def one_at_a_time(box: object, _bounds: object, _size: int, *, request: bool) -> Fate | None:
    """A mailbox that is full until its owner has looked tells that he has not."""
    del request
    return Fate.FULL if box.waiting + box.requests else None  # type: ignore[attr-defined]


@pytest.mark.attack(
    "M08",
    "a stranger's view of the relay's answers is the same, to the byte, whether one is there",
    weaken={"doorless_server.store.memory.refusal": one_at_a_time},
)
def test_a_stranger_does_not_see_whether_somebody_is_there() -> None:
    there, away = views(with_token=False, tries=Bounds().requests - 2)
    assert there == away
    assert encode(Done()) in there


@pytest.mark.attack(
    "M08",
    "a contact's view of the relay's answers is the same, to the byte, whether one is there",
    weaken={"doorless_server.store.memory.refusal": one_at_a_time},
)
def test_a_contact_does_not_see_whether_somebody_is_there() -> None:
    there, away = views(with_token=True, tries=50)
    assert there == away
    assert encode(Done()) in there


def test_a_full_mailbox_tells_that_nobody_emptied_it() -> None:
    """The limit of this, which docs/explanation/what-the-relay-knows.md states."""
    there, away = views(with_token=False, tries=Bounds().requests + 5)
    assert encode(Refused(int(Refusal.NOT_ALLOWED), REFUSED_RETRY)) in set(away) - set(there)
