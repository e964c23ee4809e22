"""Notices and a canary as a relay may tell them, for the tests of what people see."""

from dataclasses import replace

from doorless_client.core.notice_views import CanaryView, DemandNotice, HandedOver
from doorless_client.text import SafeText, safe_line

RELAY = safe_line("relay.example")

NOTICE = DemandNotice(
    relay=RELAY,
    demand=safe_line("2026-0017"),
    at=1_800_023_000,
    kind=safe_line("court"),
    country=safe_line("DE"),
    authority=safe_line("Amtsgericht Musterstadt"),
    reference=safe_line("12 Gs 345/26"),
    instrument=safe_line("DE_BESTAND"),
    asked=(safe_line("basic"), safe_line("content_stored")),
    decision=safe_line("complied_partial"),
    handed=(
        HandedOver(safe_line("last_connected"), safe_line("plaintext_metadata"), 1),
        HandedOver(safe_line("envelopes"), safe_line("ciphertext"), 3),
    ),
    received=20_740,
    answered=20_742,
    told=20_833,
    delayed=True,
    simulation=False,
    slot=(20_740, 3),
    read=False,
)

LESSON = replace(
    NOTICE,
    demand=safe_line("2026-0018"),
    kind=safe_line("police"),
    delayed=False,
    simulation=True,
    told=20_742,
)


def canary(state: str = "", overdue: int = 0, gone: tuple[SafeText, ...] = ()) -> CanaryView:
    return CanaryView(
        relay=RELAY,
        key=safe_line("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"),
        published=safe_line("2026-10-01"),
        valid_until=safe_line("2027-01-06"),
        state=state,
        overdue=overdue,
        statements=(safe_line("Nobody was given a key of this relay."),),
        gone=gone,
    )
