"""A messenger that is open past midnight calls no two days today."""

from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.glyphs import UNICODE

NOW = 1_800_023_490  # 14:31:30
DAY = 24 * 3600


async def test_at_midnight_today_becomes_yesterday(
    people, fake_onboarding, settle, text_of
) -> None:
    clock = [NOW]
    onboarding = fake_onboarding(people.engine)
    onboarding.keyring = True
    app = DoorlessApp(onboarding, lambda: clock[0], glyphs=UNICODE)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        before = text_of(pilot)
        assert "─ Today ─" in before
        assert "14:31" in before.splitlines()[2]  # in the list
        app.settings = ProfileSettings(lock_after=0)
        for later, said in (
            (9 * 3600, "─ Today ─"),
            (DAY, "─ Yesterday ─"),
            (3 * DAY, "─ Friday 15"),
        ):
            clock[0] = NOW + later
            await app._look_for_life()
            await pilot.pause()
            assert said in text_of(pilot), said
        assert " Fri" in text_of(pilot).splitlines()[2]
