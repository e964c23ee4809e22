"""On a device that was removed, the screen says so, and offers nothing that cannot be done."""

from textual.widgets import Button

from doorless_client.core.own_devices import LEFT_OUT
from doorless_client.core.views import Connection, Link, Notice
from doorless_client.text import safe_line
from doorless_client.tui.screens.left_out import TITLE
from doorless_client.tui.widgets.status_bar import StatusBar


async def shown(pilot):
    """The sheet, as soon as it is there."""
    for _ in range(200):
        if pilot.app.screen.query("#sheet-box #no"):
            break
        await pilot.pause(0.05)
    return pilot.app.screen


async def test_the_screen_says_it_once_and_bars_writing(people, opened) -> None:
    async with opened(people.engine) as pilot:
        people.engine.fleet.removed = True
        people.engine.connect(Connection(Link.REMOVED, "relay.example", 0))
        people.engine.tell(Notice(safe_line(LEFT_OUT), halts=True))
        sheet = await shown(pilot)
        assert sheet.query_one("#sheet-box").border_title == TITLE
        assert not pilot.app._notifications
        assert [str(one.label) for one in sheet.query(Button)] == ["Quit", "Read what was said"]
        await pilot.press("enter")  # the safe answer has the focus
        await pilot.pause()
        main = pilot.app.screen
        assert not main.conversation.composer.display
        assert main.conversation.banner.question.title == TITLE
        hints = str(main.query_one(StatusBar).hints)
        assert "choose" not in hints, "there is nothing to choose"
        assert "send" not in hints, "nor to send"
        people.engine.tell(Notice(safe_line(LEFT_OUT), halts=True))
        await pilot.pause()
        assert pilot.app.screen is main


async def test_it_says_so_at_the_next_start(people, opened) -> None:
    people.engine.fleet.removed = True
    async with opened(people.engine) as pilot:
        assert (await shown(pilot)).query_one("#sheet-box").border_title == TITLE
