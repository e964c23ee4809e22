"""A notice and a canary in words: for the screen, for plain mode and for the command line.

All of it is said by the relay, and the words say so. What a relay names in a way that we do not
know is shown as it named it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from doorless_client.core.canary_words import NOT_WHAT, days, troubles
from doorless_client.core.notice_views import CanaryView, DemandNotice, HandedOver
from doorless_client.instrument_words import in_words

DAY = 86_400

SAID_BY = "your relay's word; nothing here proves it, nor that it told all"
LEARN_MORE = "docs/howto/when-your-data-is-demanded.md"
NONE = "Your relay told of no demand for your data."
NO_CANARY = "your relay never showed one"
SIMULATION = "SIMULATION: a lesson, there was no demand"

KINDS = {
    "police": "a police authority",
    "prosecutor": "a public prosecutor",
    "court": "a court",
    "intelligence": "an intelligence service",
    "ministry": "a ministry",
    "foreign": "a foreign authority",
}
CATEGORIES = {
    "basic": "who has the account",
    "id": "what identifies a connection",
    "traffic": "when and to whom, kept",
    "traffic_live": "when and to whom, from then on",
    "content_stored": "stored messages",
    "content_live": "messages from then on",
    "capability": "a way in",
}
DECISIONS = {
    "complied_full": "handed over what was asked for",
    "complied_partial": "handed over a part of it",
    "no_data": "had nothing of it",
    "rejected": "refused",
    "challenged": "went to court against it",
    "withdrawn": "the authority took it back",
    "redirected_to_customer": "sent the authority to you",
    "not_technically_possible": "cannot do what was asked for",
}
HANDED = {
    "handle": "your handle and public account id",
    "created": "the day on which your account was made",
    "last_connected": "the day of your last connection",
    "devices": "your devices: their public keys and signed list",
    "delivery_tokens": "hashes of your delivery tokens",
    "prekeys": "your public prekeys",
    "key_log": "your entries of the public key log",
    "waiting": "of envelopes that waited: mailbox, hour and size",
    "envelopes": "envelopes that waited",
}
FORMS = {
    "plaintext_metadata": "readable",
    "public_key": "public",
    "ciphertext": "sealed: the relay cannot open it",
}


def headline(notice: DemandNotice) -> str:
    """Who asked, in a line."""
    who = KINDS.get(notice.kind, f"an authority ({notice.kind})")
    country = "" if notice.country == "ZZ" else f" ({notice.country})"
    lesson = "SIMULATION: " if notice.simulation else ""
    return f"{lesson}{who}{country} demanded your data"


def banner(unread: Sequence[DemandNotice]) -> str:
    """What stands on the screen until they were read."""
    if len(unread) == 1:
        return f"Your relay says: {headline(unread[0])}"
    lesson = "SIMULATION: " if all(one.simulation for one in unread) else ""
    return f"{lesson}Your relay says that your data was demanded, {len(unread)} times"


def facts(notice: DemandNotice) -> list[tuple[str, str]]:
    """Label and value."""
    return [
        *([("", SIMULATION)] if notice.simulation else []),
        ("said by", f"{notice.relay}: {SAID_BY}"),
        ("who asked", _who(notice)),
        ("by what law", in_words(notice.instrument)),
        *([("their case", notice.reference)] if notice.reference else []),
        ("asked for", _list([CATEGORIES.get(one, one) for one in notice.asked])),
        ("your relay", DECISIONS.get(notice.decision, notice.decision)),
        ("handed over", _list([_handed(one) for one in notice.handed])),
        ("asked on", date_of(notice.received)),
        ("answered on", date_of(notice.answered)),
        ("told from", _told(notice)),
        ("number", notice.demand),
        ("demand log", _slot(notice)),
        ("what to do", LEARN_MORE),
    ]


def canary_facts(canary: CanaryView | None) -> list[tuple[str, str]]:
    """Label and value: what the operator still says, and what became of it."""
    if canary is None:
        return [("canary", NO_CANARY)]
    bad = troubles(canary)
    state = f"{'; '.join(bad)}. {NOT_WHAT}" if bad else f"renewed by {canary.valid_until}"
    return [
        ("canary", state),
        ("signed", f"{canary.published}, to be renewed by {canary.valid_until}"),
        ("for", canary.relay),  # whose it is: a relay may show that of another one
        ("its key", canary.key),
        ("it says", " ".join(canary.statements) or "nothing any more"),
    ]


def canary_line(canary: CanaryView | None) -> str:
    """The first of it."""
    if canary is None:
        return f"Canary: {NO_CANARY}"
    bad = troubles(canary)
    if not bad:
        return f"Canary: renewed by {canary.valid_until}"
    if canary.overdue and len(bad) == 1:
        return f"Canary: {days(canary.overdue)} overdue"
    return f"Canary: {canary.state or 'it says less than before'}"


def date_of(day: int) -> str:
    """As 2027-01-31; a relay may name a day that is in no calendar."""
    try:
        return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return "no day of this calendar"


def _who(notice: DemandNotice) -> str:
    who = KINDS.get(notice.kind, notice.kind)
    country = "" if notice.country == "ZZ" else f", country {notice.country}"
    return f"{who}{country}{f': {notice.authority}' if notice.authority else ''}"


def _handed(handed: HandedOver) -> str:
    what, form = HANDED.get(handed.what, handed.what), FORMS.get(handed.form, handed.form)
    return f"{what} ({handed.records}, {form})"


def _list(parts: Sequence[str]) -> str:
    return "; ".join(parts) or "nothing"


def _told(notice: DemandNotice) -> str:
    why = ": an order forbade to tell you before" if notice.delayed else ", at once"
    return f"{date_of(notice.told)}{why}"


def _slot(notice: DemandNotice) -> str:
    if notice.slot is None:
        return "no place was named"
    period, number = notice.slot
    return f"period {period}, slot {number}"
