"""The message layer: in whatever order messages come, each opens once; refusals change nothing."""

from collections.abc import Callable
from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.ratchets import FORTH, Side, pair, talking
from doorless_protocol.errors import (
    BrokenSessionError,
    DoorlessError,
    ForgedError,
    MalformedError,
    ReplayedError,
    SkippedTooFarError,
)
from doorless_protocol.primitives import (
    aead_seal,
    hkdf_expand,
    hkdf_extract,
)
from doorless_protocol.ratchet.chain import LAST_NUMBER, Chain
from doorless_protocol.ratchet.header import number_in
from doorless_protocol.ratchet.hop import EMPTY, FIELD_SIZE, LAST_EPOCH
from doorless_protocol.ratchet.late import MAX_AGE, MAX_HELD
from doorless_protocol.ratchet.triple import (
    MAX_CONTENT,
    OVERHEAD,
    Header,
    Triple,
)
from doorless_protocol.sizes import SIZE_CLASSES

Random = Callable[[int], bytes]


def refused(side: Side, envelope: bytes, error: type[DoorlessError]) -> None:
    before = side.state
    with pytest.raises(error):
        side.hears(envelope)
    assert side.state is before


def test_messages_open_in_the_order_sent(random: Random) -> None:
    alice, bob = pair(random)
    assert [bob.hears(alice.says(b"%d" % at)) for at in range(50)] == [b"%d" % i for i in range(50)]


def test_a_thousand_messages_open_in_reverse(random: Random) -> None:
    alice, bob = pair(random)
    sent = [alice.says(b"%d" % at) for at in range(1000)]
    opened = [bob.hears(envelope) for envelope in reversed(sent)]
    assert opened == [b"%d" % at for at in reversed(range(1000))]
    assert bob.state.late.count == 0


@pytest.mark.parametrize("seed", range(5))
def test_messages_of_many_turns_open_in_any_order(seed: int, random: Random) -> None:
    alice, bob = pair(random)
    dice, waiting = Seeded(seed), []
    for at in range(300):
        content = b"%d" % at
        waiting.append((content, alice.says(content)))
        if dice.random() < 0.3:
            content, envelope = waiting.pop(dice.randrange(len(waiting)))
            assert bob.hears(envelope) == content
            alice.hears(bob.says(b"and you?"))
    dice.shuffle(waiting)
    for content, envelope in waiting:
        assert bob.hears(envelope) == content
    assert bob.state.late.count == 0


def test_the_rest_opens_when_most_is_lost(random: Random) -> None:
    alice, bob = pair(random)
    for at in range(200):
        envelope = alice.says(b"%d" % at)
        if at % 7 == 0:
            assert bob.hears(envelope) == b"%d" % at
        reply = bob.says(b"reply") if at > 0 else None
        if reply and at % 5 == 0:
            assert alice.hears(reply) == b"reply"


def test_both_may_speak_at_once(random: Random) -> None:
    alice, bob = talking(random)
    for _ in range(5):
        crossing = alice.says(b"from alice"), bob.says(b"from bob")
        assert bob.hears(crossing[0]) == b"from alice"
        assert alice.hears(crossing[1]) == b"from bob"


def test_late_messages_are_given_up_after_14_days(random: Random) -> None:
    alice, bob = talking(random)
    late = alice.says(b"late")
    bob.hears(alice.says(b"on time"))
    assert bob.state.forget(MAX_AGE) is bob.state
    bob.state = bob.state.forget(MAX_AGE + 1)
    refused(bob, late, ReplayedError)


def test_of_more_than_2000_late_messages_the_newest_open(random: Random) -> None:
    alice, bob = talking(random)
    sent = []
    for _ in range(3):
        sent += [alice.says(b"late") for _ in range(999)]
        bob.hears(alice.says(b"on time"))
    assert bob.state.late.count == MAX_HELD
    assert bob.hears(sent[-1]) == b"late"
    refused(bob, sent[0], ReplayedError)


@pytest.mark.parametrize("size", [0, 1, 510, 2048 - OVERHEAD, 2049 - OVERHEAD, MAX_CONTENT])
def test_an_envelope_fills_its_size_class(size: int, random: Random) -> None:
    alice, bob = talking(random)
    envelope = alice.says(b"x" * size)
    assert len(envelope) in SIZE_CLASSES
    assert len(envelope) == next(fits for fits in SIZE_CLASSES if fits >= OVERHEAD + size)
    assert bob.hears(envelope) == b"x" * size


def test_content_of_about_500_bytes_fits_the_smallest_class() -> None:
    assert SIZE_CLASSES[0] - OVERHEAD == 697


def test_longer_content_than_the_largest_class_holds_is_a_mistake(random: Random) -> None:
    alice, _ = talking(random)
    with pytest.raises(ValueError, match="no size class"):
        alice.says(bytes(MAX_CONTENT + 1))


@pytest.mark.parametrize("size", [0, 1, 2047, 2049, 65537])
def test_an_envelope_in_no_size_class_is_malformed(size: int, random: Random) -> None:
    _, bob = talking(random)
    refused(bob, bytes(size), MalformedError)


def test_an_envelope_is_laid_out_as_the_specification_says(random: Random) -> None:
    """Opened by hand, with the keys of the state that sealed it."""
    alice, _ = talking(random)
    state, envelope = alice.state, alice.says(b"hello")
    double, out_key, number, ec_key = state.double.send()
    _, index, pq_key = state.epochs.send()
    nonce, sealed = envelope[:12], envelope[12:84]
    header = double.keys.public + double.keys.previous.to_bytes(4, "big")
    header += number.to_bytes(4, "big") + (2).to_bytes(8, "big") + index.to_bytes(4, "big")
    assert out_key.open(nonce, sealed, FORTH) == header + bytes(4)
    info = b"doorless/1 message" + nonce + FORTH + sealed
    keys = hkdf_expand(hkdf_extract(pq_key, ec_key), info, 64)
    assert envelope[84:116] == keys[32:]
    plain = EMPTY + b"\0\5hello" + bytes(2048 - 116 - 16 - 1217 - 7)
    assert envelope[116:] == aead_seal(keys[:32], nonce, plain, FORTH + sealed)


def test_a_header_has_one_form() -> None:
    header = Header(b"k" * 32, 1, 2, 8, 3, 8)
    assert len(header.encode()) == 56
    assert Header.decode(header.encode()) == header
    for at, value in ((52, 2), (52, 3), (52, 128), (53, 1), (54, 1), (55, 1)):
        spoilt = bytearray(header.encode())
        spoilt[at] = value
        with pytest.raises(BrokenSessionError):
            Header.decode(bytes(spoilt))


def test_a_number_is_read_out_of_a_header_as_the_whole_of_it_is() -> None:
    header = Header(b"k" * 32, 1, 2**31 + 2, 8, 3, 8)
    assert number_in(header.encode()) == header.number


def test_a_flag_tells_of_a_label_that_moved_since_the_chain_began() -> None:
    moved = Header(b"k" * 32, 1, 2, 8, 3, began=7).encode()
    assert moved[52] == 1
    assert Header.decode(moved).began == 7


@pytest.mark.parametrize(
    "ends",
    [
        {"previous": LAST_NUMBER},
        {"number": LAST_NUMBER},
        {"index": LAST_NUMBER},
        {"label": LAST_EPOCH + 1, "began": LAST_EPOCH + 1},
        {"label": 2**64 - 1, "began": 2**64 - 1},
    ],
)
def test_a_counter_at_its_end_is_refused(ends: dict[str, int]) -> None:
    header = replace(Header(b"k" * 32, 1, 2, 8, 3, 8), **ends)
    with pytest.raises(BrokenSessionError):
        Header.decode(header.encode())


def test_a_counter_just_before_its_end_is_heard() -> None:
    last = LAST_NUMBER - 1
    header = Header(b"k" * 32, last, last, LAST_EPOCH, last, LAST_EPOCH)
    assert Header.decode(header.encode()) == header


def test_a_body_in_another_form_is_refused_though_it_authenticates(
    random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = talking(random)
    module = "doorless_protocol.ratchet.triple.aead_seal"
    cases: list[Callable[[bytes], bytes]] = [
        lambda plain: b"\3" + plain[1:],  # a hop field of a kind that there is not
        lambda plain: plain[: FIELD_SIZE - 1] + b"\1" + plain[FIELD_SIZE:],
        lambda plain: plain[:-1] + b"\1",  # padding that says something
        lambda plain: plain[:FIELD_SIZE] + b"\xff\xff" + plain[FIELD_SIZE + 2 :],
    ]
    for spoil in cases:
        with monkeypatch.context() as patch:
            patch.setattr(
                module,
                lambda key, nonce, plain, context, spoil=spoil: aead_seal(
                    key, nonce, spoil(plain), context
                ),
            )
            envelope = alice.says(b"hello")
        refused(bob, envelope, BrokenSessionError)
    assert bob.hears(alice.says(b"still here")) == b"still here"


def test_a_replay_is_told_from_a_forgery(random: Random) -> None:
    alice, bob = talking(random)
    first, second, third = (alice.says(text) for text in (b"1", b"2", b"3"))
    bob.hears(third)
    bob.hears(first)
    for seen in (first, third):
        refused(bob, seen, ReplayedError)
    refused(bob, bytes(2048), ForgedError)
    assert bob.hears(second) == b"2"


def test_a_gap_is_bounded(random: Random) -> None:
    alice, bob = talking(random)
    alice.state = _ahead(alice.state, 1001)
    refused(bob, alice.says(b"too far"), SkippedTooFarError)


def test_both_ratchets_must_tell_of_the_same_gap(random: Random) -> None:
    alice, bob = talking(random)
    chain = alice.state.epochs.sending
    alice.state = replace(
        alice.state, epochs=replace(alice.state.epochs, sending=Chain(chain.key, 5))
    )
    refused(bob, alice.says(b"out of step"), BrokenSessionError)


def test_a_state_that_was_rolled_back_shows_as_a_broken_session(random: Random) -> None:
    alice, bob = talking(random)
    old = bob.copy()
    bob.hears(alice.says(b"you there?"))
    alice.hears(bob.says(b"yes"))
    refused(old, alice.says(b"good"), BrokenSessionError)


def test_a_thief_is_locked_out_once_the_victims_next_key_arrives(random: Random) -> None:
    alice, bob = talking(random)
    stolen = bob.copy()
    bob.hears(alice.says(b"you there?"))
    alice.hears(bob.says(b"yes"))  # carries a key that Bob drew after the theft
    reply = alice.says(b"good")
    stolen.state = _without_rules(stolen.state)
    refused(stolen, reply, ForgedError)
    assert bob.hears(reply) == b"good"


def test_a_thief_of_a_late_key_reads_that_message_only(random: Random) -> None:
    alice, bob = talking(random)
    first, second = alice.says(b"first"), alice.says(b"second")
    bob.hears(alice.says(b"third"))
    bob.hears(first)
    stolen = bob.copy()
    assert stolen.hears(second) == b"second"
    refused(stolen, first, ReplayedError)  # what was opened before the theft stays closed


def test_sealing_draws_a_nonce_and_no_more(random: Random) -> None:
    alice, bob = talking(random)
    drawn: list[int] = []

    def counted(size: int) -> bytes:
        drawn.append(size)
        return random(size)

    alice.state, _ = alice.state.seal(b"same chain", counted)
    assert drawn == [12]
    alice.hears(bob.says(b"a turn"))
    alice.state, _ = alice.state.seal(b"new chain", counted)
    assert drawn == [12, 32, 12]


def test_a_state_shows_no_keys(random: Random) -> None:
    alice, _ = talking(random)
    keys = alice.state.double.keys
    shown = repr(alice.state) + repr(alice.state.double) + repr(keys) + repr(alice.state.hop)
    shown += repr(alice.state.epochs) + repr(alice.state.epochs.epoch) + repr(alice.state.hop.auth)
    for secret in (keys.root, keys.ours.raw, keys.next_in_key.raw, alice.state.hop.auth.root):
        assert repr(secret) not in shown
        assert secret.hex() not in shown


def _without_rules(state: Triple) -> Triple:
    """A thief runs what code he likes: he has the keys, and turns whether it is his or not."""
    double = replace(state.double, keys=replace(state.double.keys, due=False))
    return replace(state, double=double)


def _ahead(state: Triple, steps: int) -> Triple:
    """As if `steps` messages had been sealed."""
    if state.double.sending is None:
        raise AssertionError("nothing was sent yet")
    double = replace(state.double, sending=state.double.sending.walk(steps)[0])
    epochs = replace(state.epochs, sending=state.epochs.sending.walk(steps)[0])
    return replace(state, double=double, epochs=epochs)
