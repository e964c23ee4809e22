"""The relay over real sockets: pushes, take-overs, goodbyes, and what time takes away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage

from doorless_protocol.frames import (
    MAX_ACKNOWLEDGED,
    Acknowledge,
    Answer,
    Answered,
    Call,
    Challenge,
    CloseReason,
    Closing,
    Deliver,
    Done,
    Hello,
    PrekeyStatus,
    Refusal,
    Refused,
    RelayInfo,
    Request,
    Subscribe,
    decode_from_relay,
    encode,
)
from doorless_protocol.keys import DeviceKeys
from doorless_server import listener
from doorless_server.connection import Timing
from doorless_server.limits import MAX_HALF_OPEN, MIB, PUSHED_ENVELOPES
from doorless_server.peers import Greeted
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW = 1_750_000_000
DONE = Done()
SHORT = 0.1
"""Seconds of patience that the relay has for one thing in a test; with all else it is patient, or
a busy computer would end the connection for another reason."""


class Wire:
    """A WebSocket client that asks, and keeps apart what is answered and what is pushed."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.pushed: list[Deliver] = []

    async def hear(self) -> Any:
        data = await self.socket.recv()
        assert isinstance(data, bytes)
        return decode_from_relay(data)

    async def ask(self, request: Request, call: int = 7) -> Answered:
        await self.socket.send(encode(Call(call, request)))
        while True:
            heard = await self.hear()
            if isinstance(heard, Deliver):
                self.pushed.append(heard)
            elif isinstance(heard, Answer):
                assert heard.id == call
                return heard.answered
            else:
                pytest.fail(f"heard {type(heard).__name__}")

    async def deliveries(self, count: int) -> list[int]:
        while len(self.pushed) < count:
            heard = await self.hear()
            assert isinstance(heard, Deliver), heard
            self.pushed.append(heard)
        return [int.from_bytes(each.envelope_id, "big") for each in self.pushed]

    async def ending(self) -> tuple[CloseReason | None, int]:
        """The reason told, if any, and the code of the close."""
        told = None
        try:
            while True:
                heard = await self.hear()
                if isinstance(heard, Closing):
                    told = CloseReason(heard.reason)
        except ConnectionClosed as closed:
            return told, closed.rcvd.code if closed.rcvd else 0


Open = Callable[..., Any]


@pytest.fixture
async def server(request: pytest.FixtureRequest) -> AsyncIterator[listener.Listener]:
    relay = Relay(MemoryStore(), Identity("relay.test"), random=Random(2).randbytes)
    timing = getattr(request, "param", Timing(drain=2.0))
    serving = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: NOW, timing=timing)
    yield serving
    await serving.close()


@pytest.fixture
async def dial(server: listener.Listener) -> AsyncIterator[Open]:
    opened: list[ClientConnection] = []

    async def open_one(person: Any = None, device: DeviceKeys | None = None) -> Wire:
        socket = await connect(
            server.url, subprotocols=["doorless.1"], compression=None, close_timeout=0.2
        )  # type: ignore[list-item]
        opened.append(socket)
        wire = Wire(socket)
        challenge = await wire.hear()
        assert isinstance(challenge, Challenge)
        if person is not None:
            greeted = Greeted(challenge, NOW, bytes(32))
            assert await wire.ask(person.sign_in(greeted, device)) == DONE
        return wire

    yield open_one
    await asyncio.gather(*[socket.close() for socket in opened])


async def registered(dial: Open, person: Any) -> Wire:
    wire: Wire = await dial(person)
    assert await wire.ask(person.register()) == DONE
    return wire


async def test_what_waits_comes_first_and_what_is_sent_comes_after(dial: Open, alice: Any) -> None:
    wire, sender = await registered(dial, alice), await dial()
    for number in (1, 2):
        assert await sender.ask(alice.envelope(number)) == DONE
    assert await wire.ask(Subscribe()) == DONE
    assert await wire.deliveries(2) == [1, 2]
    assert await sender.ask(alice.envelope(3)) == DONE
    assert await wire.deliveries(3) == [1, 2, 3]
    assert wire.pushed[2].envelope == alice.envelope(3).envelope


async def test_the_window_stops_and_goes_on_with_acknowledgements(dial: Open, alice: Any) -> None:
    wire, sender = await registered(dial, alice), await dial()
    await wire.ask(Subscribe())
    total = PUSHED_ENVELOPES + 44
    for number in range(total):
        await sender.socket.send(encode(Call(number, alice.envelope(number))))
    for _ in range(total):
        assert (await sender.hear()).answered == DONE
    assert await wire.deliveries(PUSHED_ENVELOPES) == list(range(PUSHED_ENVELOPES))
    assert await wire.ask(PrekeyStatus()) is not None  # nothing more was pushed before this
    assert len(wire.pushed) == PUSHED_ENVELOPES
    ids = tuple(each.envelope_id for each in wire.pushed)
    for at in range(0, len(ids), MAX_ACKNOWLEDGED):
        assert await wire.ask(Acknowledge(ids[at : at + MAX_ACKNOWLEDGED])) == DONE
    assert await wire.deliveries(total) == list(range(total))


@pytest.mark.claim("P2", "what was delivered and not acknowledged comes again")
async def test_what_was_not_acknowledged_comes_again(dial: Open, alice: Any) -> None:
    wire, sender = await registered(dial, alice), await dial()
    for number in (1, 2, 3):
        await sender.ask(alice.envelope(number))
    await wire.ask(Subscribe())
    await wire.deliveries(3)
    assert await wire.ask(Acknowledge((wire.pushed[1].envelope_id,))) == DONE
    await wire.socket.close()
    again = await dial(alice)
    await again.ask(Subscribe())
    assert await again.deliveries(2) == [1, 3]


async def test_the_newest_connection_of_a_device_wins(dial: Open, alice: Any) -> None:
    older = await registered(dial, alice)
    await older.ask(Subscribe())
    newer = await dial(alice)
    assert await older.ending() == (CloseReason.REPLACED, 1000)
    await newer.ask(Subscribe())
    assert await (await dial()).ask(alice.envelope(1)) == DONE
    assert await newer.deliveries(1) == [1]


async def test_who_only_claims_a_device_replaces_nobody(
    dial: Open, alice: Any, mallory: Any
) -> None:
    wire = await registered(dial, alice)
    claimed = DeviceKeys(
        alice.device.device,
        mallory.device.mailbox,
        mallory.device.signing,
        mallory.device.identity,
        mallory.device.kem,
    )
    thief = await dial(mallory, claimed)
    mallory.key = alice.key  # claims the account's id as well
    other = await dial(mallory, claimed)
    for each in (thief, other):
        assert await each.ask(Subscribe()) == Refused(int(Refusal.NOT_ALLOWED), 0)
    assert await wire.ask(Subscribe()) == DONE


async def test_a_revoked_device_is_told_and_closed(dial: Open, alice: Any) -> None:
    wire = await registered(dial, alice)
    stolen = DeviceKeys.draw(alice.random)
    second = alice.listing(alice.device, stolen, after=alice.manifest)
    assert await wire.ask(alice.publish(second)) == DONE
    thief = await dial(alice, stolen)
    assert await thief.ask(Subscribe()) == DONE
    assert await wire.ask(alice.publish(alice.listing(alice.device, after=second))) == DONE
    assert await thief.ending() == (CloseReason.REVOKED, 1008)


async def test_many_calls_at_once_are_each_answered(dial: Open) -> None:
    wire = await dial()
    for number in range(40):
        await wire.socket.send(encode(Call(number, Hello())))
    answers = [await wire.hear() for _ in range(40)]
    assert [answer.id for answer in answers] == list(range(40))
    assert all(isinstance(answer.answered, RelayInfo) for answer in answers)


@pytest.mark.claim(
    "P8", "more open requests than allowed are told to come later; those that are open are answered"
)
async def test_more_open_calls_than_allowed_are_told_to_come_later(dial: Open) -> None:
    wire = await dial()
    for number in range(600):
        await wire.socket.send(encode(Call(number, Hello())))
    answers = [(await wire.hear()).answered for _ in range(600)]
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert refused
    assert all(answer.reason == Refusal.BUSY and answer.retry_after for answer in refused)


async def test_closing_says_goodbye_and_loses_nothing(
    server: listener.Listener, dial: Open, alice: Any
) -> None:
    wire, sender = await registered(dial, alice), await dial()
    for number in range(100):
        await sender.socket.send(encode(Call(number, alice.envelope(number))))
    assert isinstance(await sender.hear(), Answer)
    await server.close()
    assert await wire.ending() == (CloseReason.GOING_AWAY, 1001)
    with pytest.raises(OSError, match=r".*"):
        await connect(server.url)


@pytest.mark.parametrize("server", [Timing(first=SHORT, drain=2.0, tick=0.02)], indirect=True)
async def test_who_says_nothing_is_sent_away(server: listener.Listener, dial: Open) -> None:
    assert await (await dial()).ending() == (CloseReason.NOT_IN_TIME, 1008)


@pytest.mark.parametrize("server", [Timing(open=SHORT, drain=2.0, tick=0.02)], indirect=True)
async def test_who_does_not_even_ask_to_connect_is_cut_off(server: listener.Listener) -> None:
    host, port = server.url.removeprefix("ws://").rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\n")
    with suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("server", [Timing(slow=SHORT, drain=2.0, tick=0.02)], indirect=True)
async def test_who_asks_and_never_reads_is_cut_off(server: listener.Listener, dial: Open) -> None:
    wire = await dial()
    await wire.ask(Hello())
    stalled = wire.socket.transport
    stalled.pause_reading()
    pings = (b"\x89\xfd" + bytes(4) + bytes(125)) * 500  # each is answered with a pong
    written = 0
    while not stalled.is_closing():
        assert written < 64 * MIB, "the relay buffers without end"
        if stalled.get_write_buffer_size() < MIB:
            stalled.write(pings)
            written += len(pings)
        await asyncio.sleep(0)
    assert isinstance(await (await dial()).ask(Hello()), RelayInfo)


@pytest.mark.parametrize("server", [Timing(ping=0.3, drain=2.0, tick=0.02)], indirect=True)
async def test_a_connection_that_lives_stays(server: listener.Listener, dial: Open) -> None:
    wire = await dial()
    await wire.ask(Hello())
    waiting = asyncio.create_task(wire.hear())
    done, _ = await asyncio.wait({waiting}, timeout=1.5)  # five pings long
    assert not done
    waiting.cancel()


async def test_one_address_has_few_connections_that_say_nothing(
    server: listener.Listener, dial: Open
) -> None:
    silent = [await dial() for _ in range(MAX_HALF_OPEN)]
    with pytest.raises((OSError, InvalidMessage)):
        await dial()
    assert isinstance(await silent[0].ask(Hello()), RelayInfo)
    assert isinstance(await (await dial()).ask(Hello()), RelayInfo)
