"""What our relay told of demands for our data, line by line."""

from doorless_client.core.notice_views import DemandNotice
from doorless_client.notice_words import NONE, canary_facts, facts, headline
from doorless_client.plain.desk import Desk
from doorless_client.plain.saying import say


def in_a_line(notice: DemandNotice) -> str:
    return f"* notice: your relay says: {headline(notice)}: /notices"


async def notices(desk: Desk, _: str) -> None:
    """All of them, the newest last, where one hears on; and the canary."""
    held = desk.messenger.notices.every()
    for number, notice in enumerate(reversed(held), start=1):
        news = "" if notice.read else ", new"
        say(f"notice {number} of {len(held)}{news}: {headline(notice)}")
        for label, value in facts(notice):
            say(f"{label}: {value}" if label else value)
    if not held:
        say(NONE)
    for label, value in canary_facts(desk.messenger.notices.canary()):
        say(f"{label}: {value}")
    await desk.messenger.notices.read()
