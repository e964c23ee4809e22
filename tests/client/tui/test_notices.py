"""What goes on by itself is told in a line; an alarm stays until somebody read it."""

from doorless_client.core.audit import OTHER_PREKEYS
from doorless_client.core.views import Notice
from doorless_client.text import safe_line


async def test_an_alarm_stays_and_looks_like_one(people, opened) -> None:
    async with opened(people.engine) as pilot:
        people.engine.tell(Notice(safe_line("3 envelopes could not be opened")))
        people.engine.tell(Notice(safe_line(OTHER_PREKEYS), alarms=True))
        await pilot.pause()
        shown = {note.severity: note for note in pilot.app._notifications}
        assert shown["error"].message.startswith("ALARM: the relay gives out other prekeys")
        assert shown["error"].timeout >= 3600
        assert shown["information"].timeout < 60
