"""A crash says where, and nothing of what."""

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
            await pilot.pause(0.1)
            await pilot.pause()
    except RuntimeError:
        failed = True  # the toolkit's test runner hands it on
    assert failed
    printed = capsys.readouterr()
    assert CANARY not in printed.out + printed.err
    assert "doorless stopped because of a mistake of its own" in printed.out + printed.err
