"""Says to a live relay whatever its grammar has, and whatever it has not, and holds it to its word:

every request is answered once, under its own id; what is no frame ends its connection with the
reason that the specification gives; HTTP is answered or turned away, and never with a 500.
Spec: docs/spec/07-relay.md §1.
"""

import asyncio
import struct
from collections import Counter
from random import Random

from fuzz.harness import edit

from doorless_protocol.blob_frames import BlobPut, read_capability
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import (
    Answer,
    Call,
    Challenge,
    CloseReason,
    Closing,
    Deliver,
    Refusal,
    Refused,
    Request,
    SignIn,
    decode_call,
    encode,
)
from strain.grammar import ANONYMOUS, SIGNED_IN, Grammar
from strain.guest import Guest
from strain.raw import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    TEXT,
    UPGRADE,
    ClosedError,
    Raw,
    frame,
)

MOST_AT_ONCE, MOST_BATCHES = 12, 2
"""Requests that are said in one go, and how often on one connection."""

PLACES = 2_000
"""Addresses of this machine that the hostile come from: a relay has bounds for each."""

TAKEN_OVER = (CloseReason.REPLACED, CloseReason.REVOKED)
"""Why a connection may end between two honest frames: another one is of the same device."""

CODES = (1002, 1009, 1000, 1008, 0)
"""How a connection ends that said no frame: broken, too large; of a device that was taken over just
then; or the reset is quicker than the goodbye."""

PAGES = (
    *("/", "/log/checkpoint", "/log/config", "/log/tile/0/000", "/log/tile/0/x001/234.p/8"),
    *("/log/tile/entries/000.p/1", "/log/anchors/0", "/log/anchors/9999999999999999"),
    *("/log/consistency/1/2", "/log/consistency/2/1", "/log/consistency/0/9999999999999999"),
    *(f"/log/audit/{'0' * 32}/1?from=1", "/log/checkpoint?x", "/..%2f..", "/" + "a" * 3_000),
)

BREACHES = (
    frame(b"hello", FIN | TEXT),
    frame(b"\xff", FIN | TEXT),
    frame(b"hello", masked=False),
    frame(b"", FIN | 0x40 | BINARY),
    frame(b"", FIN | 0x0B),
    frame(b"", FIN | CONTINUATION),
    frame(b"", BINARY) + frame(b"", FIN | BINARY),
    frame(b"", BINARY) + frame(b"", CONTINUATION) * 40,
    frame(bytes(126), FIN | PING),
    frame(b"", PING),
    frame(b"\x03", FIN | CLOSE),
    frame(b"\x03\xe8\xff", FIN | CLOSE),
    frame(struct.pack(">H", 999), FIN | CLOSE),
    frame(struct.pack(">H", 1000), FIN | CLOSE),
    frame(b"", FIN | CLOSE),
    b"\x82\xff" + struct.pack(">Q", 1 << 63),
    b"\x82\xff" + struct.pack(">Q", 69_633) + bytes(4),
    b"\x82\xfe\x00\x05" + bytes(4) + b"hello",
)
"""What breaks a rule of WebSocket, or ends the conversation by one."""


class Hostile:
    """Attributes:
    said: how many messages, by what they were.
    answered: how many answers, by their type.
    """

    def __init__(self, address: tuple[str, int], seed: int, guests: list[Guest]) -> None:
        self._address, self._dice, self._guests = address, Random(seed), guests
        self.said: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        known: dict[int, list[bytes]] = {0: [b""], 16: [], 32: []}
        honest: dict[type[Request], list[Request]] = {}
        for guest in guests:
            known[16] += [guest.device.mailbox, guest.device.device, guest.token]
            write = guest.random(32)
            known[32] += [guest.account, guest.manifest.hash, write, read_capability(write)]
            for request in (*guest.asks(), BlobPut(write, 1_000, 0, bytes(1_000))):
                honest.setdefault(type(request), []).append(request)
        handles = [guest.handle for guest in guests] + ["nobody", "nobody-else"]
        self._grammar = Grammar(self._dice, known, handles, honest)

    async def talk(self, frames: int, *, at_once: int = 16) -> None:
        """Say so many messages, on `at_once` connections at the same time.

        Raises:
            AssertionError, TimeoutError: the relay did something else than it should.
        """
        until = self.said.total() + frames

        async def one() -> None:
            while self.said.total() < until:
                await (self._http() if self._dice.random() < 0.08 else self._connection())

        tasks = [asyncio.create_task(one()) for _ in range(at_once)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _place(self) -> str:
        at = self._dice.randrange(PLACES)
        return f"127.1.{at // 250}.{at % 250 + 1}"

    # --- one connection ----------------------------------------------------------------------

    async def _connection(self) -> None:
        raw = await Raw.open(self._address, self._place())
        try:
            challenge = await raw.upgraded()
            assert isinstance(challenge, Challenge), challenge
            kinds = await self._become(raw, challenge)
            for _ in range(self._dice.randint(0, MOST_BATCHES)):
                if not await self._ask(raw, self._batch(kinds)):
                    return
            await self._end(raw, kinds)
        except (ClosedError, ConnectionError):
            self.answered["cut"] += 1  # taken over in that moment, or it had no seat left
        finally:
            await raw.close()

    async def _become(self, raw: Raw, challenge: Challenge) -> tuple[type[Request], ...]:
        """Sign in, or pretend to, or stay nobody; and what it then asks for, mostly."""
        chance, dice = self._dice.random(), self._dice
        if chance < 0.55:
            return ANONYMOUS
        if chance < 0.6:
            return (*SIGNED_IN, SignIn)
        login = dice.choice(self._guests).sign_in(challenge)
        if chance < 0.68:
            login = SignIn(dice.randbytes(32), login.device, login.key, login.signature)
        await self._ask(raw, [Call(0, login)])
        return SIGNED_IN if dice.random() < 0.9 else (*ANONYMOUS, *SIGNED_IN)

    def _batch(self, kinds: tuple[type[Request], ...]) -> list[Call]:
        draw = self._grammar.request
        count = self._dice.randint(1, MOST_AT_ONCE)
        return [Call(number, draw(self._dice.choice(kinds))) for number in range(count)]

    async def _ask(self, raw: Raw, calls: list[Call]) -> bool:
        """Have them answered, each once. False where the connection was rightly ended instead."""
        self.said["frames"] += len(calls)
        raw.write(b"".join(self._framed(encode(call)) for call in calls))
        await raw.drained()
        return await self._hear_answers(raw, Counter(call.id for call in calls))

    async def _hear_answers(self, raw: Raw, due: Counter[int]) -> bool:
        while due.total():
            heard = await raw.heard()
            if isinstance(heard, Answer):
                assert due[heard.id] > 0, f"an answer to nothing: {heard}"
                due[heard.id] -= 1
                self._count(heard)
            elif isinstance(heard, Closing):
                assert heard.reason in TAKEN_OVER, f"a connection ended for {heard.reason}"
                return False
            else:
                assert isinstance(heard, Deliver), heard
        return True

    def _count(self, heard: Answer) -> None:
        answered = heard.answered
        refused = isinstance(answered, Refused)
        name = Refusal(answered.reason).name if refused else type(answered).__name__
        self.answered[name] += 1

    def _framed(self, message: bytes) -> bytes:
        """As one frame; or in pieces, and with a ping or two between them."""
        if self._dice.random() > 0.05 or len(message) < 3:
            return frame(message)
        cut = self._dice.randrange(1, len(message))
        between = frame(b"?", FIN | self._dice.choice((PING, PONG)))
        return frame(message[:cut], BINARY) + between + frame(message[cut:], FIN | CONTINUATION)

    async def _end(self, raw: Raw, kinds: tuple[type[Request], ...]) -> None:
        match self._dice.randrange(8):
            case 0:
                raw.write(frame(b"x" * 400)[: self._dice.randint(1, 400)])  # and gone
                self.said["halves"] += 1
                await raw.drained()
            case 1 | 2:
                raw.write(self._dice.choice(BREACHES))
                self.said["breaches"] += 1
                await raw.rest()
            case _:
                await self._say_broken(
                    raw, Call(7, self._grammar.request(self._dice.choice(kinds)))
                )

    async def _say_broken(self, raw: Raw, call: Call) -> None:
        data = self._grammar.broken(call)
        self.said["broken"] += 1
        raw.write(self._framed(data))
        try:
            still = decode_call(data)
        except MalformedError:
            await self._is_ended(raw)
        else:
            await self._hear_answers(raw, Counter((still.id,)))

    async def _is_ended(self, raw: Raw) -> None:
        try:
            while not isinstance(heard := await raw.heard(), Closing):
                assert isinstance(heard, Deliver), f"no frame was answered {heard}"
            assert heard.reason in (CloseReason.MALFORMED, *TAKEN_OVER), heard
            behind = await raw.heard()
        except ClosedError as closed:
            code = closed.code
        else:
            raise AssertionError(f"{behind} was said behind the goodbye")
        assert code in CODES, f"ended with {code}"

    # --- HTTP --------------------------------------------------------------------------------

    async def _http(self) -> None:
        page = f"GET {self._dice.choice(PAGES)} HTTP/1.1\r\nHost: relay\r\n\r\n".encode()
        asked = self._dice.choice((page, UPGRADE))
        if self._dice.random() < 0.5:
            asked = edit(asked, self._dice.randbytes(self._dice.choice((4, 8, 16))))
            asked += b"\r\n\r\n"  # so that it ends, whatever was edited
        self.said["requests of HTTP"] += 1
        raw = await Raw.open(self._address, self._place(), asked)
        try:
            status = (await raw.first())[9:12]
            self.answered[f"HTTP {status.decode('latin-1')}"] += 1
            assert status != b"500", asked
        except ConnectionError:
            self.answered["cut"] += 1
        finally:
            await raw.close()
