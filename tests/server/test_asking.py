"""A log asks its witnesses, and none of them keeps it waiting for long."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from doorless_protocol.errors import UnwitnessedError
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm, Note
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.signing import verify_log
from doorless_server import http_server, listener
from doorless_server.http_client import UrlError
from doorless_server.http_server import Bounds, Request, Response
from doorless_server.witness.asking import MAX_AHEAD, Panel, Timing
from doorless_server.witness.decision import known_logs
from doorless_server.witness.desk import Desk, open_desk
from doorless_server.witness.service import Witness
from doorless_server.witness.wire import MAX_BODY_BYTES
from growing_log import NOW, GrowingLog

QUICK = Timing(limit=5.0, grace=0.05)
IMPATIENT = Timing(limit=0.2, grace=0.05)

Handler = Callable[[Request], Awaitable[Response]]


class Seat:
    """A witness that a test runs: its keys, its database, its address."""

    def __init__(self, name: str, folder: Path, log: GrowingLog, *, now: int = NOW) -> None:
        self.name = name
        kinds = Algorithm.COSIGNATURE, Algorithm.MLDSA44
        self.cosigners = [Cosigner.from_seed(name, kind, name.encode() * 32) for kind in kinds]
        self.desk: Desk = open_desk(folder / f"{name}.db")
        logs = known_logs(log.vkeys)
        self.handle: Handler = Witness(self.desk, logs, self.cosigners, clock=lambda: now).handle
        self.asked = 0
        self.url = ""

    async def answer(self, request: Request) -> Response:
        self.asked += 1
        return await self.handle(request)

    def lines(self) -> str:
        named = zip(("", "-pq"), self.cosigners, strict=True)
        return "".join(
            f"witness {self.name}{more} {each.vkey.encode()} {self.url}\n" for more, each in named
        )


@pytest.fixture
def log() -> GrowingLog:
    return GrowingLog().grow(9)


@contextlib.asynccontextmanager
async def seated(*seats: Seat) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as stack:
        for seat in seats:
            bound = listener.bind("127.0.0.1", 0)
            server = await http_server.serve(bound, seat.answer, Bounds(MAX_BODY_BYTES))
            stack.push_async_callback(server.close)
            stack.callback(seat.desk.close)
            seat.url = server.url
        yield


def policy_of(quorum: str, *seats: Seat) -> Policy:
    return Policy.parse("".join(seat.lines() for seat in seats) + quorum)


async def ask(panel: Panel, log: GrowingLog, size: int) -> Note:
    async def consistency(old: int) -> Sequence[bytes]:
        return log.proof(old, size)

    return Note.decode(await panel.cosigned(log.note(size).encode(), size, consistency))


def panel_of(policy: Policy, timing: Timing = QUICK) -> Panel:
    return Panel(policy, clock=lambda: NOW, timing=timing)


ALL = "group all-of-them all a b\nquorum all-of-them\n"
ANY = "group any-of-them any a b\nquorum any-of-them\n"


async def test_every_witness_is_asked_and_the_quorum_is_met(
    log: GrowingLog, tmp_path: Path
) -> None:
    one, other = (Seat(name, tmp_path, log) for name in "ab")
    async with seated(one, other):
        policy = policy_of(ALL, one, other)
        panel = panel_of(policy)
        for size in (1, 2, 5, 9):
            note = await ask(panel, log, size)
            assert verify_log(note, *log.vkeys).size == size
            assert set(policy.check(note)) == {"a", "a-pq", "b", "b-pq"}
            assert note.signatures[:2] == log.note(size).signatures
    assert (one.asked, other.asked) == (4, 4)


async def test_after_a_restart_the_log_learns_what_its_witnesses_have(
    log: GrowingLog, tmp_path: Path
) -> None:
    seat = Seat("a", tmp_path, log)
    async with seated(seat):
        policy = policy_of("quorum a\n", seat)
        await ask(panel_of(policy), log, 4)
        policy.check(await ask(panel_of(policy), log, 7))
    assert seat.asked == 3  # told the size that it has, and then asked in earnest


async def test_without_witnesses_nothing_is_asked_and_none_is_enough(log: GrowingLog) -> None:
    policy = Policy.parse("quorum none\n")
    note = await ask(panel_of(policy), log, 3)
    assert note == log.note(3)
    assert policy.check(note) == {}


def hanging() -> tuple[Handler, asyncio.Event]:
    over = asyncio.Event()

    async def hang(_: Request) -> Response:
        await over.wait()
        return Response(503)

    return hang, over


async def test_who_hangs_is_left_behind_once_the_others_suffice(
    log: GrowingLog, tmp_path: Path
) -> None:
    one, other = (Seat(name, tmp_path, log) for name in "ab")
    other.handle, over = hanging()
    async with seated(one, other):
        loop, policy = asyncio.get_running_loop(), policy_of(ANY, one, other)
        began = loop.time()
        note = await ask(panel_of(policy, Timing(limit=60.0, grace=0.05)), log, 3)
        assert loop.time() - began < 30
        assert set(policy.check(note)) == {"a", "a-pq"}
        over.set()


async def test_without_a_quorum_the_log_goes_on_after_the_limit(
    log: GrowingLog, tmp_path: Path
) -> None:
    one, other = (Seat(name, tmp_path, log) for name in "ab")
    other.handle, over = hanging()
    async with seated(one, other):
        policy = policy_of(ALL, one, other)
        note = await ask(panel_of(policy, IMPATIENT), log, 3)
        assert set(policy.cosigners(note)) == {"a", "a-pq"}
        with pytest.raises(UnwitnessedError):  # which is for clients to act on
            policy.check(note)
        over.set()


async def test_who_is_not_there_costs_nothing(log: GrowingLog, tmp_path: Path) -> None:
    one, gone = (Seat(name, tmp_path, log) for name in "ab")
    async with seated(gone):
        pass
    async with seated(one):
        policy = policy_of(ALL, one, gone)
        note = await ask(panel_of(policy, Timing(limit=60.0, grace=60.0)), log, 3)
        assert set(policy.cosigners(note)) == {"a", "a-pq"}


def saying(status: int, body: bytes, kind: str = "text/plain") -> Handler:
    async def answer(_: Request) -> Response:
        return Response(status, body, kind)

    return answer


ANSWERS = {
    "nothing": saying(200, b""),
    "no line": saying(200, b"hello\n"),
    "another's line": saying(200, "— stranger AAAAAAAA\n".encode()),
    "its own line, forged": None,
    "a size that is no number": saying(409, b"many\n", "text/x.tlog.size"),
    "2^63": saying(409, b"9223372036854775808\n", "text/x.tlog.size"),
    "a larger size": saying(409, b"10\n", "text/x.tlog.size"),
    "a size of another kind": saying(409, b"2\n", "text/plain"),
    "a size again and again": saying(409, b"2\n", "text/x.tlog.size"),
    "another way": saying(301, b""),
    "a great deal": saying(200, b"x" * 100_000),
    "not found": saying(404, b""),
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_nothing_that_is_no_cosignature_gets_into_the_note(
    kind: str, log: GrowingLog, tmp_path: Path
) -> None:
    honest, wrong = (Seat(name, tmp_path, log) for name in "ab")
    forged = wrong.cosigners[0].cosign(log.fork(1, 3).checkpoint(3), NOW).encode()
    wrong.handle = ANSWERS[kind] or saying(200, forged)
    async with seated(honest, wrong):
        policy = policy_of(ALL, honest, wrong)
        note = await ask(panel_of(policy), log, 3)
    assert set(policy.cosigners(note)) == {"a", "a-pq"}
    assert len(note.signatures) == 4


async def test_a_cosignature_of_the_future_is_not_taken(log: GrowingLog, tmp_path: Path) -> None:
    seat = Seat("a", tmp_path, log, now=NOW + MAX_AHEAD + 1)
    async with seated(seat):
        note = await ask(panel_of(policy_of("quorum none\n", seat)), log, 3)
    assert note == log.note(3)


def test_an_address_that_is_none_is_refused_at_the_start(tmp_path: Path, log: GrowingLog) -> None:
    seat = Seat("a", tmp_path, log)
    seat.url = "witness.example"
    with pytest.raises(UrlError):
        panel_of(policy_of("quorum none\n", seat))
    seat.desk.close()
