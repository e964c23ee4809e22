"""Codes of the ledger in words for readers of a report."""

from typing import Final

from doorless_server.demands.entries import Reason

REASONS: Final[dict[Reason, str]] = {
    "PRODUCED": "handed over",
    "NOT_HELD_NEVER_COLLECTED": "not held: it is never collected",
    "NOT_HELD_DELETED": "not held: it was deleted",
    "HELD_CIPHERTEXT_ONLY": "held as ciphertext alone, which the operator cannot open",
    "NOT_AUTHORISED_BY_INSTRUMENT": "not covered by this kind of order",
    "NO_SUCH_ACCOUNT": "there is no such account",
    "OVERBROAD": "asked for too broadly",
    "WOULD_REQUIRE_CLIENT_CHANGE": "impossible without changing what people run",
    "CONFLICT_OF_LAWS": "forbidden by another law that binds the operator",
    "FORGED_OR_UNVERIFIED": "forged, or nobody could confirm it",
}
DECISIONS: Final[dict[str, str]] = {
    "complied_full": "complied with in full",
    "complied_partial": "complied with in part",
    "no_data": "nothing that was asked for is held",
    "rejected": "rejected",
    "challenged": "challenged",
    "withdrawn": "withdrawn by the authority",
    "redirected_to_customer": "redirected to the customer",
    "not_technically_possible": "not technically possible",
}
CATEGORIES: Final[dict[str, str]] = {
    "basic": "who has the account",
    "id": "data that identify a user",
    "traffic": "traffic data, stored",
    "content_stored": "content, stored",
    "traffic_live": "traffic data, from now on",
    "content_live": "content, from now on",
    "capability": "a capability to read",
}
FORMS: Final[dict[str, str]] = {
    "plaintext_metadata": "readable metadata",
    "public_key": "public keys",
    "ciphertext": "ciphertext",
    "none": "nothing",
}


def things(count: int, one: str, many: str) -> str:
    """`1 account`, `2,000 accounts`."""
    return f"{count:,} {one if count == 1 else many}"
