"""The signed-in connection comes back by itself, and a relay that misbehaves gains nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from doorless_client import connection as module
from doorless_client.connection import LAST_RETRY, Connection, LinkState, retry_delay
from doorless_client.core.api import UnreachableError
from doorless_client.core.views import Link
from doorless_client.endpoint import Endpoint
from doorless_protocol.frames import (
    Acknowledge,
    Answer,
    Challenge,
    CloseReason,
    Closing,
    Deliver,
    Done,
    PrekeyStatus,
    Refused,
    SignIn,
    Subscribe,
    decode_call,
    encode,
)
from doorless_protocol.primitives import Random


def login(challenge: Challenge, binding: bytes) -> SignIn:
    return SignIn(bytes(32), bytes(16), bytes(1984), bytes(3373))


class Device:
    """A connection, and what it told."""

    def __init__(self, port: int, random: Random) -> None:
        self.states: list[LinkState] = []
        self.delivered: list[Deliver] = []
        self.greetings = 0
        self._told = asyncio.Event()
        self.connection = Connection(
            Endpoint.parse(f"127.0.0.1:{port}"),
            login,
            random=random,
            on_signed_in=self.greet,
            on_deliver=self.deliver,
            on_link=self.link,
        )

    async def greet(self) -> None:
        await self.connection.request(Subscribe())
        self.greetings += 1
        self._tell()

    async def deliver(self, batch: Sequence[Deliver], _coming: Sequence[Deliver]) -> None:
        self.delivered.extend(batch)
        await self.connection.tell(Acknowledge(tuple(one.envelope_id for one in batch)))
        self._tell()

    def link(self, state: LinkState) -> None:
        self.states.append(state)
        self._tell()

    def links(self) -> list[Link]:
        return [state.link for state in self.states]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not true():
                await self._told.wait()

    def _tell(self) -> None:
        self._told.set()
        self._told.clear()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY", 0.01)


@pytest.fixture
async def device(scripted_relay: Any, randomness: Random, at_once: None) -> AsyncIterator[Device]:
    device = Device(scripted_relay.port, randomness)
    yield device
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in left if "doorless_client" in repr(task.get_coro())]


def test_delays_double_to_a_bound_and_are_never_the_same(randomness: Random) -> None:
    longest = [max(retry_delay(n, randomness) for _ in range(200)) for n in range(12)]
    assert longest[0] <= 0.5 < longest[1] <= 1.0
    assert all(delay <= LAST_RETRY for delay in longest)
    assert longest[11] > LAST_RETRY * 0.9
    assert retry_delay(10**9, randomness) <= LAST_RETRY
    assert len({retry_delay(3, randomness) for _ in range(100)}) == 100


async def test_it_signs_in_before_anything_else_and_asks(
    scripted_relay: Any, device: Device
) -> None:
    async with device.connection as connection:
        assert await connection.online(60)
        assert await connection.request(PrekeyStatus()) == Done()
    first, *later = [type(call.request) for call in scripted_relay.calls]
    assert first is SignIn
    assert set(later) == {Subscribe, PrekeyStatus}
    assert device.states[1].round_trip is not None


async def test_a_request_while_away_is_refused_at_once(device: Device) -> None:
    with pytest.raises(UnreachableError, match="not connected"):
        await device.connection.request(PrekeyStatus())


async def test_it_comes_back_when_the_relay_does(scripted_relay: Any, device: Device) -> None:
    port = scripted_relay.port
    async with device.connection as connection:
        await device.until(lambda: device.greetings == 1)
        await scripted_relay.stop()
        await device.until(lambda: device.states[-1].retry_in > 0)
        assert "nobody listens" in device.states[-1].reason or "broke" in device.states[-1].reason
        await scripted_relay.start(port)
        assert await connection.online(60)
        await device.until(lambda: device.greetings == 2)


async def test_pushes_are_handed_on_in_order_and_acknowledged(
    scripted_relay: Any, device: Device
) -> None:
    pushed = [Deliver(n.to_bytes(16), bytes(2048)) for n in range(300)]

    async def push(connection: Any) -> None:
        await scripted_relay_sign_in(connection)
        for one in pushed:
            await connection.send(encode(one))
        await scripted_relay.answer_all(connection)

    scripted_relay.behave = push
    async with device.connection:
        await device.until(lambda: len(device.delivered) == len(pushed))
        await device.connection.request(PrekeyStatus())
    assert device.delivered == pushed
    acknowledged = [
        one
        for call in scripted_relay.calls
        if isinstance(call.request, Acknowledge)
        for one in call.request.ids
    ]
    assert acknowledged == [one.envelope_id for one in pushed]


async def scripted_relay_sign_in(connection: Any) -> None:
    call = decode_call(await connection.recv())
    await connection.send(encode(Answer(call.id, Done())))


async def test_it_stays_away_when_it_was_removed(scripted_relay: Any, device: Device) -> None:
    async def close(connection: Any) -> None:
        await scripted_relay_sign_in(connection)
        await connection.send(encode(Closing(CloseReason.REVOKED)))

    scripted_relay.behave = close
    async with device.connection as connection:
        await device.until(lambda: bool(device.states) and bool(device.states[-1].reason))
        assert connection.state.link is Link.REMOVED
        assert connection.state.retry_in == 0
        assert connection._task is not None
        await asyncio.wait_for(connection._task, 60)
    assert scripted_relay.connections == 1


async def test_it_stays_away_when_it_was_replaced_until_it_is_told_to_come_back(
    scripted_relay: Any, device: Device
) -> None:
    async def replace(connection: Any) -> None:
        scripted_relay.behave = scripted_relay.answer_all
        await scripted_relay_sign_in(connection)
        await connection.send(encode(Closing(CloseReason.REPLACED)))

    scripted_relay.behave = replace
    async with device.connection as connection:
        await device.until(lambda: device.links()[-1:] == [Link.REPLACED])
        assert connection.state.retry_in == 0
        for _ in range(50):
            await asyncio.sleep(0)
        assert scripted_relay.connections == 1
        connection.retry_now()
        assert await connection.online(60)


async def test_it_comes_back_to_a_relay_that_restarts(scripted_relay: Any, device: Device) -> None:
    async def go_away(connection: Any) -> None:
        scripted_relay.behave = scripted_relay.answer_all
        await scripted_relay_sign_in(connection)
        await connection.send(encode(Closing(CloseReason.GOING_AWAY)))

    scripted_relay.behave = go_away
    async with device.connection:
        await device.until(lambda: device.greetings == 1 and device.links().count(Link.ONLINE) == 2)
    assert any(state.reason == "the relay is restarting" for state in device.states)


async def test_a_refused_device_is_told_why_and_tries_again(
    scripted_relay: Any, device: Device
) -> None:
    async def refuse(connection: Any) -> None:
        call = decode_call(await connection.recv())
        await connection.send(encode(Answer(call.id, Refused(2, 0))))
        await connection.wait_closed()

    scripted_relay.behave = refuse
    async with device.connection:
        await device.until(lambda: device.links().count(Link.OFFLINE) == 2)
    assert Link.ONLINE not in device.links()
    assert device.states[-1].reason == "the relay does not accept this device"


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        b"\x92\xa4done\x00",
        "a text message",
        encode(Answer(77, Done())),
        encode(Challenge("again", bytes(32))),
        encode(Deliver(bytes(16), bytes(2048))) + b"\x00",
        bytes(69 * 1024),
    ],
    ids=["empty", "never", "elements", "text", "no call", "challenge", "trailing", "large"],
)
async def test_a_malformed_frame_ends_the_connection_and_no_more(
    scripted_relay: Any, device: Device, frame: bytes | str
) -> None:
    async def misbehave(connection: Any) -> None:
        scripted_relay.behave = scripted_relay.answer_all
        await scripted_relay_sign_in(connection)
        await connection.send(frame)
        await connection.wait_closed()

    scripted_relay.behave = misbehave
    async with device.connection:
        await device.until(lambda: device.links().count(Link.ONLINE) == 2)
    assert device.delivered == []


async def test_a_request_that_is_cut_says_so(scripted_relay: Any, device: Device) -> None:
    async def cut(connection: Any) -> None:
        await scripted_relay_sign_in(connection)
        await connection.recv()  # the subscription
        await connection.recv()
        connection.transport.abort()

    scripted_relay.behave = cut
    device.connection._on_signed_in = lambda: device.connection.tell(Subscribe())
    async with device.connection as connection:
        assert await connection.online(60)
        with pytest.raises(UnreachableError, match=r"broke|not connected"):
            await connection.request(PrekeyStatus())


async def test_a_silent_relay_is_given_up(
    scripted_relay: Any, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_client.wire.ANSWER_TIMEOUT", 0.2)

    async def say_nothing(connection: Any) -> None:
        await connection.wait_closed()

    scripted_relay.behave = say_nothing
    async with device.connection:
        await device.until(lambda: device.links().count(Link.OFFLINE) == 1)
    assert device.states[-1].reason == "the relay does not answer"


async def test_a_callback_that_fails_is_reported_and_the_connection_made_anew(
    scripted_relay: Any, device: Device
) -> None:
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))

    async def fail() -> None:
        device.greetings += 1
        if device.greetings == 1:
            raise KeyError("a mistake of ours")

    device.connection._on_signed_in = fail
    async with device.connection:
        await device.until(lambda: device.links().count(Link.ONLINE) == 2)
    assert len(failures) == 1


async def test_it_can_be_left_at_any_moment(scripted_relay: Any, randomness: Random) -> None:
    for steps in range(25):
        device = Device(scripted_relay.port, randomness)
        async with device.connection:
            for _ in range(steps):
                await asyncio.sleep(0)


async def test_the_person_need_not_wait(
    scripted_relay: Any, randomness: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "retry_delay", lambda attempt, random: 3600.0)
    port = scripted_relay.port
    await scripted_relay.stop()
    device = Device(port, randomness)
    async with device.connection as connection:
        await device.until(lambda: device.links()[-1:] == [Link.OFFLINE])
        await scripted_relay.start(port)
        connection.retry_now()
        assert await connection.online(60)
