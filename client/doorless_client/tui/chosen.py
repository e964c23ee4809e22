"""Every setting that there is, what it may be and what it is: of this computer, and of the account.

The screen of settings and the palette both change them by this.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from doorless_client.core import settings as account
from doorless_client.core.api import Engine
from doorless_client.settings import profile
from doorless_client.settings.schema import (
    Choice,
    Setting,
    Span,
    Switch,
    ThemeName,
    Value,
    Whole,
    Words,
)
from doorless_client.tui.base import BaseApp
from doorless_client.tui.theme import PREFIX

SETTINGS = (*profile.SETTINGS, *account.SETTINGS)
"""Those of this computer first."""


class Chosen:
    """What the person chose."""

    def __init__(self, app: BaseApp[Any], engine: Engine) -> None:
        self._app, self._engine = app, engine

    def value(self, setting: Setting) -> Value:
        home = self._app.settings if setting in profile.SETTINGS else self._engine.settings
        value: Value = getattr(home, setting.name)
        return value

    def options(self, setting: Setting) -> Sequence[Value]:
        """What can be offered of it; of words of the person's own, nothing."""
        match setting.kind:
            case Choice(options):
                return options
            case ThemeName():
                names = sorted(self._app.available_themes)
                return [name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)]
            case Switch():
                return (False, True)
            case Whole(steps=steps) | Span(steps=steps):
                return steps
            case Words():
                return ()

    def change(self, setting: Setting, value: Value) -> None:
        """It holds at once, and is kept.

        Raises:
            MalformedError: it is no value of this setting.
            RefusedError: it could not be kept.
        """
        changed = {setting.name: setting.check(value)}
        if setting in profile.SETTINGS:
            self._app.change_settings(replace(self._app.settings, **changed))  # type: ignore[arg-type]
        else:
            self._engine.change_settings(msgspec.structs.replace(self._engine.settings, **changed))
