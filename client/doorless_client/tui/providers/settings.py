"""Every value of every setting: found by what it is called, and chosen at once."""

from collections.abc import Callable, Iterable

from doorless_client.core.api import RefusedError
from doorless_client.settings.schema import Setting, Value
from doorless_client.tui.chosen import SETTINGS, Chosen
from doorless_client.tui.providers.entry import Entry
from doorless_protocol.errors import MalformedError

NOW = "now"
"""Beside the value that holds."""


def settings(
    chosen: Chosen, say: Callable[[str], None], write: Callable[[Setting], None]
) -> Iterable[Entry]:
    """Args:
    say: tells what holds from now on, or why it does not.
    write: takes the person to where a setting of their own words is written.
    """
    for setting in SETTINGS:
        names = f"{setting.section} {setting.name.replace('_', ' ')} setting"
        options, now = chosen.options(setting), chosen.value(setting)
        for value in options:
            text = f"{setting.title}: {setting.spelled(value)}"
            choose = _chooser(chosen, setting, value, say)
            yield Entry(text, choose, NOW if value == now else "", names)
        if not options:
            yield Entry(f"{setting.title}…", _writer(setting, write), setting.section, names)


def _chooser(
    chosen: Chosen, setting: Setting, value: Value, say: Callable[[str], None]
) -> Callable[[], None]:
    def choose() -> None:
        try:
            chosen.change(setting, value)
        except (MalformedError, RefusedError) as error:
            say(str(error))
        else:
            say(f"{setting.title}: {setting.spelled(value)}.")

    return choose


def _writer(setting: Setting, write: Callable[[Setting], None]) -> Callable[[], None]:
    return lambda: write(setting)
