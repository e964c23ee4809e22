"""What was checked of the key log, in words: for the screen and for the command line."""

from collections.abc import Callable

from doorless_client.core.log_views import LogStatus, Witnesses

NO_LOG = "this relay has none: whom a handle stands for is taken on its word"
UNSEEN = "there is one; nothing of it was seen here yet"
FROZEN = "frozen: it was convicted by what it signed, and nothing new of it is believed"
QUIET = "none"
NO_WITNESSES = "this log has none: that others are shown the same, only your contacts can tell"


def what_was_checked(status: LogStatus, when: Callable[[int], str]) -> list[tuple[str, str]]:
    """Label and value, nothing beyond what was verified.

    Args:
        when: how Unix seconds are written.
    """
    if not status.config:
        return [("relay", status.relay), ("key log", NO_LOG)]
    config = status.config.hex()
    return [
        ("relay", status.relay),
        ("key log", _log(status)),
        ("pinned set-up", " ".join(config[start : start + 8] for start in range(0, 64, 8))),
        ("your entry", _own(status)),
        ("last checked", when(status.checked) if status.checked else "not yet"),
        ("of others", _pending(status)),
        *_witnesses(status, when),
        ("alarms", _alarms(status)),
    ]


def _witnesses(status: LogStatus, when: Callable[[int], str]) -> list[tuple[str, str]]:
    """Who has to cosign, and whether they do."""
    seen = status.witnesses
    if not status.size:
        return []
    if not seen.known:
        return [("witnesses", NO_WITNESSES)]
    counted = f"{seen.cosigned} of {seen.known} cosigned the newest head"
    if not seen.required:
        return [("witnesses", f"{counted}; none is required")]
    return [("quorum", seen.policy), ("witnesses", f"{counted}; {_quorum(seen, when)}")]


def _quorum(seen: Witnesses, when: Callable[[int], str]) -> str:
    if seen.has_quorum:
        return "the quorum is there"
    if not seen.seen_at:
        return "too few, and never enough yet: no new key is taken"
    until = when(seen.seen_at + seen.patience)
    return f"too few since {when(seen.seen_at)}; from {until} on no new key is taken"


def _log(status: LogStatus) -> str:
    if status.frozen:
        return FROZEN
    return f"{status.size} entries, anchor {status.anchor}" if status.size else UNSEEN


def _own(status: LogStatus) -> str:
    seen = f"version {status.own}, as you signed it" if status.own else "not seen yet"
    if not status.awaited:
        return seen
    awaited = "1 change is" if status.awaited == 1 else f"{status.awaited} changes are"
    return f"{seen}; {awaited} promised and not in the log yet"


def _pending(status: LogStatus) -> str:
    if not status.pending:
        return "everything that was used was found again in an anchor"
    what = "1 entry is" if status.pending == 1 else f"{status.pending} entries are"
    return f"{what} looked for again in the next anchor"


def _alarms(status: LogStatus) -> str:
    if not status.alarms:
        return QUIET
    proven = f", {status.proven} with proof that convicts" if status.proven else ""
    return f"{status.alarms}{proven}"
