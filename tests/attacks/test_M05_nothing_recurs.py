"""M05: a relay looks for a pseudonym: any field that recurs with one sender and not with another.

All senders to one account show the same delivery token, so it tells a contact from a stranger and
no contact from another. Everything else in a submit has to be fresh each time.
"""

from collections import Counter
from itertools import groupby
from random import Random as Seeded

import pytest

from doorless_lab.world import World
from doorless_protocol.frames import Call, encode
from doorless_protocol.primitives import HeaderKey

MESSAGES = 50
"""Of each of the two senders."""


def fields_that_recur(frames: list[bytes], least: int = 4) -> list[int]:
    """Where a range of `least` bytes is the same in some frames and not in all of them.

    What all share is the recipient's, or the form's. Ranges are taken of runs of bytes that
    change, so that one of three constant bytes and a random one is no finding; and 8 bytes of one
    frame are looked for at any place of every other one.
    """
    (size,) = {len(frame) for frame in frames}
    changing = [at for at in range(size) if len({frame[at] for frame in frames}) > 1]
    runs = [
        [at for _, at in run]
        for _, run in groupby(enumerate(changing), lambda pair: pair[1] - pair[0])
    ]
    found = []
    seen: Counter[bytes] = Counter()
    for run in runs:
        for at in range(run[0], run[-1] + 2 - least):
            if len({frame[at : at + least] for frame in frames}) < len(frames):
                found.append(at)
        for frame in frames:
            seen.update({frame[at : at + 8] for at in range(run[0], run[-1] - 6)})
    return found + [-1 for count in seen.values() if count > 1]


def captured() -> tuple[list[bytes], list[bytes]]:
    """What the relay is told, byte by byte, as Alice and Carol write to Bob in turns of chance."""
    with World() as world:
        bob, alice, carol = world.friends("bob", "alice", "carol")
        world.advance(60)
        order = [alice, carol] * MESSAGES
        Seeded(5).shuffle(order)
        said: dict[str, list[bytes]] = {"alice": [], "carol": []}
        for number, sender in enumerate(order):
            before = len(world.submitted)
            sender.says("bob", f"message {number}")
            sender.live()
            said[sender.handle] += [
                encode(Call(7, each))
                for each in world.submitted[before:]
                if each.mailbox == bob.engine.state.keys.mailbox
            ]
            if number % 10 == 9:
                world.advance(10)
        return said["alice"], said["carol"]


_seal = HeaderKey.seal


def in_the_open(key: HeaderKey, nonce: bytes, header: bytes, context: bytes) -> bytes:
    """Authentic, and legible: a ratchet that does not seal its headers."""
    return header + _seal(key, nonce, header, context)[-16:]


def read_in_the_open(key: HeaderKey, nonce: bytes, sealed: bytes, context: bytes) -> bytes | None:
    header = sealed[:-16]
    return header if in_the_open(key, nonce, header, context) == sealed else None


@pytest.mark.attack(
    "M05",
    "in 100 envelopes of two senders to one mailbox no field of 4 bytes or more recurs "
    "with either: a scan of all byte ranges",
    weaken={
        "doorless_protocol.primitives.HeaderKey.seal": in_the_open,
        "doorless_protocol.primitives.HeaderKey.open": read_in_the_open,
    },
)
def test_no_field_separates_two_senders() -> None:
    alices, carols = captured()
    assert (len(alices), len(carols)) == (MESSAGES, MESSAGES)
    found = set(fields_that_recur(alices + carols))
    if found:  # 4 bytes of 100 frames of chance are alike in one run of 400, each time elsewhere
        alices, carols = captured()
        found &= set(fields_that_recur(alices + carols))
    assert found == set()


def test_the_scan_finds_a_pseudonym_wherever_it_stands() -> None:
    random = Seeded(6).randbytes
    for at in (0, 100, 2044):
        named = [random(2048) for _ in range(20)]
        mine = [frame[:at] + b"mine" + frame[at + 4 :] for frame in named[:10]]
        found = fields_that_recur(mine + named[10:])
        assert at in found
        assert all(abs(place - at) < 4 for place in found)
    wandering = [random(100 + at) + b"pseudonym" + random(1939 - at) for at in range(10)]
    assert set(fields_that_recur(wandering)) == {-1}


def test_the_token_is_the_recipients_and_the_same_for_all() -> None:
    with World() as world:
        bob, alice, carol = world.friends("bob", "alice", "carol")
        world.advance(60)
        for sender in (alice, carol):
            sender.says("bob", "hello")
            sender.live()
        mailbox = bob.engine.state.keys.mailbox
        last = [each for each in world.submitted if each.mailbox == mailbox][-2:]
        assert {each.token for each in last} == {bob.engine.state.own.token}
        assert len({each.envelope_id for each in last}) == 2
