"""S05: whoever has not said who he is costs the relay no question to its database, and little else.

DOORLESS_FLOOD=20000 also measures what a junk frame takes of the processor.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest

from asked_relay import Asked, asked, watch_database
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import (
    MAX_FRAME_BYTES,
    Acknowledge,
    Call,
    CloseAccount,
    CommitPrekeys,
    Incarnation,
    PrekeyStatus,
    PublishManifest,
    Request,
    SetDeliveryToken,
    SignIn,
    Subscribe,
    decode_call,
    encode,
)
from doorless_protocol.keys import SIGNATURE_SIZE
from doorless_server.switchboard import Switchboard
from relay_person import Person

ALICE = Person("alice", 1)
FLOOD = int(os.environ.get("DOORLESS_FLOOD", "0"))
MOST = 50e-6
"""Seconds of the processor for a frame of junk."""


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Asked]:
    async with asked(tmp_path) as made:
        await made.does(ALICE, ALICE.register())
        yield made


def for_a_device() -> list[Request]:
    """Everything that only who signed in may ask, about Alice."""
    return [
        ALICE.register(),
        PublishManifest(ALICE.manifest.encode()),
        *ALICE.upload(),
        CommitPrekeys(),
        PrekeyStatus(),
        SetDeliveryToken(bytes(32)),
        Subscribe(),
        Acknowledge((bytes(16),)),
        Incarnation(0, 1),
        CloseAccount(),
    ]


class Silent:
    """A connection on which junk comes in: it is ended, and told nothing else."""

    def __init__(self) -> None:
        self.ended = 0

    def end(self, _reason: object) -> None:
        self.ended += 1


def junk() -> list[bytes]:
    random, honest = Random(5), encode(Call(1, Subscribe()))
    made = [random.randbytes(size) for size in (0, 1, 7, 100, 2_000, MAX_FRAME_BYTES)]
    made += [honest[:cut] for cut in range(len(honest))]
    return [*made, honest + b"\0", b"\x93" * 1_000, b"\xdf\xff\xff\xff\xff" * 100]


@pytest.mark.attack(
    "S05",
    "junk, forged logins and requests of who is not signed in ask nothing of the database",
    weaken={"doorless_server.relay.check_login": lambda _peer, _asked: None},
)
async def test_nothing_is_asked_of_the_database(at: Asked, record: Any) -> None:
    asked_of_it: list[str] = []
    watch_database(at.store, asked_of_it.append)
    for request in for_a_device():
        await at.anybody(request)
    forged = SignIn(
        ALICE.account,
        ALICE.device.device,
        ALICE.device.signing.verifying.encode(),
        bytes(SIGNATURE_SIZE),
    )
    for request in (forged, *for_a_device()):
        peer = (await at.relay.handle(at.greeted(), forged, at.now)).peer
        await at.relay.handle(peer, request, at.now)
    board = Switchboard(at.relay, lambda: at.now, lambda _connection: None)
    silent: Any = Silent()
    for frame in junk():
        board.receive(silent, frame)
    await asyncio.sleep(0)
    assert silent.ended == len(junk())
    watch_database(at.store, None)
    assert asked_of_it == []
    record("S05", "questions to the database", len(asked_of_it), "", "== 0")


@pytest.mark.claim("S05", "a frame of junk takes little of the processor")
@pytest.mark.skipif(not FLOOD, reason="DOORLESS_FLOOD=20000 measures it, on a quiet machine")
def test_a_frame_of_junk_takes_little(capsys: pytest.CaptureFixture[str], record: Any) -> None:
    frames = [frame for frame in junk() if len(frame) < 4_096]
    begun = process_time()
    for number in range(FLOOD):
        with pytest.raises(MalformedError):
            decode_call(frames[number % len(frames)])
    took = (process_time() - begun) / FLOOD
    with capsys.disabled():
        print(f"\n{took * 1e6:.1f} us of the processor for a frame of junk", end="")
    assert took <= MOST
    record("S05", "processor for a frame of junk", took * 1e6, "µs", f"<= {MOST * 1e6:.0f}")
