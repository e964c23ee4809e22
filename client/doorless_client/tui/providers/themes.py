"""Every theme there is, by name."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from doorless_client.tui.base import BaseApp
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.theme import PREFIX


def themes(app: BaseApp[Any]) -> Iterable[Entry]:
    for name in sorted(app.available_themes):
        if name.startswith(PREFIX):
            yield Entry(f"Theme: {name.removeprefix(PREFIX)}", _dresser(app, name))


def _dresser(app: BaseApp[Any], name: str) -> Callable[[], None]:
    chosen = name.removeprefix(PREFIX)
    return lambda: app.change_settings(replace(app.settings, theme=chosen))
