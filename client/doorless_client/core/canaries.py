"""Relays' canaries: which key signs them, what they said, and what that became.

    never seen ── one that verifies ──► PINNED ── nothing, or nothing that holds ──► withdrawn
                                          ▲  └── signed by another key ──► other key
                                          └──────── a newer one of the same key ─────────┘

Spec: docs/spec/21-notices.md §4.1.
"""

from collections.abc import Sequence

import msgspec

from doorless_client.core.notice_views import CanaryView
from doorless_client.store.notice_records import SeenCanary
from doorless_client.text import safe_line
from doorless_protocol.canary import MAX_STATEMENT, Canary, days_of, read
from doorless_protocol.errors import DoorlessError

WITHDRAWN, OTHER_KEY = "withdrawn", "other key"

MAX_SAID = 32
"""Sentences of one relay that are remembered."""

TOLD_APART = "\n"
"""Between troubles that were told: no sentence has one."""


def judged(known: SeenCanary | None, relay: str, served: bytes) -> SeenCanary | None:
    """What is known after a relay served this; None: it never had one.

    A canary that does not verify, or does not follow the newest, is as none: a relay can bring
    an old one at any time.
    """
    shown = _verified(served)
    if known is None:
        return None if shown is None else _with(shown, served, SeenCanary(relay, b"", b"\x90"))
    newest = read(known.newest)
    if shown is None:
        return msgspec.structs.replace(known, state=WITHDRAWN)
    if not is_of_the_same(shown, newest):
        return msgspec.structs.replace(known, state=OTHER_KEY)
    if not follows(shown, newest, _said(known)):
        return msgspec.structs.replace(known, state=WITHDRAWN)
    return _with(shown, served, known)


def is_of_the_same(shown: Canary, newest: Canary) -> bool:
    """Whether the key that was pinned signed it, for the relay of the first one."""
    return (shown.key, shown.relay) == (newest.key, newest.relay)


def follows(shown: Canary, newest: Canary, said: Sequence[str]) -> bool:
    """Whether its signer can have signed it after the newest one, or it is that one.

    Of two of one day the later one says no more, and holds no shorter; and of no day has one a
    sentence again that another left out. So who brings old ones cannot bring two in turn.
    """
    gone = set(said) - set(newest.statements)
    if gone & set(shown.statements):
        return False
    if shown.published != newest.published:
        return days_of(shown.published) > days_of(newest.published)
    says_no_more = set(shown.statements) <= set(newest.statements)
    return says_no_more and days_of(shown.valid_until) >= days_of(newest.valid_until)


def told_of(known: SeenCanary) -> list[str]:
    """Troubles that the person was told of: of each one once, until the newest is another."""
    return known.told.split(TOLD_APART) if known.told else []


def with_told(known: SeenCanary, before: SeenCanary | None, now: str) -> SeenCanary:
    """Args: before: what was known until now; now: the trouble that the person was told of."""
    told = told_of(known)
    if before is None or before.newest != known.newest:
        told = [each for each in told if each == now]
    if now and now not in told:
        told.append(now)
    return msgspec.structs.replace(known, told=TOLD_APART.join(told))


def view(known: SeenCanary, today: int) -> CanaryView:
    """Args: today: days since 1970."""
    newest = read(known.newest)
    gone = [text for text in _said(known) if text not in newest.statements]
    return CanaryView(
        relay=safe_line(newest.relay),
        key=safe_line(newest.key),
        published=safe_line(newest.published),
        valid_until=safe_line(newest.valid_until),
        state=known.state,
        overdue=max(0, today - newest.overdue_from + 1),
        statements=tuple(safe_line(text, at_most=MAX_STATEMENT) for text in newest.statements),
        gone=tuple(safe_line(text, at_most=MAX_STATEMENT) for text in gone),
    )


def trouble(canary: CanaryView) -> str:
    """What is told of it once, whatever the day; "" while all is well."""
    parts = [canary.state, "overdue" if canary.overdue else "", *canary.gone]
    return "|".join(part for part in parts if part)


def _verified(served: bytes) -> Canary | None:
    try:
        return read(served)
    except DoorlessError:
        return None


def _with(shown: Canary, served: bytes, known: SeenCanary) -> SeenCanary:
    said = list(_said(known))
    said += [text for text in shown.statements if text not in said]
    return msgspec.structs.replace(
        known, newest=served, said=msgspec.msgpack.encode(said[:MAX_SAID]), state=""
    )


def _said(known: SeenCanary) -> tuple[str, ...]:
    return msgspec.msgpack.decode(known.said, type=tuple[str, ...])
