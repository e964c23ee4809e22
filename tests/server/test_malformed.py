"""Whatever is wrong with a request, what the relay holds stays as it was, byte for byte."""

import hashlib
import sqlite3
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import (
    AddPrekeys,
    Call,
    Refusal,
    Refused,
    SetDeliveryToken,
    decode_call,
    encode,
)
from doorless_server.relay import Identity, Relay
from doorless_server.store.sqlite import SqliteStore


def digest(path: Path) -> str:
    """Of every row of every table."""
    db = sqlite3.connect(path)
    text = hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest()
    db.close()
    return text


@pytest.fixture
async def held(tmp_path: Path, alice: Any) -> Any:
    """A relay with a registered account, its prekeys and a waiting envelope."""
    store = await SqliteStore.open(tmp_path / "relay.db")
    relay = Relay(store, Identity("relay.test"), random=Random(5).randbytes)
    yield relay, tmp_path / "relay.db"
    await store.close()


async def prepared(relay: Relay, person: Any, now: int) -> Any:
    peer: Any = relay.greet(now, bytes(32))
    for request in (person.sign_in(peer), person.register(), *person.upload(2)):
        peer = (await relay.handle(peer, request, now)).peer
    await relay.submit([person.envelope(1)], now)
    return peer


def spoiled(request: Any, random: Random) -> Any:
    """One byte of one of its fields altered."""
    fields = [
        name
        for name in request.__struct_fields__
        if isinstance(getattr(request, name), bytes) and getattr(request, name)
    ]
    name = random.choice(fields)
    value = bytearray(getattr(request, name))
    value[random.randrange(len(value))] ^= 1 << random.randrange(8)
    return msgspec.structs.replace(request, **{name: bytes(value)})


async def test_spoiled_requests_change_nothing(held: Any, alice: Any, bob: Any, now: int) -> None:
    relay, path = held
    peer = await prepared(relay, alice, now)
    before = digest(path)
    random = Random(8)
    stranger = await relay.handle(relay.greet(now, bytes(32)), bob.register(), now)
    assert isinstance(stranger.answered, Refused)
    following = alice.listing(alice.device, after=alice.manifest)
    for request in (bob.register(), alice.publish(following), alice.upload(1)[0]):
        for _ in range(40):
            outcome = await relay.handle(peer, spoiled(request, random), now)
            assert isinstance(outcome.answered, Refused), request
    begun = (await relay.handle(peer, alice.upload(1)[0], now)).peer
    for pairs in ((b"",), (bytes(1618),), (bytes(2048), bytes(2048))):
        outcome = await relay.handle(begun, AddPrekeys(pairs), now)
        assert outcome.answered == Refused(int(Refusal.MALFORMED), 0)
    assert digest(path) == before


async def test_spoiled_frames_do_not_decode_or_do_nothing(held: Any, alice: Any, now: int) -> None:
    relay, path = held
    await prepared(relay, alice, now)
    before = digest(path)
    frame = encode(Call(3, SetDeliveryToken(bytes(32))))
    for cut in range(len(frame)):
        with pytest.raises(MalformedError):
            decode_call(frame[:cut])
    for tail in (b"\0", b"\xc0", frame):
        with pytest.raises(MalformedError):
            decode_call(frame + tail)
    random = Random(9)
    for _ in range(500):
        noisy = bytearray(frame)
        for _ in range(random.randint(1, 4)):
            noisy[random.randrange(len(noisy))] = random.randrange(256)
        try:
            call = decode_call(bytes(noisy))
        except MalformedError:
            continue
        outcome = await relay.handle(relay.greet(now, bytes(32)), call.request, now)
        assert isinstance(outcome.answered, Refused)
    assert digest(path) == before
