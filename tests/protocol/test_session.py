"""A session from the first contact on: repeated until answered, confirmed, found, and stored."""

from collections.abc import Callable
from functools import cache
from random import Random as Seeded

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from doorless_lab.pair import Device, Talker, meet
from doorless_protocol.envelope import MESSAGE_SIZE
from doorless_protocol.errors import (
    DoorlessError,
    ForgedError,
    MalformedError,
    ReplayedError,
    SkippedTooFarError,
)
from doorless_protocol.handshake import Kind
from doorless_protocol.primitives import KemSeed
from doorless_protocol.ratchet.triple import MAX_CONTENT, OVERHEAD
from doorless_protocol.session import addressed, open_any
from doorless_protocol.sizes import FIRST_CONTACT_SIZE

NOW = 1_800_000_000
KEM = KemSeed(b"no session asks for it".ljust(64))  # all are beyond epoch 1
Random = Callable[[int], bytes]


@cache
def device(handle: str) -> Device:
    return Device.draw(handle, NOW, Seeded(handle).randbytes)


def begun(random: Random) -> tuple[Talker, Talker]:
    """Alice has written once, Bob has not answered."""
    alice = device("alice").talker(device("alice").contact(device("bob"), NOW, random), random, NOW)
    bob = device("bob")
    accepted = bob.accept(bob.unseal(alice.says(b"hello")), NOW)
    return alice, bob.talker(accepted.session, random, NOW)


def met(random: Random) -> tuple[Talker, Talker]:
    return meet(device("alice"), device("bob"), NOW, random)


# --- until the first reply ---------------------------------------------------------------------


def test_the_initial_message_is_repeated_until_the_first_reply(random: Random) -> None:
    alice, bob = begun(random)
    assert alice.session.awaiting_reply
    again = alice.says(b"again")
    assert len(again) == FIRST_CONTACT_SIZE
    assert bob.hears(device("bob").unseal(again).message) == b"again"
    alice.hears(bob.says(b"yes"))
    assert not alice.session.awaiting_reply
    assert len(alice.says(b"good")) == 2048


def test_what_is_repeated_shows_nothing_of_itself(random: Random) -> None:
    alice, _ = begun(random)
    assert repr(alice.session.unanswered) == "Unanswered()"


def test_room_is_what_fits(random: Random) -> None:
    alice, bob = begun(random)
    assert alice.session.room == MESSAGE_SIZE - OVERHEAD
    assert bob.session.room == MAX_CONTENT
    with pytest.raises(ValueError, match="fit"):
        alice.says(bytes(alice.session.room + 1))
    content = bytes(alice.session.room)
    assert bob.hears(device("bob").unseal(alice.says(content)).message) == content


@pytest.mark.parametrize("size", [0, 697, 698, 5000])
def test_the_wire_size_is_known_before(size: int, random: Random) -> None:
    alice, bob = begun(random)
    assert alice.session.wire_size(size) == FIRST_CONTACT_SIZE
    assert bob.session.wire_size(size) == len(bob.says(bytes(size)))
    with pytest.raises(ValueError, match="room"):
        alice.session.wire_size(alice.session.room + 1)


# --- confirmation ------------------------------------------------------------------------------


def test_confirmation_takes_one_and_a_half_round_trips(random: Random) -> None:
    alice, bob = begun(random)
    assert (alice.session.confirmed, bob.session.confirmed) == (False, False)
    assert (alice.session.owes_control, bob.session.owes_control) == (False, True)
    reply = bob.says(b"")
    assert not bob.session.owes_control
    alice.hears(reply)
    assert (alice.session.confirmed, alice.session.owes_control) == (True, True)
    answer = alice.says(b"")
    assert not alice.session.owes_control
    bob.hears(answer)
    assert (bob.session.confirmed, bob.session.owes_control) == (True, False)


def test_the_first_chain_confirms_nothing_however_long(random: Random) -> None:
    alice, bob = begun(random)
    late = device("bob").unseal(alice.says(b"late")).message
    for _ in range(3):
        bob.hears(device("bob").unseal(alice.says(b"more")).message)
    reply = bob.says(b"")
    bob.hears(device("bob").unseal(alice.says(b"crossing")).message)
    bob.hears(late)
    assert not bob.session.confirmed
    alice.hears(reply)
    bob.hears(alice.says(b""))
    assert bob.session.confirmed


def test_what_a_person_types_counts_as_the_control_reply(random: Random) -> None:
    alice, bob = begun(random)
    alice.hears(bob.says(b"typed at once"))
    assert not bob.session.owes_control
    bob.hears(alice.says(b"typed back"))
    assert not alice.session.owes_control


# --- refusals and storage ----------------------------------------------------------------------


def test_a_refusal_leaves_the_very_same_session(random: Random) -> None:
    alice, bob = met(random)
    envelope = alice.says(b"x")
    bob.hears(envelope)
    before = bob.session
    for refused, error in (
        (envelope, ReplayedError),
        (bytes(2048), ForgedError),
        (b"", MalformedError),
    ):
        with pytest.raises(error):
            bob.hears(refused)
        assert bob.session is before


def test_a_gap_beyond_the_bound_is_told(random: Random) -> None:
    alice, bob = met(random)
    for _ in range(1001):
        envelope = alice.session.seal(b"", random)
        alice.session = envelope[0]
    with pytest.raises(SkippedTooFarError) as refusal:
        bob.hears(alice.says(b"too far"))
    assert (refusal.value.asked, refusal.value.limit) == (1001, 1000)


def test_a_retired_session_receives_and_does_not_send(random: Random) -> None:
    alice, bob = met(random)
    bob.session = bob.session.retire(NOW)
    assert bob.session.receive_only_since == NOW
    assert bob.session.retire(NOW + 5) is bob.session
    assert bob.hears(alice.says(b"on its way")) == b"on its way"
    assert bob.session.receive_only_since == NOW
    with pytest.raises(ValueError, match="receive-only"):
        bob.says(b"no")


def test_late_keys_are_counted_and_given_up(random: Random) -> None:
    alice, bob = met(random)
    late = alice.says(b"late")
    bob.hears(alice.says(b"on time"))
    assert bob.session.late == 1
    assert bob.session.forget(NOW) is bob.session
    bob.session = bob.session.forget(NOW + 14 * 86400 + 1)
    assert bob.session.late == 0
    with pytest.raises(ReplayedError):
        bob.hears(late)


# --- whose is it? ------------------------------------------------------------------------------


def test_an_envelope_finds_its_session_among_many(random: Random) -> None:
    pairs = [met(random) for _ in range(20)]
    sessions = [bob.session for _, bob in pairs]
    for (alice, _), session in zip(pairs, sessions, strict=True):
        opened = open_any(sessions, alice.says(b"for you"), NOW, KEM)
        assert opened.before is session
        assert opened.session.id == session.id
        assert opened.content == b"for you"


def test_a_late_message_finds_its_session_too(random: Random) -> None:
    pairs = [met(random) for _ in range(5)]
    late = [alice.says(b"late") for alice, _ in pairs]
    for alice, bob in pairs:
        bob.hears(alice.says(b"on time"))
        alice.hears(bob.says(b"turn"))
        bob.hears(alice.says(b"turn"))
    sessions = [bob.session for _, bob in pairs]
    for envelope, session in zip(late, sessions, strict=True):
        assert open_any(sessions, envelope, NOW, KEM).before is session


def test_a_header_that_opens_with_a_body_that_does_not_is_no_match(random: Random) -> None:
    alice, bob = met(random)
    envelope = alice.says(b"for the next candidate")
    opened = bob.session.open(envelope, NOW, KEM)[0]  # its header key still opens the header
    found = open_any([opened, bob.session], envelope, NOW, KEM)
    assert found.before is bob.session


def test_the_nearest_refusal_is_told(random: Random) -> None:
    alice, bob = met(random)
    _, other = met(random)
    envelope = alice.says(b"x")
    bob.hears(envelope)
    with pytest.raises(ReplayedError):
        open_any([other.session, bob.session], envelope, NOW, KEM)
    with pytest.raises(ForgedError):
        open_any([other.session], envelope, NOW, KEM)
    with pytest.raises(ForgedError):
        open_any([], envelope, NOW, KEM)
    with pytest.raises(MalformedError):
        open_any([bob.session], envelope[1:], NOW, KEM)


# --- a thief -----------------------------------------------------------------------------------


def test_a_thief_of_the_whole_session_is_locked_out_after_a_turn_of_each(random: Random) -> None:
    alice, bob = met(random)
    stolen = bob.copy()
    before = alice.says(b"you there?")
    assert bob.hears(before) == b"you there?"
    assert stolen.hears(before) == b"you there?"
    alice.hears(bob.says(b"yes"))  # carries a key that Bob drew after the theft
    after = alice.says(b"good")
    with pytest.raises(DoorlessError):
        stolen.hears(after)
    assert bob.hears(after) == b"good"


# --- against a model ---------------------------------------------------------------------------


class Sessions(RuleBasedStateMachine):
    """Two people from before the first contact on, each step stored and read again."""

    sent: Bundle[tuple[int, bytes, bytes]] = Bundle("sent")

    @initialize()
    def begin(self) -> None:
        random = Seeded(5).randbytes
        alice = device("alice")
        first = alice.talker(alice.contact(device("bob"), NOW, random), random, NOW)
        self.sides: list[Talker | None] = [first, None]
        self.opened: set[bytes] = set()
        self.count = 0

    @rule(target=sent, side=st.integers(0, 1))
    def say(self, side: int) -> tuple[int, bytes, bytes]:
        talker = self.sides[side] or self.sides[0]
        if talker is None:
            raise AssertionError("Alice is always there")
        content = b"%d" % self.count
        self.count += 1
        return self.sides.index(talker), content, talker.says(content)

    @rule(message=sent)
    def deliver(self, message: tuple[int, bytes, bytes]) -> None:
        side, content, envelope = message
        if side == 0 and len(envelope) == FIRST_CONTACT_SIZE:
            initial = device("bob").unseal(envelope)
            if self.sides[1] is None:
                accepted = device("bob").accept(initial, NOW)
                self.sides[1] = device("bob").talker(accepted.session, Seeded(6).randbytes, NOW)
                assert accepted.content == content
                self.opened.add(envelope)
                return
            inner = initial.message
        else:
            inner = envelope
        receiver = self.sides[1 - side]
        if receiver is None:
            raise AssertionError("who writes was written to")
        if envelope in self.opened:
            before = receiver.session
            with pytest.raises((ReplayedError, ForgedError)):
                receiver.hears(inner)
            assert receiver.session is before
        else:
            assert receiver.hears(inner) == content
            self.opened.add(envelope)


class TestSessions(Sessions.TestCase):
    settings = settings(max_examples=25, stateful_step_count=40, deadline=None)


def test_a_header_names_its_session_whatever_the_body_holds(random: Random) -> None:
    """So a refusal can be counted against somebody; junk is nobody's."""
    alice, bob = met(random)
    eve, _ = met(random)
    late, next_one = alice.says(b"late"), alice.says(b"next")
    bob.hears(next_one)
    for envelope in (alice.says(b"new"), late):
        broken = envelope[:-1] + bytes((envelope[-1] ^ 1,))
        assert addressed([eve.session, bob.session], broken) is bob.session
    assert addressed([eve.session, bob.session], bytes(2048)) is None
    with pytest.raises(MalformedError):
        addressed([bob.session], b"short")


def test_a_session_says_what_it_came_from(random: Random) -> None:
    alice, bob = met(random)
    for talker in (alice, bob):
        session = talker.session
        assert not session.last_resort
        assert session.kind is Kind.START
        assert session.received == 0
        assert session.origin == alice.session.origin
        assert session.number > session.known == 0
        assert session.began == NOW
        assert session.heard <= session.epoch <= session.heard + 1
    assert alice.session.our_account == bob.session.their_account
    assert alice.session.their_device == bob.session.our_device


def test_what_opened_prints_its_length_and_not_its_words(random: Random) -> None:
    alice, bob = met(random)
    opened = open_any([bob.session], alice.says(b"secret words"), NOW, bob.identity)
    assert repr(opened) == "Opened(12 bytes)"


def test_a_log_proof_goes_along_until_the_first_reply(random: Random) -> None:
    alice, bob = begun(random)
    assert alice.session.with_log_proof(b"") is alice.session
    alice.session = alice.session.with_log_proof(bytes(range(256)) * 44)  # 11,264: all the room
    initial = device("bob").unseal(alice.says(b"again"))
    assert initial.log_proof == bytes(range(256)) * 44
    alice.session = alice.session.with_log_proof(b"a fresher one")
    initial = device("bob").unseal(alice.says(b"once more"))
    assert initial.log_proof == b"a fresher one"
    bob.hears(initial.message)
    alice.hears(bob.says(b"yes"))
    assert alice.session.with_log_proof(b"too late") is alice.session
