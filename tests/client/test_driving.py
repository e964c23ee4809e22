"""What a flow says that it will ask next is on its way already, and is forgotten if it does not."""

import asyncio
from collections.abc import Generator

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.driving import drive
from doorless_protocol.blob_frames import BlobGet, BlobPiece
from doorless_protocol.frames import AnonymousRequest, Answered

PIECE = 65_536


class Far:
    """A relay that answers when it is told to.

    Attributes:
        waiting: the questions that were not answered yet, by offset.
    """

    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Future[Answered]] = {}
        self.asked: list[int] = []

    async def anonymous(
        self, relay: str, request: AnonymousRequest, *, apart: bytes = b"", pin: bytes = b""
    ) -> Answered:
        assert isinstance(request, BlobGet)
        self.asked.append(request.offset)
        answer = self.waiting[request.offset] = asyncio.get_running_loop().create_future()
        return await answer

    async def answer(self, offset: int) -> None:
        await settled()
        self.waiting.pop(offset).set_result(BlobPiece(offset.to_bytes(4)))
        await settled()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def reading(*offsets: int, ahead: int = 2) -> Generator[Ask, Answered, list[Answered]]:
    """Asks for these, and says each time which ones stand behind it in order."""
    answers = []
    for offset in offsets:
        requests = [BlobGet(bytes(32), offset + n * PIECE) for n in range(ahead + 1)]
        answers.append((yield Anonymously("relay", b"", requests[0], b"", tuple(requests[1:]))))
    return answers


async def test_the_next_questions_leave_before_the_first_answer() -> None:
    far = Far()
    driving = asyncio.create_task(drive(far, reading(0, PIECE, 2 * PIECE)))  # type: ignore[arg-type]
    await settled()
    assert far.asked == [0, PIECE, 2 * PIECE]
    for at in (2, 0, 1):  # in whatever order they are answered
        await far.answer(at * PIECE)
    answers = await driving
    assert answers == [BlobPiece((n * PIECE).to_bytes(4)) for n in range(3)]
    assert far.asked.count(PIECE) == 1


async def test_what_was_asked_in_vain_is_forgotten() -> None:
    far = Far()
    driving = asyncio.create_task(drive(far, reading(0, 9 * PIECE)))  # type: ignore[arg-type]
    await far.answer(0)
    assert far.waiting[PIECE].cancelled()
    await far.answer(9 * PIECE)
    assert len(await driving) == 2
    await settled()
    assert all(answer.cancelled() for answer in far.waiting.values())


async def test_who_stops_the_flow_stops_its_questions() -> None:
    far = Far()
    driving = asyncio.create_task(drive(far, reading(0)))  # type: ignore[arg-type]
    await settled()
    driving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driving
    await settled()
    assert all(answer.cancelled() for answer in far.waiting.values())


async def test_a_relay_that_is_gone_is_told_to_the_flow_once() -> None:
    far = Far()

    def flow() -> Generator[Ask, Answered, str]:
        try:
            yield from reading(0)
        except UnreachableError:
            return "gone"
        return "there"

    driving = asyncio.create_task(drive(far, flow()))  # type: ignore[arg-type]
    await settled()
    for answer in far.waiting.values():
        answer.set_exception(UnreachableError("cut"))
    assert await driving == "gone"
