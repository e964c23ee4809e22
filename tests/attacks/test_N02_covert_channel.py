"""Whatever a device emits is derived from its state and from what it drew, to the byte.

A client that wants to tell a secret could choose its nonces, keys, ids or padding by it, and no
other client would notice. Here ours talks with all that it draws on a tape, and the second
implementation, written from the specification alone, has to say the very same from that tape.
"""

import secrets
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from conversations import CONVERSATIONS, Stage, alternating, record

from doorless_lab.tape import RANDOM, Draw, Player, Recorder, keys_on
from doorless_protocol.errors import ForgedError
from doorless_protocol.session import Session
from specpeer.crypto import Refused, Unaccounted
from specpeer.playing import play

A_SECRET = b"what somebody pays for"


def tapes_of(said: dict[str, Any]) -> dict[str, list[Draw]]:
    return {name: [Draw(*draw) for draw in tape] for name, tape in said["tapes"].items()}


def unaccounted(said: dict[str, Any]) -> int:
    """Bytes on the wire that the second implementation does not come to."""
    emitted = [step["envelope"] for step in said["steps"] if "seals" in step]
    try:
        steps = play(said, keys_on(*tapes_of(said).values()))
    except (Unaccounted, Refused):  # it came to another place in the tape
        return sum(map(len, emitted))
    derived = [step["envelope"] for step in steps if "seals" in step]
    return sum(
        ours != theirs
        for one, other in zip(emitted, derived, strict=True)
        for ours, theirs in zip(one, other, strict=True)
    )


def choosing_nonces(recorder: Recorder, size: int) -> bytes:
    """Draws honestly, for who looks at the tape, and uses nonces that tell a secret."""
    drawn = recorder._note(RANDOM, recorder._random(size))
    return sha256(A_SECRET + drawn).digest()[:size] if size == 12 else drawn


@pytest.mark.attack(
    "N02",
    "every byte of an envelope is derived from state and recorded draws: 0 bytes unaccounted",
    weaken={"doorless_lab.tape.Recorder.random": choosing_nonces},
)
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_no_byte_of_an_envelope_is_free_to_tell_a_secret(conversation: Any) -> None:
    said = record(conversation, secrets.token_bytes)
    assert sum(len(step["envelope"]) for step in said["steps"] if "seals" in step) > 50_000
    assert unaccounted(said) == 0


_seal = Session.seal


@pytest.mark.attack(
    "N02",
    "what is drawn, how often and how long, is what the specification lists",
    weaken={
        "doorless_protocol.session.Session.seal": lambda session, content, random: (
            random(12) and _seal(session, content, random)
        )
    },
)
def test_nothing_is_drawn_beyond_the_specifications_list() -> None:
    """docs/spec/01-primitives.md §1.2."""
    device, bundle, pairs = [16, 16, 64, 32, 64], [8, 8, 32, 8, 64, 8, 96], 2 * [8, 32, 64]
    before = Counter([*device, 32, *bundle, *pairs])  # 32: the recovery seed
    said = record(alternating, secrets.token_bytes)
    for name, tape in tapes_of(said).items():
        drawn = Counter(len(data) for what, data in tape if what == RANDOM)
        messages = sum(step["by"] == name for step in said["steps"] if "seals" in step)
        turns = messages if name == "bob" else messages + 1  # and an ephemeral key at the start
        while_talking = drawn - before
        epochs = while_talking.pop(64)
        assert while_talking == Counter({12: messages, 32: turns})
        assert epochs <= messages / 2


def test_a_tape_fits_no_other_conversation() -> None:
    """Else it would account for nothing."""
    tapes = tapes_of(record(alternating, secrets.token_bytes))
    tapes["bob"][3] = Draw(RANDOM, bytes(32))  # another identity key
    players = [Player(tape, keys_on(*tapes.values())) for tape in tapes.values()]
    with pytest.raises(ForgedError, match="verify"):
        alternating(Stage(*players))
