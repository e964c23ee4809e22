"""The hop in chunks, as the comparison runs it: the same ratchet, only slower."""

from random import Random as Dice

import pytest

from doorless_lab.healing.chunked import VALUE_SIZE, Chunked, compact, spread
from doorless_lab.healing.erasure import needed
from doorless_lab.healing.trial import Conversation
from doorless_protocol.ratchet import hop, triple

ROUND = ["Waiting", "Holding", "Answering", "Drawing", "Offering"]


def in_turns(conversation: Conversation, count: int, lost: float = 0, seed: int = 0) -> list[str]:
    """So many messages; the states that the first side went through."""
    dice, seen = Dice(seed), []
    for at in range(count):
        side = at & 1
        envelope = conversation.says(side)
        if dice.random() >= lost:
            conversation.hears(1 - side, envelope)
        state = conversation.sessions[0].ratchet.hop
        assert isinstance(state, Chunked)
        seen += [type(state.inner).__name__] if seen[-1:] != [type(state.inner).__name__] else []
    return seen


@pytest.mark.parametrize("kind", [hop.EK, hop.CT])
def test_a_field_in_chunks_is_the_field(kind: int) -> None:
    field = hop.Auth.start(bytes(32)).field(kind, 5, bytes(range(256)) * 4 + bytes(64))
    payload = compact(field)
    assert len(payload) == VALUE_SIZE[kind] + 32
    assert needed(len(payload)) == {hop.EK: 38, hop.CT: 35}[kind]
    assert spread(kind, payload) == field


@pytest.mark.parametrize("lost", [0, 0.3])
def test_chunks_change_nothing_but_the_pace(lost: float) -> None:
    conversation = Conversation(Dice(5), chunks=True)
    seen = in_turns(conversation, 500, lost)
    first = ROUND.index(seen[0])
    assert len(seen) >= 6
    assert seen == [ROUND[(first + at) % 5] for at in range(len(seen))]
    epochs = [session.epoch for session in conversation.sessions]
    assert min(epochs) >= 4
    assert max(epochs) - min(epochs) <= 1


def test_no_chunk_is_repeated_before_all_have_been_said() -> None:
    conversation = Conversation(Dice(6), chunks=True)
    state, indices = conversation.sessions[1].ratchet.hop, []
    for _ in range(100):
        state, field, _ = state.send(Dice(0).randbytes)
        indices.append(int.from_bytes(field[1:3], "big"))
    assert indices == list(range(100))


@pytest.mark.parametrize("poison", ["spoilt", "of zeros", "of an old epoch"])
def test_a_poisoned_chunk_leads_to_no_wrong_key(poison: str, monkeypatch) -> None:
    """Somebody with a message key puts it in: the whole is refused, and collected anew."""
    conversation, seal = Conversation(Dice(7), chunks=True), triple.aead_seal
    old: list[bytes] = []
    count = 0

    def put(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        nonlocal count
        field = plain[: hop.FIELD_SIZE]
        if field[0] != hop.NOTHING:
            count += 1
            old.append(field)
        if field[0] != hop.NOTHING and count % 60 == 30:
            chunk = {
                "spoilt": bytes((field[3] ^ 1,)) + field[4:35],
                "of zeros": bytes(32),
                "of an old epoch": old[0][3:35],
            }[poison]
            plain = field[:3] + chunk + plain[35:]
        return seal(key, nonce, plain, context)

    in_turns(conversation, 20)
    before = min(session.epoch for session in conversation.sessions)
    with monkeypatch.context() as patch:
        patch.setattr(triple, "aead_seal", put)
        in_turns(conversation, 500)
    assert count > 200
    assert min(session.epoch for session in conversation.sessions) > before
    in_turns(conversation, 60)


def test_spoilt_chunks_only_stop_the_hop_and_nothing_else(monkeypatch) -> None:
    conversation, seal = Conversation(Dice(8), chunks=True), triple.aead_seal

    def put(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        return seal(key, nonce, plain[:3] + bytes((plain[3] ^ 1,)) + plain[4:], context)

    with monkeypatch.context() as patch:
        patch.setattr(triple, "aead_seal", put)
        patch.setattr(triple, "check_form", lambda _: None)
        before = [session.epoch for session in conversation.sessions]
        in_turns(conversation, 220)
        assert max(session.epoch for session in conversation.sessions) <= max(before) + 1
    in_turns(conversation, 220)
    assert min(session.epoch for session in conversation.sessions) > max(before)
