"""N02, for a whole client: each byte that it asks a relay with follows from state and draws.

Alice and Bob register, meet, talk, are told what arrived, block Eve, publish a new manifest, and
look after their prekeys for some days: at a relay without a key log, and at one that keeps one,
with records, proofs, gossip and looks at anchors. What each typed, drew, was answered and heard is
all that the accountant has, and it has to come to every request by itself. So a client that sent
anything else to anybody, were it a bit in the choice of a nonce or an id, would be one that fails
here.
"""

from hashlib import sha256
from itertools import permutations
from typing import Any

import pytest

from accountant import Accountant, unaccounted
from doorless_lab.tape import RANDOM, Recorder
from doorless_protocol import blob_frames, frames, log_frames
from doorless_protocol.content import Content
from doorless_protocol.log import gossip
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.view import LogView
from specpeer import content
from watched import Asked, WatchedWorld

A_SECRET = b"what somebody pays for"


class Talk:
    """People in a watched world who are each other's contacts."""

    def __init__(self, seed: int, *handles: str, key_log: bool = False) -> None:
        self.world = WatchedWorld(seed, key_log=key_log)
        for handle in handles:
            self.world.newcomer(handle)
        for one, other in permutations(handles, 2):
            with self.world.acting(one) as person:
                person.add(other)

    def says(self, one: str, other: str, text: str) -> None:
        with self.world.acting(one) as person:
            person.says(other, text)
        self.world.rest()

    def lists_devices_again(self, one: str) -> None:
        """A new manifest, as after a device was removed."""
        with self.world.acting(one) as person:
            publishing, state = person.engine.fleet.publishing, person.engine.state
            with state.change():
                publishing.sign(state.manifest.entries)
            person.run(publishing.publish())
        self.world.rest()


def some_days(*, key_log: bool = False) -> Talk:
    talk = Talk(1, "alice", "bob", "eve", key_log=key_log)
    talk.says("eve", "bob", "buy this")
    talk.world.rest(60)  # by then everybody's own entry was looked at
    talk.says("alice", "bob", "hello")
    talk.world.rest(10)
    with talk.world.acting("bob") as bob:
        bob.engine.block(bob.chat("eve").conversation)  # his delivery token is another then
    for number in range(6):
        talk.says("bob", "alice", f"good morning {number}")
        talk.says("bob", "alice", "and another thing" * (number + 1))
        talk.world.rest(4)
        talk.says("alice", "bob", "a long letter." * 100 * (number + 1))
    talk.lists_devices_again("alice")
    talk.says("bob", "alice", "are these your keys?")
    talk.world.rest(700)  # after which they are looked up anew
    talk.says("bob", "alice", "still?")
    talk.says("alice", "bob", "yes")
    talk.world.rest(24 * 3600)  # what is served is looked at
    talk.world.now += 7 * 24 * 3600
    talk.world.signs_in_again("bob")  # and exchanges his prekeys
    talk.says("alice", "bob", "a week later")
    talk.world.rest(60)
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
    derived, left = unaccounted(talk.world)
    assert left == 0
    assert derived > 500_000
    assert asked_in(talk) == set(frames.Request.__args__) - NOBODY_ASKED - OF_THE_LOG


OF_THE_LOG = {log_frames.LogHead, log_frames.LogAnchors, log_frames.LogAtAnchor}
NOBODY_ASKED = {
    frames.CloseAccount,
    frames.Leave,
    frames.Collect,
    log_frames.LogRecords,
    log_frames.Dispute,
    log_frames.AuditDeltas,
    *(blob_frames.BlobPut, blob_frames.BlobStatus, blob_frames.BlobGet, blob_frames.BlobDrop),
}
"""In these days: no device is linked, and no name is taken away. No file is sent, either:
tests/specpeer/test_files.py accounts for the bytes of one."""


def asked_in(talk: Talk) -> set[type]:
    return {type(each.request) for each in talk.world.log.events if isinstance(each, Asked)}


_gossip = gossip.say


def filling_the_gap(view: LogView, own: OwnChain | None, pin: Pin | None) -> bytes:
    """A head of version 0 is zeros, and no peer would look at it."""
    said = _gossip(view, own, pin)
    return said if any(said[40:44]) else said[:44] + A_SECRET[:16] + said[60:]


@pytest.mark.attack(
    "N02",
    "records, openings, proofs, gossip and requests to a key log are derived: 0 unaccounted",
    weaken={"doorless_protocol.log.gossip.say": filling_the_gap},
)
def test_no_byte_is_free_where_the_relay_keeps_a_key_log() -> None:
    talk = some_days(key_log=True)
    derived, left = unaccounted(talk.world)
    assert left == 0
    assert derived > 500_000
    assert asked_in(talk) == set(frames.Request.__args__) - NOBODY_ASKED
    assert not any(person.engine.alarms() for person in talk.world.watched.values())


def test_what_a_key_log_adds_was_there_to_be_derived() -> None:
    accountant = Accountant(some_days(key_log=True).world)
    assert sum(accountant.account())
    clients = accountant.clients.values()
    said = [content.Content.decode(each) for client in clients for each in client.said.values()]
    assert content.ANCHOR in {each.kind for each in said}
    texts = [each for each in said if each.kind == content.TEXT]
    assert len({each.gossip for each in texts}) > len(clients)
    assert all(any(each.gossip) for each in texts)
    assert all(client.claim[0] and client.keylog.proof for client in clients)
    assert accountant.proven
    assert accountant.clients["alice"].keylog.own.version == 2


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
    assert unaccounted(talk.world)[1] == 0
