"""The hop by itself: what each state does, derived as specified, in every order of messages."""

from collections.abc import Callable, Iterator
from hmac import digest

import msgspec
import pytest

from doorless_protocol.errors import BrokenSessionError, MalformedError
from doorless_protocol.primitives import (
    DecapsulationKey,
    KemSeed,
    hkdf,
    kem768_decapsulate,
    sha3_256,
)
from doorless_protocol.ratchet.hop import (
    CT,
    EK,
    EMPTY,
    FIELD_SIZE,
    LAST_EPOCH,
    Answering,
    Auth,
    Drawing,
    Holding,
    Hop,
    Offering,
    OfferingIdentity,
    Waiting,
    check_form,
    start_initiator,
    start_responder,
)

Random = Callable[[int], bytes]
SEED = b"hop authenticator".ljust(32)
IDENTITY = KemSeed(b"identity of the initiator".ljust(64))
OTHER = KemSeed(b"another identity".ljust(64))
Pair = tuple[Hop, Hop]


def start() -> Pair:
    return start_initiator(SEED), start_responder(SEED, DecapsulationKey(IDENTITY).public())


def hear(state: Hop, label: int, field: bytes) -> Hop:
    return state.hear(label, field, IDENTITY)[0]


def walk(random: Random) -> Iterator[Pair]:
    """The states of both sides while they alternate, from the start on."""
    pair = list(start())
    turn = 0
    while True:
        yield pair[0], pair[1]
        sender, receiver = turn & 1, 1 - (turn & 1)
        pair[sender], field, _ = pair[sender].send(random)
        if pair[sender].epoch >= pair[receiver].epoch:
            pair[receiver] = hear(pair[receiver], pair[sender].epoch, field)
        turn += 1


def reach(kind: type, random: Random, side: int = 0, epoch: int = 2) -> Pair:
    """Ours, in the first such state of `side` from that epoch on, and theirs."""
    for pair in walk(random):
        if isinstance(pair[side], kind) and pair[side].epoch >= epoch:
            return pair[side], pair[1 - side]
    raise AssertionError(kind)


# --- derivations ---------------------------------------------------------------------------------


def test_epoch_1_is_derived_as_the_specification_says(random: Random) -> None:
    initiator, responder = start()
    out = hkdf(bytes(32), SEED, b"doorless/1 hop auth" + bytes(8), 64)
    assert initiator.auth == responder.auth == Auth(out[:32], out[32:])
    answering, field, secret = responder.send(random)
    ct, ek = field[1:1089], DecapsulationKey(IDENTITY).public()
    number = (1).to_bytes(8, "big")
    info = b"doorless/1 hop epoch" + number + sha3_256(ek) + sha3_256(ct)
    k1 = hkdf(out[:32], kem768_decapsulate(IDENTITY, ct), info, 32)
    auth2 = hkdf(out[:32], k1, b"doorless/1 hop auth" + number, 64)
    assert secret == k1
    assert answering.auth == Auth(auth2[:32], auth2[32:])
    body = bytes([2]) + ct + bytes(96)
    mac = digest(auth2[32:], b"doorless/1 hop field" + number + body, "sha256")
    assert field == body + mac
    assert initiator.hear(1, field, IDENTITY) == (Waiting(2, answering.auth), k1)


def test_a_key_is_offered_as_the_specification_says(random: Random) -> None:
    drawing, _ = reach(Drawing, random, side=1)
    seeds = []

    def noted(size: int) -> bytes:
        seeds.append(random(size))
        return seeds[-1]

    offering, field, secret = drawing.send(noted)
    (seed,) = seeds
    assert (len(seed), secret) == (64, None)
    body = bytes([1]) + DecapsulationKey(seed).public()
    label = b"doorless/1 hop field" + drawing.epoch.to_bytes(8, "big")
    assert field == body + digest(drawing.auth.mac_key, label + body, "sha256")
    assert len(field) == FIELD_SIZE == 1217
    assert offering == Offering(drawing.epoch, drawing.auth, field, DecapsulationKey(seed))


def test_both_sides_agree_in_every_epoch(random: Random) -> None:
    secrets: dict[int, set[bytes]] = {}
    pair = list(start())
    for turn in range(30):
        sender, receiver = turn & 1, 1 - (turn & 1)
        pair[sender], field, sent = pair[sender].send(random)
        before = pair[receiver].epoch
        pair[receiver], heard = pair[receiver].hear(pair[sender].epoch, field, IDENTITY)
        for epoch, secret in ((pair[sender].epoch, sent), (before, heard)):
            if secret:
                secrets.setdefault(epoch, set()).add(secret)
    assert list(secrets) == list(range(1, 11))  # an epoch takes three messages
    assert all(len(each) == 1 for each in secrets.values())
    assert len(set.union(*secrets.values())) == 10


# --- what a state does, and what it does not -----------------------------------------------------


@pytest.mark.parametrize("kind", [Drawing, Waiting, Holding, Answering, Offering])
@pytest.mark.parametrize("side", [0, 1])
def test_an_empty_field_moves_nobody(kind: type, side: int, random: Random) -> None:
    state, _ = reach(kind, random, side)
    assert state.hear(state.epoch, EMPTY, IDENTITY) == (state, None)


def test_an_offer_is_repeated_byte_for_byte(random: Random) -> None:
    for kind in (Offering, Answering):
        state, _ = reach(kind, random)
        follows, field, secret = state.send(random)
        assert follows is state
        assert secret is None
        assert state.send(random)[1] == field


@pytest.mark.parametrize("kind", [Drawing, Waiting, Holding, Answering, Offering])
def test_a_field_that_a_state_does_not_wait_for_is_ignored(kind: type, random: Random) -> None:
    state, _ = reach(kind, random)
    for field_kind in (EK, CT):
        waits_for = {Waiting: EK, Offering: CT}.get(kind)
        if field_kind == waits_for:
            continue
        junk = bytes([field_kind]) + b"j" * 1088 + bytes(96) + b"j" * 32
        assert state.hear(state.epoch, junk, IDENTITY) == (state, None)


def test_hearing_draws_nothing_and_encapsulating_waits_for_a_send(random: Random) -> None:
    offering, waiting = reach(Offering, random, side=1)
    holding, secret = waiting.hear(waiting.epoch, offering.send(random)[1], IDENTITY)
    assert isinstance(holding, Holding)
    assert secret is None
    one, other = holding.send(random), holding.send(random)
    assert one[1] != other[1]  # drawn now, and only now


def test_the_identity_key_alone_opens_the_first_answer(random: Random) -> None:
    initiator, responder = start()
    _, field, _ = responder.send(random)
    assert initiator.send(random) == (initiator, EMPTY, None)
    with pytest.raises(BrokenSessionError):
        initiator.hear(1, field, OTHER)
    assert isinstance(initiator.hear(1, field, IDENTITY)[0], Waiting)


# --- forgeries -----------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [1, 600, 1088, 1185, 1216])
@pytest.mark.parametrize("kind", [Waiting, Offering, OfferingIdentity])
def test_a_spoilt_field_is_refused_and_the_true_one_still_taken(
    kind: type, at: int, random: Random
) -> None:
    if kind is OfferingIdentity:
        state, other = start()
    else:
        state, other = reach(kind, random)
    for _ in range(2):
        other, field, _ = other.send(random) if not isinstance(other, Waiting) else (other, b"", 0)
        if field and field[0] == (EK if kind is Waiting else CT):
            break
        other = hear(other, state.epoch, state.send(random)[1])
    spoilt = bytearray(field)
    spoilt[at] ^= 1
    with pytest.raises(BrokenSessionError, match="wrong MAC"):
        state.hear(state.epoch, bytes(spoilt), IDENTITY)
    assert hear(state, state.epoch, field) != state


def test_a_field_is_of_one_epoch_and_kind(random: Random) -> None:
    """An old offer, under the message key of a newer one: its MAC names another epoch."""
    first = reach(Offering, random, side=1)[0]
    later = reach(Waiting, random, side=0, epoch=4)[0]
    assert isinstance(first, Offering)
    with pytest.raises(BrokenSessionError):
        later.hear(later.epoch, first.field, IDENTITY)
    auth = Auth.start(SEED)
    assert auth.field(EK, 1, b"v" * 1088) != auth.field(CT, 1, b"v" * 1088)


def test_a_key_above_the_modulus_is_refused_though_its_mac_is_right(random: Random) -> None:
    waiting, _ = reach(Waiting, random)
    field = waiting.auth.field(EK, waiting.epoch, b"\xff" * 1184)
    with pytest.raises(MalformedError):
        waiting.hear(waiting.epoch, field, IDENTITY)


def test_a_field_has_one_form() -> None:
    good = (EMPTY, b"\1" + bytes(1216), b"\2" + b"c" * 1088 + bytes(96) + b"m" * 32)
    for field in good:
        check_form(field)
    for at in (1, 1089, 1184, 1216):
        spoilt = bytearray(EMPTY)
        spoilt[at] = 1
        with pytest.raises(BrokenSessionError):
            check_form(bytes(spoilt))
    for at in (1089, 1184):
        spoilt = bytearray(good[2])
        spoilt[at] = 1
        with pytest.raises(BrokenSessionError):
            check_form(bytes(spoilt))
    for kind in (3, 255):
        with pytest.raises(BrokenSessionError):
            check_form(bytes([kind]) + bytes(1216))


@pytest.mark.parametrize("kind", [Drawing, Holding])
def test_nothing_leads_on_from_the_last_epoch(kind: type, random: Random) -> None:
    state, _ = reach(kind, random)
    last = msgspec.structs.replace(state, epoch=LAST_EPOCH)
    with pytest.raises(ValueError, match="last epoch"):
        last.send(random)


# --- storage -------------------------------------------------------------------------------------


def test_no_state_holds_the_identity_seed_or_shows_a_key(random: Random) -> None:
    for at, pair in enumerate(walk(random)):
        for state in pair:
            stored = msgspec.msgpack.encode(state, enc_hook=lambda key: key.raw)
            assert IDENTITY not in stored
            assert len(stored) < 1400
            assert repr(state).count("(") == 1
            assert state.auth.root.hex() not in repr(state) + repr(state.auth)
        if at == 12:
            return


# --- every order ---------------------------------------------------------------------------------

Wire = dict[tuple[int, int, int], bytes]


def name(pair: Pair, wire: Wire) -> tuple[object, ...]:
    return tuple((state.epoch, type(state)) for state in pair), frozenset(wire)


def steps(pair: Pair, wire: Wire, random: Random) -> Iterator[tuple[Pair, Wire]]:
    """One of them sends, or any field ever sent arrives: late, twice, or never."""
    for side in (0, 1):
        state, field, _ = pair[side].send(random)
        after = (state, pair[1]) if side == 0 else (pair[0], state)
        yield after, wire | {(side, state.epoch, field[0]): field}
    for (side, label, _), field in wire.items():
        receiver = pair[1 - side]
        if label >= receiver.epoch:
            assert label == receiver.epoch or isinstance(receiver, Answering)
            heard = hear(receiver, label, field)
            yield (pair[0], heard) if side == 0 else (heard, pair[1]), wire


def test_every_order_of_messages_up_to_epoch_9_keeps_the_two_together(random: Random) -> None:
    seen: set[object] = set()
    pairs: dict[object, Pair] = {}
    todo: list[tuple[Pair, Wire]] = [(start(), {})]
    while todo:
        pair, wire = todo.pop()
        if name(pair, wire) in seen or max(state.epoch for state in pair) > 9:
            continue
        seen.add(name(pair, wire))
        pairs.setdefault(name(pair, {}), pair)
        assert abs(pair[0].epoch - pair[1].epoch) <= 1
        todo.extend(steps(pair, wire, random))

    assert len(pairs) > 40
    for stuck in pairs.values():  # from wherever they are, talking leads on
        both, before = list(stuck), stuck[0].epoch
        for turn in range(9):
            sender, receiver = turn & 1, 1 - (turn & 1)
            both[sender], field, _ = both[sender].send(random)
            if both[sender].epoch >= both[receiver].epoch:
                both[receiver] = hear(both[receiver], both[sender].epoch, field)
        assert both[0].epoch >= before + 2


@pytest.mark.parametrize("kind", [0, EK])
def test_who_offers_the_identity_waits_for_an_answer(kind: int) -> None:
    waiting = start_initiator(SEED)
    field = bytes((kind,)).ljust(FIELD_SIZE, b"\0")
    assert waiting.hear(1, field, IDENTITY) == (waiting, None)
