"""A witness on the network: requests in, answers out; what is decided is kept before it leaves.

Spec: docs/spec/12-witness.md §3, §4.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Note
from doorless_server import events
from doorless_server.http_server import Request, Response
from doorless_server.witness import store
from doorless_server.witness.approval import Approval, ConvictedError, UnauditedError
from doorless_server.witness.decision import (
    Accepted,
    Behind,
    Decision,
    Forked,
    KnownLog,
    Signed,
    Unproven,
    decide,
)
from doorless_server.witness.desk import Desk
from doorless_server.witness.wire import PATH, SIZE_TYPE, Submission, encode_size


class Witness:
    """Cosigns for the logs that it knows.

    Args:
        cosigners: its keys; one line of the answer each.
        clock: Unix seconds.
        audit: asked before anything is cosigned.
    """

    def __init__(
        self,
        desk: Desk,
        logs: Mapping[str, KnownLog],
        cosigners: Sequence[Cosigner],
        *,
        clock: Callable[[], int],
        audit: Approval | None = None,
    ) -> None:
        self._desk, self._logs, self._cosigners = desk, logs, cosigners
        self._clock, self._audit = clock, audit

    async def handle(self, request: Request) -> Response:
        if request.path != PATH:
            return Response(404)
        if request.method != "POST":
            return Response(405)
        try:
            return await self._add(Submission.decode(request.body))
        except MalformedError as error:
            return _said(400, str(error))

    async def _add(self, submission: Submission) -> Response:
        note = Note.decode(submission.note)
        log = self._logs.get(note.text.partition(b"\n")[0].decode("ascii"))
        if log is None:
            return _said(404, "this log is not known here")
        try:
            signed = log.authenticate(note)
        except ForgedError:
            return _said(403, "this log did not sign that")
        if submission.old > signed.checkpoint.size:
            return _said(400, "older than what it extends")
        return await self._weigh(submission, signed)

    async def _weigh(self, submission: Submission, signed: Signed) -> Response:
        """Decide and keep, as one; an audit comes before."""
        origin, now = signed.checkpoint.origin, self._clock()
        weigh = partial(decide, submission, signed)
        if self._audit is not None:
            held = await self._desk.run(lambda db: store.head(db, origin))
            if isinstance(weigh(held), Accepted):
                try:
                    await self._audit.approve(signed)
                except UnauditedError as error:
                    return _said(503, str(error))
                except ConvictedError as error:
                    return _said(403, str(error))
        decision = await self._desk.run(lambda db: store.step(db, origin, now, weigh))
        return self._told(signed.checkpoint, decision)

    def _told(self, checkpoint: Checkpoint, decision: Decision) -> Response:
        match decision:
            case Accepted():
                now = self._clock()
                lines = [each.cosign(checkpoint, now).encode() for each in self._cosigners]
                return Response(200, b"".join(lines))
            case Behind(size):
                return Response(409, encode_size(size), SIZE_TYPE)
            case Forked(size):
                events.say(events.LOG_FORKED, size=size)
                return Response(409, encode_size(size), SIZE_TYPE)
            case Unproven(reason):
                return _said(422, reason)


def _said(status: int, why: str) -> Response:
    return Response(status, why.encode() + b"\n")
