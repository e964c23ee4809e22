"""N02, for a whole client: each byte that it asks a relay with follows from state and draws.

Alice and Bob register, meet, talk, are told what arrived, block Eve, and look after their
prekeys for some days. What each typed, drew, was answered and heard is all that the accountant
has, and it has to come to every request by itself. So a client that sent anything else to anybody,
were it a bit in the choice of a nonce or an id, would be one that fails here.
"""

from hashlib import sha256
from itertools import permutations
from typing import Any

import pytest

from accountant import unaccounted
from doorless_lab.tape import RANDOM, Recorder
from doorless_protocol import frames, log_frames
from doorless_protocol.content import Content
from watched import Asked, WatchedWorld

A_SECRET = b"what somebody pays for"


class Talk:
    """People in a watched world who are each other's contacts, and what they typed."""

    def __init__(self, seed: int, *handles: str) -> None:
        self.world = WatchedWorld(seed)
        self.typed: dict[str, list[str]] = {handle: [] for handle in handles}
        for handle in handles:
            self.world.newcomer(handle)
        for one, other in permutations(handles, 2):
            with self.world.acting(one) as person:
                person.add(other)

    def says(self, one: str, other: str, text: str) -> None:
        self.typed[one].append(text)
        with self.world.acting(one) as person:
            person.says(other, text)
        self.world.rest()


def some_days() -> Talk:
    talk = Talk(1, "alice", "bob", "eve")
    talk.says("alice", "bob", "hello")
    talk.says("eve", "bob", "buy this")
    talk.world.rest(10)
    with talk.world.acting("bob") as bob:
        bob.engine.block(bob.chat("eve").conversation)  # his delivery token is another then
    for number in range(6):
        talk.says("bob", "alice", f"good morning {number}")
        talk.says("bob", "alice", "and another thing" * (number + 1))
        talk.world.rest(4)
        talk.says("alice", "bob", "a long letter." * 100 * (number + 1))
    talk.world.rest(24 * 3600)  # what is served is looked at
    talk.world.now += 7 * 24 * 3600
    talk.world.signs_in_again("bob")  # and exchanges his prekeys
    talk.says("alice", "bob", "a week later")
    return talk


def choosing_ids(recorder: Recorder, size: int) -> bytes:
    """Draws honestly, for who looks at the tape, and uses ids that tell a secret."""
    drawn = recorder._note(RANDOM, recorder._random(size))
    return sha256(A_SECRET + drawn).digest()[:size] if size == 16 else drawn


@pytest.mark.attack(
    "N02",
    "every byte of every request of a client is derived from state and draws: 0 unaccounted",
    weaken={"doorless_lab.tape.Recorder.random": choosing_ids},
)
def test_no_byte_that_a_client_sends_is_free_to_tell_a_secret() -> None:
    talk = some_days()
    derived, left = unaccounted(talk.world, talk.typed)
    assert left == 0
    assert derived > 500_000
    asked = {type(each.request) for each in talk.world.log.events if isinstance(each, Asked)}
    assert asked == set(frames.Request.__args__) - NOBODY_ASKED


NOBODY_ASKED = {
    frames.PublishManifest,
    frames.CloseAccount,
    frames.Leave,
    frames.Collect,
    log_frames.LogHead,
    log_frames.LogAnchors,
    log_frames.LogAtAnchor,
    log_frames.LogRecords,
    log_frames.Dispute,
    log_frames.AuditDeltas,
}
"""In these days: no device is linked, and the relay keeps no log."""


FIELDS = Content.__struct_fields__

_saying = Content.saying


def with_gossip(*args: Any, **kwargs: Any) -> Content:
    content = _saying(*args, **kwargs)
    return Content(*(A_SECRET if name == "gossip" else getattr(content, name) for name in FIELDS))


@pytest.mark.attack(
    "N02",
    "nothing stands in a content but what was typed, heard and counted",
    weaken={"doorless_protocol.content.Content.saying": with_gossip},
)
def test_no_field_of_a_content_is_free_to_tell_a_secret() -> None:
    talk = Talk(2, "alice", "bob")
    talk.says("alice", "bob", "hello")
    assert unaccounted(talk.world, talk.typed)[1] == 0
