"""What became of a canary, in words: it says that something changed, and not what."""

from doorless_client.core.canaries import OTHER_KEY, WITHDRAWN
from doorless_client.core.notice_views import CanaryView

NOT_WHAT = "This says that something changed, not what"


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def troubles(canary: CanaryView) -> list[str]:
    """A sentence each, without their full stops; none while all is well."""
    found = []
    if canary.state == WITHDRAWN:
        found.append("your relay's canary was withdrawn: it shows none that holds any more")
    if canary.state == OTHER_KEY:
        found.append("your relay's canary is signed by another key than the one seen first")
    if canary.overdue:
        found.append(f"canary {days(canary.overdue)} overdue: it was to be renewed by then")
    found += [f"it no longer says: {text}" for text in canary.gone]
    return found


def in_a_line(canary: CanaryView) -> str:
    """All of it; told once."""
    said = "; ".join(troubles(canary))
    return f"{said[:1].upper()}{said[1:]}. {NOT_WHAT}"
