"""The message layer while epochs go by: late messages, turns, thieves of single keys."""

from collections.abc import Callable
from os import urandom
from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.ratchets import FORTH, Side, pair, talking
from doorless_protocol.errors import BrokenSessionError, DoorlessError, ReplayedError
from doorless_protocol.primitives import HeaderKey, aead_seal
from doorless_protocol.ratchet.header import Header
from doorless_protocol.ratchet.hop import (
    EK,
    EMPTY,
    Answering,
    Drawing,
    Holding,
    Offering,
    OfferingIdentity,
    Waiting,
)
from doorless_protocol.ratchet.late import LateKey
from doorless_protocol.ratchet.triple import BODY_OFFSET, TAG_SIZE, message_keys, split_front
from doorless_protocol.sizes import SIZE_CLASSES

Random = Callable[[int], bytes]
PATTERNS: dict[str, Callable[[int, Seeded], bool]] = {
    "alternating": lambda at, dice: bool(at & 1),
    "random": lambda at, dice: dice.random() < 0.5,
    "bursts of five": lambda at, dice: bool(at // 5 & 1),
    "mostly one": lambda at, dice: dice.random() < 0.1,
}


def refused(side: Side, envelope: bytes, error: type[DoorlessError]) -> None:
    before = side.state
    with pytest.raises(error):
        side.hears(envelope)
    assert side.state is before


def until(sides: tuple[Side, Side], at: int, kind: type) -> tuple[Side, Side]:
    """Let them alternate until the hop of side `at` is so; that side first."""
    for turn in range(12):
        if isinstance(sides[at].state.hop, kind):
            return sides[at], sides[1 - at]
        sides[1 - (turn & 1)].hears(sides[turn & 1].says(b""))
    raise AssertionError(kind)


# --- order and loss ------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("seed", range(2))
def test_messages_open_however_many_epochs_late(pattern: str, seed: int, random: Random) -> None:
    dice, sides = Seeded(seed), talking(random)
    waiting: list[tuple[int, int, bytes, bytes]] = []
    for at in range(200):
        side = int(PATTERNS[pattern](at, dice))
        delay = dice.choice((0, 0, 0, 1, 5, 30, 90))
        waiting.append((at + delay, 1 - side, b"%d" % at, sides[side].says(b"%d" % at)))
        for item in sorted(item for item in waiting if item[0] <= at):
            assert sides[item[1]].hears(item[3]) == item[2]
            waiting.remove(item)
    for _, to, content, envelope in waiting:
        assert sides[to].hears(envelope) == content
    assert [side.state.late.count for side in sides] == [0, 0]
    assert all(side.state.hop.epoch >= 8 for side in sides)


def test_no_pattern_of_loss_stops_the_epochs(random: Random) -> None:
    for lost in range(0, 1 << 12, 37):
        sides = talking(random)
        for at in range(12):
            envelope = sides[at & 1].says(b"")
            if not lost >> at & 1:
                sides[1 - (at & 1)].hears(envelope)
        before = sides[0].state.hop.epoch
        for at in range(10):
            sides[1 - (at & 1)].hears(sides[at & 1].says(b""))
        assert sides[0].state.hop.epoch >= before + 2


def in_the_middle_of_a_chain(random: Random) -> tuple[Side, Side, list[bytes], list[bytes]]:
    """Alice's label moves between two of her messages, though she hears no turn.

    Bob's answer is silent at first, as in a session that was stored before it had epochs.

    Returns:
        Alice, Bob, what she sent before and after.
    """
    alice, bob = until(talking(random), 0, Drawing)
    bob.hears(alice.says(b"my key"))
    alice.hears(says_with(Waiting, bob, b"a turn without the answer"))
    before = [alice.says(b"%d" % at) for at in range(500)]
    alice.hears(bob.says(b"the answer, in the same chain"))
    return alice, bob, before, [alice.says(b"%d" % at) for at in range(500, 1000)]


def says_with(kind: type, side: Side, content: bytes) -> bytes:
    """Say it with the empty field of another state of the hop, and be as before."""
    hop = side.state.hop
    side.state = replace(side.state, hop=kind(hop.epoch, hop.auth))
    envelope = side.says(content)
    side.state = replace(side.state, hop=hop)
    return envelope


def test_a_thousand_messages_open_in_reverse_across_a_change_of_epoch(random: Random) -> None:
    alice, bob, before, after = in_the_middle_of_a_chain(random)
    opened = [bob.hears(envelope) for envelope in reversed(before + after)]
    assert opened == [b"%d" % at for at in reversed(range(1000))]
    assert bob.state.late.count == 0
    assert bob.state.epochs.epoch.heard == alice.state.hop.epoch


@pytest.mark.parametrize("first", [0, 1, 499, 500, 501, 999])
def test_whichever_message_of_a_chain_comes_first_names_the_label_it_began_with(
    first: int, random: Random
) -> None:
    alice, bob, before, after = in_the_middle_of_a_chain(random)
    assert alice.state.double.keys.began == alice.state.hop.epoch - 1
    sent = before + after
    assert bob.hears(sent[first]) == b"%d" % first
    for at in (0, 499, 500, 999):
        if at != first:
            assert bob.hears(sent[at]) == b"%d" % at


def test_no_label_moves_within_a_chain_when_every_message_carries_the_offer(
    random: Random,
) -> None:
    dice, sides = Seeded(3), talking(random)
    waiting: list[tuple[int, bytes]] = []
    for _ in range(300):
        side = dice.randrange(2)
        waiting.append((1 - side, sides[side].says(b"")))
        assert sides[side].state.double.keys.began == sides[side].state.hop.epoch
        if dice.random() < 0.7:
            to, envelope = waiting.pop(dice.randrange(len(waiting)))
            sides[to].hears(envelope)
    assert sides[0].state.hop.epoch > 4


def test_nothing_of_an_epoch_that_is_over_is_kept(random: Random) -> None:
    alice, bob = talking(random, turns=4)
    for _ in range(4):
        old = _secrets(bob)
        for _ in range(6):
            alice.hears(bob.says(b""))
            bob.hears(alice.says(b""))
        assert not old & _secrets(bob)


def _secrets(side: Side) -> set[bytes]:
    epochs, auth = side.state.epochs, side.state.hop.auth
    held = {epochs.epoch.root, epochs.epoch.turn_secret, epochs.epoch.next_turn_secret}
    held |= {epochs.sending.key, epochs.receiving.key, epochs.epoch.ready, epochs.epoch.coming}
    return (held | {auth.root, auth.mac_key}) - {b""}


# --- a peer that miscounts -----------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [-1, 1, 2, 5])
def test_a_label_outside_the_window_changes_nothing(ahead: int, random: Random) -> None:
    bob, alice = until(talking(random), 1, Holding)
    honest = alice.state
    label = honest.hop.epoch + ahead
    epoch = replace(honest.epochs.epoch, heard=label)
    alice.state = replace(
        honest,
        hop=replace(honest.hop, epoch=label),
        double=replace(honest.double, keys=replace(honest.double.keys, began=label)),
        epochs=replace(honest.epochs, epoch=epoch),
    )
    refused(bob, alice.says(b"from another epoch"), BrokenSessionError)
    alice.state = honest
    assert bob.hears(alice.says(b"good")) == b"good"


def test_a_turn_under_the_wrong_turn_secret_opens_nothing(random: Random) -> None:
    """A flag that lies names another label, whose turn secret is not held or gives other keys."""
    alice, bob = talking(random)
    alice.hears(bob.says(b"your turn"))
    honest = alice.state
    double = honest.double.answer(2, honest.epochs.turn_secret_of(2), random)
    number = 0
    index = honest.epochs.sending.number
    key = honest.double.keys.next_out_key
    lies = Header(double.keys.public, double.keys.previous, number, 2, index, began=1)
    forged = _forge(key, lies, bytes(32), EMPTY)
    refused(bob, forged, BrokenSessionError)


# --- a thief of one late key ---------------------------------------------------------------------


def _forge(key: HeaderKey, header: Header, prk: bytes, hop_field: bytes) -> bytes:
    """What the holder of one header key and one message's key can make, on its way to Bob."""
    nonce = urandom(12)
    sealed = key.seal(nonce, header.encode(), FORTH)
    body_key, commitment = message_keys(prk, nonce, FORTH + sealed)
    plain = (hop_field + b"\0\4evil").ljust(SIZE_CLASSES[0] - BODY_OFFSET - TAG_SIZE, b"\0")
    return nonce + sealed + commitment + aead_seal(body_key, nonce, plain, FORTH + sealed)


def _stolen(bob: Side, late: bytes) -> tuple[HeaderKey, Header, LateKey]:
    """The one late key that Bob keeps for it."""
    (chain,) = bob.state.late.chains.values()
    ((_, kept),) = [item for block in chain.blocks.values() for item in block.items()]
    opened = chain.header_key.open(late[:12], late[12:84], FORTH)
    if opened is None:
        raise AssertionError("not of this chain")
    return chain.header_key, Header.decode(opened), kept


def test_a_stolen_late_key_plants_no_key_of_an_epoch(random: Random) -> None:
    """Bob waits for a key in this very epoch; the thief offers his own."""
    alice, bob = until(talking(random), 0, Drawing)
    late = says_with(Waiting, alice, b"late")
    bob.hears(says_with(Waiting, alice, b"on time"))
    assert isinstance(bob.state.hop, Waiting)
    key, header, kept = _stolen(bob, late)
    assert header.label == bob.state.hop.epoch
    planted = bytes([EK]) + urandom(1184) + urandom(32)
    refused(bob, _forge(key, header, kept.prk, planted), BrokenSessionError)
    assert bob.hears(late) == b"late"


def test_a_stolen_late_key_does_not_claim_the_label_that_ends_an_answer(random: Random) -> None:
    bob, alice = until(talking(random), 1, Holding)
    bob.says(b"lost: with the answer")
    late = alice.says(b"late")
    bob.hears(alice.says(b"on time"))
    assert isinstance(bob.state.hop, Answering)
    key, header, kept = _stolen(bob, late)
    claims = replace(header, label=header.label + 1, began=header.label + 1)
    refused(bob, _forge(key, claims, kept.prk, EMPTY), BrokenSessionError)
    assert bob.hears(late) == b"late"
    refused(bob, late, ReplayedError)


def test_a_late_message_may_bring_what_the_hop_waits_for(random: Random) -> None:
    alice, bob = until(talking(random), 0, Offering)
    bob.hears(alice.says(b"my key"))
    answer = bob.says(b"the answer")
    alice.hears(says_with(Waiting, bob, b"on time"))  # as if it did not repeat it
    assert isinstance(alice.state.hop, Offering)
    before = alice.state.hop.epoch
    assert alice.hears(answer) == b"the answer"
    assert alice.state.hop.epoch == before + 1


# --- the first epoch -----------------------------------------------------------------------------


def test_the_first_reply_needs_the_identity_seed_and_leaves_no_copy_of_it(random: Random) -> None:
    alice, bob = pair(random)
    bob.hears(alice.says(b"hi"))
    reply = bob.says(b"yes")
    impostor = alice.copy()
    refused(impostor, reply, BrokenSessionError)
    assert alice.hears(reply) == b"yes"
    assert (alice.state.hop.epoch, alice.state.epochs.epoch.heard) == (2, 1)
    after = alice.copy()  # from now on no session asks for it
    assert after.hears(bob.says(b"and on")) == b"and on"


def test_a_late_reply_may_be_the_only_one_that_answers_the_identity_key(random: Random) -> None:
    """Of a peer who does not repeat his answer, as every honest one does."""
    alice, bob = pair(random)
    bob.hears(alice.says(b"hi"))
    answer = bob.says(b"the answer")
    alice.hears(says_with(Waiting, bob, b"on time"))
    assert isinstance(alice.state.hop, OfferingIdentity)
    refused(alice.copy(), answer, BrokenSessionError)  # for want of the identity seed
    assert alice.hears(answer) == b"the answer"
    assert isinstance(alice.state.hop, Waiting)


def test_a_later_reply_may_be_the_first_that_answers_the_identity_key(random: Random) -> None:
    """It is the next one in its chain, so it opens by the short way."""
    alice, bob = pair(random)
    bob.hears(alice.says(b"hi"))
    alice.hears(says_with(Waiting, bob, b"not yet"))
    answer = bob.says(b"the answer")
    found = alice.state.look(*split_front(answer))
    assert found is not None
    opened, _ = alice.state.open_found(found, answer, alice.now, alice.identity)
    assert isinstance(opened.hop, Waiting)
    assert alice.hears(answer) == b"the answer"
    assert alice.state == opened
