"""Another copy of the profile was used: the person is asked which one goes on."""

from textual.widgets import Button

from doorless_client.core.sign_in import FROZEN
from doorless_client.core.views import Notice
from doorless_client.text import safe_line
from doorless_client.tui.screens.confirm import Confirm


async def test_which_copy_goes_on_is_asked_once(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        people.engine.is_frozen = True
        people.engine.tell(Notice(safe_line(FROZEN), halts=True))
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        assert "every conversation begins anew" in " ".join(text_of(pilot).split())
        no = pilot.app.screen.query_one("#no", Button)
        assert str(no.label) == "Leave it"
        await pilot.click("#no")
        await pilot.pause()
        people.engine.tell(Notice(safe_line(FROZEN), halts=True))
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Confirm)
        assert people.engine.done == []


async def test_the_answer_may_be_given_later_from_the_palette(people, opened) -> None:
    async with opened(people.engine) as pilot:
        people.engine.is_frozen = True
        await pilot.press("ctrl+p")
        await pilot.press(*"go on with", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.click("#yes")
        await pilot.pause()
        assert people.engine.done == [("keep", b"")]


async def test_a_notice_alone_asks_nothing(people, opened) -> None:
    async with opened(people.engine) as pilot:
        people.engine.tell(Notice(safe_line("3 envelopes could not be opened")))
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Confirm)
