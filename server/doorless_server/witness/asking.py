"""The log's side: ask every witness to cosign a checkpoint, and wait for none of them long.

The caller holds the checkpoint still meanwhile: it signs no later one before `cosigned` returns,
so that all witnesses are asked for one and the same.

    asked ──► all answered ──────────────────────────┐
      │  ──► quorum met, GRACE passed ───────────────┼──► the note, with what came
      └────► LIMIT passed ───────────────────────────┘

A witness that is slow, dead or wrong costs at most LIMIT, and GRACE where the others suffice.
Whether too few are enough is not decided here: the note is published as it is, and clients hold
it to their policy. Spec: docs/spec/12-witness.md §5.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from doorless_protocol.errors import DoorlessError, ForgedError, UnwitnessedError
from doorless_protocol.log.cosignature import verify_cosignature
from doorless_protocol.log.note import Note, Signature, Vkey
from doorless_protocol.log.policy import Policy
from doorless_server import events
from doorless_server.http_client import Answer, UnreachableError, below, check_url, fetch
from doorless_server.witness.wire import PATH, SIZE_TYPE, Submission, decode_size

MAX_ANSWER_BYTES = 24 * 1024
"""Of a witness: signature lines, two of them with ML-DSA-44 and more to spare."""

MAX_AHEAD = 120
"""Seconds that a witness's clock may be ahead of ours: beyond it clients might not take it."""

Consistency = Callable[[int], Awaitable[Sequence[bytes]]]
"""The proof of RFC 6962 from a tree of so many entries to the one that is being cosigned."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds.

    Attributes:
        limit: for a witness to answer, all questions together; half an epoch.
        grace: for the others, once those who answered are enough.
    """

    limit: float = 5.0
    grace: float = 1.0


class Panel:
    """The witnesses of a policy that have an address.

    Args:
        clock: Unix seconds.

    Raises UrlError: of an address in the policy.
    """

    def __init__(
        self, policy: Policy, *, clock: Callable[[], int], timing: Timing | None = None
    ) -> None:
        self._policy, self._clock, self._timing = policy, clock, timing or Timing()
        limit = self._timing.limit
        self._seats = [
            _Seat(number, url, keys, limit)
            for number, (url, keys) in enumerate(_by_address(policy).items(), start=1)
        ]

    async def cosigned(self, note: bytes, size: int, consistency: Consistency) -> bytes:
        """The note, and behind the log's own lines those cosignatures that came in time.

        Args:
            note: the log's checkpoint of `size`, newer than any asked for before.
        """
        if not self._seats:
            return note
        gathered = _Gathered(Note.decode(note))
        asking = {
            asyncio.create_task(self._ask(seat, gathered, size, consistency))
            for seat in self._seats
        }
        try:
            await self._wait(asking, gathered)
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        return gathered.note.encode()

    async def _wait(self, asking: set["asyncio.Task[None]"], gathered: "_Gathered") -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._timing.limit
        is_enough = False
        while asking and (left := until - loop.time()) > 0:
            if not is_enough and self._suffices(gathered.note):
                is_enough = True
                until = min(until, loop.time() + self._timing.grace)
                continue
            _, asking = await asyncio.wait(
                asking, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )

    def _suffices(self, note: Note) -> bool:
        try:
            self._policy.check(note)
        except UnwitnessedError:
            return False
        return True

    async def _ask(
        self, seat: "_Seat", gathered: "_Gathered", size: int, consistency: Consistency
    ) -> None:
        try:
            lines = await seat.ask(gathered.asked, size, consistency)
            gathered.add(lines, seat.keys, self._clock() + MAX_AHEAD)
        except UnreachableError as error:
            events.say(events.WITNESS_DID_NOT_COSIGN, witness=seat.number, kind=type(error))
        except RefusedError as error:
            said = {"witness": seat.number, "status": error.status}
            events.say(events.WITNESS_DID_NOT_COSIGN, kind=type(error), **said)
        except DoorlessError as error:
            events.say(events.WITNESS_ANSWERED_NONSENSE, witness=seat.number, kind=type(error))


class RefusedError(Exception):
    """The witness answered, and did not cosign.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, message: str, status: int = HTTPStatus.OK) -> None:
        super().__init__(message)
        self.status = int(status)


class _Gathered:
    """The note as it grows. Each cosignature is checked before it goes in."""

    def __init__(self, note: Note) -> None:
        self.asked = self.note = note

    def add(self, lines: bytes, keys: Sequence[Vkey], latest: int) -> None:
        """Take the lines of these keys; pass over others, as C2SP says.

        Raises:
            MalformedError, ForgedError: and nothing was added.
        """
        told = Note.decode(self.asked.text + b"\n" + lines)
        theirs: list[Signature] = []
        for key in keys:
            for line in told.signatures:
                if (line.name, line.key_id) != (key.name, key.key_id):
                    continue
                if verify_cosignature(Note(self.asked.text, (line,)), key) > latest:
                    raise ForgedError("a cosignature of the future")
                theirs.append(line)
        if not theirs:
            raise RefusedError("no cosignature of its key")
        self.note = self.note.with_signatures(theirs)


class _Seat:
    """One witness: where it is, its keys, and the size that it has, as far as we know.

    Attributes:
        number: its place among the witnesses of the policy, from 1.
    """

    def __init__(self, number: int, url: str, keys: Sequence[Vkey], limit: float) -> None:
        self.number, self.keys = number, tuple(keys)
        self._url, self._limit = below(url, PATH.removeprefix("/")), limit
        self._size = 0

    async def ask(self, note: Note, size: int, consistency: Consistency) -> bytes:
        answer = await self._submit(note, size, consistency)
        if answer.status == 409 and answer.content_type == SIZE_TYPE:
            self._size = decode_size(answer.body)
            answer = await self._submit(note, size, consistency)
        if answer.status != 200:
            raise RefusedError(f"status {answer.status}", answer.status)
        self._size = size
        return answer.body

    async def _submit(self, note: Note, size: int, consistency: Consistency) -> Answer:
        old = self._size
        if old > size:
            raise RefusedError(f"it cosigned {old} entries, this log has {size}")
        proof = await consistency(old) if 0 < old < size else ()
        body = Submission(old, tuple(proof), note.encode()).encode()
        return await fetch("POST", self._url, body, timeout=self._limit, limit=MAX_ANSWER_BYTES)


def _by_address(policy: Policy) -> Mapping[str, list[Vkey]]:
    """Witnesses by the address on their lines: one with two keys has two, and is asked once."""
    found: dict[str, list[Vkey]] = {}
    for line in policy.text.splitlines():
        match line.split():
            case ["witness", name, _, url]:
                found.setdefault(check_url(url), []).append(policy.witnesses[name])
    return found
