"""A crash says where, and nothing of what."""

import asyncio
import gc

from doorless_client.tui.crash import crash_report

CANARY = "the-secret-canary"


def test_a_report_names_types_and_places_and_repeats_no_value() -> None:
    def inner(passphrase: str) -> None:
        raise ValueError(f"cannot use {passphrase}")

    try:
        try:
            inner(CANARY)
        except ValueError as error:
            raise KeyError(CANARY) from error
    except KeyError as error:
        report = crash_report(error)
    assert CANARY not in report
    assert report.index("ValueError") < report.index("KeyError")
    assert "test_crash.py" in report
    assert "in inner" in report


async def test_an_app_that_crashes_prints_such_a_report(
    people, opened, capsys, monkeypatch
) -> None:
    from doorless_client.tui.widgets.status_bar import StatusBar

    def crash(*_: object) -> None:
        secret = CANARY
        raise RuntimeError(secret)

    failed = False
    try:
        async with opened(people.engine) as pilot:
            monkeypatch.setattr(StatusBar, "render_line", crash)
            pilot.app.screen.query_one(StatusBar).refresh()
            await pilot.pause()
            await pilot.pause()
    except RuntimeError:
        failed = True  # the toolkit's test runner hands it on
    assert failed
    printed = capsys.readouterr()
    assert CANARY not in printed.out + printed.err
    assert "doorless stopped because of a mistake of its own" in printed.out + printed.err


async def test_a_task_that_fails_behind_the_screen_becomes_one_line_without_values(
    people, opened, text_of, capfd, caplog
) -> None:
    async def fail() -> None:
        raise RuntimeError(CANARY)

    async with opened(people.engine) as pilot:
        asyncio.create_task(fail())  # noqa: RUF006  # nobody waits for it
        await pilot.pause()
        gc.collect()
        await pilot.pause()
        shown = text_of(pilot)
        assert "this should not have happened (RuntimeError" in " ".join(shown.split())
        assert CANARY not in shown
    printed = capfd.readouterr()
    assert CANARY not in printed.out + printed.err + caplog.text
