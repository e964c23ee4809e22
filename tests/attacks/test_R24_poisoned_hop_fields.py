"""The hop's values are whole, and their MAC is over the whole: no part is used before it."""

from collections.abc import Iterator
from random import Random as Seeded

import pytest

from doorless_lab.pair import Device, Talker, meet
from doorless_protocol.errors import DoorlessError, ForgedError, ReplayedError
from doorless_protocol.primitives import DecapsulationKey
from doorless_protocol.ratchet import hop, triple

NOW = 1_800_000_000
SEAL = triple.aead_seal


def pair(seed: int) -> tuple[Talker, Talker]:
    random = Seeded(seed).randbytes
    return meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)


def exchange(talkers: tuple[Talker, Talker], first: int, count: int) -> None:
    """Honest messages in turns: each opens, and the epoch goes on."""
    for at in range(count):
        side = (first + at) & 1
        assert talkers[1 - side].hears(talkers[side].says(b"%d" % at)) == b"%d" % at


def fields_said(talkers: tuple[Talker, Talker], count: int, monkeypatch) -> list[bytes]:
    """Fields of so many honest messages, of two epochs and more."""
    said: list[bytes] = []

    def heard(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        said.append(plain[: hop.FIELD_SIZE])
        return SEAL(key, nonce, plain, context)

    with monkeypatch.context() as patch:
        patch.setattr(triple, "aead_seal", heard)
        exchange(talkers, 0, count)
    return said


def poisoned(honest: bytes, old: list[bytes], dice: Seeded) -> Iterator[bytes]:
    """What somebody with this message's key, and without one of the hop's, can put in its place."""
    yield hop.EMPTY
    yield from old
    for field in (honest, *old):
        for kind in (hop.EK, hop.CT):
            yield bytes((kind,)) + field[1:]
            yield bytes((kind,)) + field[1:-32] + honest[-32:]
    for at in (0, 1, 700, 1088, 1184, 1185, 1216):
        yield honest[:at] + bytes((honest[at] ^ 1 << dice.randrange(8),)) + honest[at + 1 :]
    own = DecapsulationKey(dice.randbytes(64)).public()
    yield bytes((hop.EK,)) + own + honest[-32:]
    for field in old:  # half of one epoch's value, half of another's
        yield honest[:600] + field[600:]
        yield field[:600] + honest[600:]


def said_with(speaker: Talker, field: bytes | None, monkeypatch) -> bytes:
    """The speaker's next envelope; somebody with its key put this field into it."""

    def put(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        return SEAL(
            key, nonce, (field or plain[: hop.FIELD_SIZE]) + plain[hop.FIELD_SIZE :], context
        )

    with monkeypatch.context() as patch:
        patch.setattr(triple, "aead_seal", put)
        return speaker.says(b"text")


@pytest.mark.attack(
    "R24",
    "a hop value spoilt, left out, of another kind or epoch, or mixed of two, moves nothing",
    weaken={"doorless_protocol.ratchet.hop.check_mac": lambda auth, epoch, field: None},
)
@pytest.mark.parametrize("phase", [1, 2, 4, 5])  # of six: those in which a value is awaited
def test_a_poisoned_field_moves_nothing(phase: int, monkeypatch) -> None:
    talkers = pair(24)
    said = fields_said(talkers, 12 + phase, monkeypatch)
    speaker, victim = talkers[phase & 1], talkers[1 - (phase & 1)]
    speaking, before = speaker.session, victim.session
    victim.hears(said_with(speaker, None, monkeypatch))
    honest = victim.session.ratchet.hop
    speaker.session, victim.session = speaking, before
    victim.hears(said_with(speaker, hop.EMPTY, monkeypatch))
    without = victim.session.ratchet.hop
    for field in poisoned(said[-1], sorted(set(said)), Seeded(phase)):
        speaker.session, victim.session = speaking, before
        envelope = said_with(speaker, field, monkeypatch)
        try:
            victim.hears(envelope)
        except DoorlessError:
            assert victim.session is before  # and to go on from there, see the last line
            continue
        assert victim.session.ratchet.hop in (before.ratchet.hop, honest, without)
        exchange(talkers, phase, 8)
        assert min(talker.session.epoch for talker in talkers) > before.epoch
    speaker.session, victim.session = speaking, before
    exchange(talkers, phase, 8)


def acts_on_old_fields(held, epochs, label, field, identity):
    state, secret = held.hear(max(label, held.epoch), field, identity)
    if secret is not None:
        epochs = epochs.add(held.epoch, secret)
    return state, epochs if state.epoch == held.epoch else epochs.speak()


@pytest.mark.attack(
    "R24",
    "fields that come twice, late, never, or of several epochs at once leave both sides agreed",
    weaken={"doorless_protocol.ratchet.triple.hear_hop": acts_on_old_fields},
)
def test_fields_of_several_epochs_in_any_order_leave_both_agreed() -> None:
    for seed in range(10):
        talkers, dice = pair(seed), Seeded(seed)
        on_their_way: list[tuple[int, bytes, bytes]] = []
        for at in range(60):
            side = dice.randrange(2)
            text = b"%d" % at
            on_their_way.append((1 - side, talkers[side].says(text), text))
            for _ in range(dice.randrange(3)):
                to, envelope, text = on_their_way[dice.randrange(len(on_their_way))]
                try:
                    assert talkers[to].hears(envelope) == text
                except (ReplayedError, ForgedError):  # it came before
                    continue
        epoch = min(talker.session.epoch for talker in talkers)
        exchange(talkers, 0, 8)
        assert min(talker.session.epoch for talker in talkers) > epoch
