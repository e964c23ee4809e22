"""What anybody asks of the log over a connection, and what it answers.

Spec: docs/spec/07-relay.md §4.6 to §4.8.
"""

from doorless_protocol.frames import Answered, Refusal
from doorless_protocol.log.label import parse_label
from doorless_protocol.log_frames import (
    AuditDeltas,
    Dispute,
    LogAnchors,
    LogAtAnchor,
    Logged,
    LogHead,
    LogProof,
    LogRecords,
)
from doorless_server import registry
from doorless_server.directory.base import Directory, NoSuchEpochError
from doorless_server.effects import refused
from doorless_server.store.base import AccountStore

Question = LogHead | LogAnchors | LogAtAnchor | LogRecords | Dispute | AuditDeltas


async def answer(
    accounts: AccountStore, directory: Directory, asked: Question, now: int
) -> Answered:
    """Errors as of `registry.dispute`."""
    if isinstance(asked, Dispute):
        return Logged(await registry.dispute(accounts, directory, asked, now))
    try:
        return LogProof(await _proof(directory, asked, now))
    except NoSuchEpochError:
        return refused(Refusal.NOT_ALLOWED)


async def _proof(
    directory: Directory,
    asked: LogHead | LogAnchors | LogAtAnchor | LogRecords | AuditDeltas,
    now: int,
) -> bytes:
    match asked:
        case LogHead(size):
            return await directory.head(size, now)
        case LogAnchors(after, size):
            return await directory.anchors(after, size, now)
        case LogAtAnchor(handle, anchor, version):
            return await directory.at_anchor(parse_label(handle), anchor, version, now)
        case LogRecords(handle, after):
            return await directory.records(parse_label(handle), after, now)
        case AuditDeltas(token, epoch, after):
            return await directory.deltas(token, epoch, after)
