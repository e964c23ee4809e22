"""Senders and recipients at a relay: as much as it takes, or so much a second."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from benchmarks.relay_client import Client, Device, connected, masked, signed_in
from doorless_protocol.frames import (
    Acknowledge,
    Answer,
    Call,
    Deliver,
    Done,
    Hello,
    Submit,
    encode,
)

SIZE = 2048
ID_PLACE = b"\xaa" * 16
ENVELOPE = secrets.token_bytes(SIZE)
_, _, _AFTER = encode(Call(1, Submit(bytes(16), bytes(16), ID_PLACE, ENVELOPE))).partition(ID_PLACE)
DELIVER = encode(Deliver(ID_PLACE, bytes(SIZE)))
DELIVER_BYTES = len(DELIVER) + 4
DELIVER_ID = 4 + DELIVER.index(ID_PLACE)
ANSWER_BYTES = len(encode(Answer(1, Done()))) + 2


@dataclass
class Load:
    """Senders, and those of `devices` that are connected; the others' mail waits.

    Attributes:
        taken, refused: submits that the relay said to have taken, and to come later with.
    """

    address: tuple[str, int]
    devices: Sequence[Device]
    senders: int = 64
    offline: bool = False
    taken: int = 0
    refused: int = 0
    delivered: int = 0
    sent_at: dict[bytes, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    refill: Callable[[int], None] | None = None
    _opened: list[Client] = field(default_factory=list)
    _senders: list[Client] = field(default_factory=list)
    _parts: list[tuple[bytes, bytes]] = field(default_factory=list)
    _number: int = field(default_factory=lambda: secrets.randbits(64) << 32)  # no id comes twice
    _waiting: asyncio.Future[None] | None = None

    async def connect(self) -> None:
        for device in self.devices:
            self._parts.append(submit_parts(device.mailbox, device.token))
            if not self.offline:
                client = await signed_in(self.address, device)
                self._opened.append(client)
                self._listen(client)
        for _ in range(self.senders):
            self._senders.append(await self._add_sender())

    def send(self, count: int) -> None:
        """Submit `count` envelopes, spread over senders and recipients."""
        now = perf_counter()
        batches: list[list[bytes]] = [[] for _ in self._senders]
        for _ in range(count):
            self._number += 1
            envelope_id = self._number.to_bytes(16, "big")
            before, after = self._parts[self._number % len(self._parts)]
            batches[self._number % len(batches)].append(before + envelope_id + after)
            self.sent_at[envelope_id] = now
        for sender, batch in zip(self._senders, batches, strict=True):
            if batch:
                sender.transport.write(b"".join(batch))

    async def all_delivered(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        if self.sent_at:
            await self._waiting

    def close(self) -> None:
        for client in self._opened:
            client.transport.abort()

    async def _add_sender(self) -> Client:
        """A relay lets one address have few connections on which nothing was said: say hello."""
        answered = asyncio.Event()
        frames = [0]

        def on_frame(_client: Client, _frame: bytes) -> None:
            frames[0] += 1
            if frames[0] == 2:  # behind the challenge
                answered.set()

        client = await connected(self.address, on_frame)
        self._opened.append(client)
        client.ask(Hello())
        await answered.wait()
        self._count_answers(client)
        return client

    def _count_answers(self, client: Client) -> None:
        answers = [0]

        def on_frame(_client: Client, frame: bytes) -> None:
            answers[0] += 1
            if len(frame) == ANSWER_BYTES:
                self.taken += 1
            else:
                self.refused += 1

        def turn_over() -> None:
            count, answers[0] = answers[0], 0
            if self.offline and self.refill is not None:
                self.refill(count)

        client.on_frame = on_frame
        client.turn_over = turn_over  # type: ignore[method-assign]

    def _listen(self, client: Client) -> None:
        ids: list[bytes] = []

        def on_frame(_client: Client, frame: bytes) -> None:
            if len(frame) == DELIVER_BYTES:
                ids.append(frame[DELIVER_ID : DELIVER_ID + 16])

        def turn_over() -> None:
            if not ids:
                return
            now, count = perf_counter(), 0
            for envelope_id in ids:
                if (sent := self.sent_at.pop(envelope_id, None)) is not None:  # an earlier load's
                    self.latencies.append(now - sent)
                    count += 1
            for at in range(0, len(ids), 256):
                client.transport.write(
                    masked(encode(Call(1, Acknowledge(tuple(ids[at : at + 256])))))
                )
            self.delivered += count
            ids.clear()
            if self.refill is not None:
                self.refill(count)
            if not self.sent_at and self._waiting is not None and not self._waiting.done():
                self._waiting.set_result(None)

        client.on_frame = on_frame
        client.turn_over = turn_over  # type: ignore[method-assign]


def submit_parts(mailbox: bytes, token: bytes) -> tuple[bytes, bytes]:
    """A Submit's frame before and after its envelope id.

    What comes after it is one object for all: a load for a hundred thousand mailboxes must not be
    slower than one for ten because its own memory is.
    """
    before, _, _ = masked(encode(Call(1, Submit(mailbox, token, ID_PLACE, ENVELOPE)))).partition(
        ID_PLACE
    )
    return before, _AFTER
