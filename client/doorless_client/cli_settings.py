"""settings: what a person chose; all of it, one, or one changed."""

import argparse
from pathlib import Path
from typing import Any

import msgspec

from doorless_client.cli_context import Now, Random, directory, messenger, run
from doorless_client.cli_outcome import DONE, UsageError
from doorless_client.cli_output import columns, json_line, line
from doorless_client.core import settings as account
from doorless_client.profile import Profile
from doorless_client.settings import profile
from doorless_client.settings.preferences import THEMES
from doorless_client.settings.schema import Setting, Value
from doorless_client.text import in_quotes
from doorless_protocol.errors import MalformedError

FILE, ACCOUNT = "settings.toml", "account"
"""Where a setting is kept: of this computer's profile, or of the account and in its store."""


def settings(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    name, value = chosen.name, chosen.value
    if name is None:
        with Profile.hold(directory(chosen)) as held:
            own = held.settings()
        return run(_account(chosen, now, random, show_first=_shown(profile.SETTINGS, own, FILE)))
    for setting in profile.SETTINGS:
        if setting.name == name:
            return _of_profile(chosen, setting, value)
    for setting in account.SETTINGS:
        if setting.name == name:
            return run(_account(chosen, now, random, setting, value))
    known = ", ".join(one.name for one in (*profile.SETTINGS, *account.SETTINGS))
    raise UsageError(f"no setting {in_quotes(name)}; there are: {known}")


Shown = list[tuple[Setting, Value, str]]


def _of_profile(chosen: argparse.Namespace, setting: Setting, text: str | None) -> int:
    """Needs no passphrase: the file is read before there is one."""
    wanted = None if text is None else _parse(setting, text)
    with Profile.hold(directory(chosen)) as held:
        if setting.name == "theme" and wanted is not None:
            _check_theme(str(wanted), directory(chosen) / THEMES)
        now = held.settings()
        if wanted is not None:
            now = profile.changed(now, setting.name, wanted)
            held.save_settings(now)
    _print(_shown((setting,), now, FILE), as_json=chosen.json)
    return DONE


def _check_theme(name: str, folder: Path) -> None:
    """Raises UsageError: the messenger would say so only at its next start."""
    if name not in profile.THEMES and not (folder / f"{name}.toml").is_file():
        ours = ", ".join(profile.THEMES)
        raise UsageError(f"no theme {in_quotes(name)}; there are: {ours}, and files of {THEMES}/")


async def _account(
    chosen: argparse.Namespace,
    now: Now,
    random: Random,
    setting: Setting | None = None,
    text: str | None = None,
    show_first: "Shown | None" = None,
) -> int:
    """One setting of the account, changed if `text` says so; without one, all of them."""
    wanted = None if setting is None or text is None else _parse(setting, text)
    async with messenger(chosen, now, random) as opened:
        current = opened.messenger.settings
        if setting is not None and wanted is not None:
            current = msgspec.structs.replace(current, **{setting.name: wanted})
            opened.messenger.change_settings(current)
    asked = account.SETTINGS if setting is None else (setting,)
    _print([*(show_first or ()), *_shown(asked, current, ACCOUNT)], as_json=chosen.json)
    return DONE


def _parse(setting: Setting, text: str) -> Value:
    try:
        return setting.parse(text)
    except MalformedError as error:
        raise UsageError(str(error)) from None


def _shown(asked: tuple[Setting, ...], values: object, place: str) -> Shown:
    return [(setting, getattr(values, setting.name), place) for setting in asked]


def _print(shown: Shown, *, as_json: bool) -> None:
    if as_json:
        for setting, value, place in shown:
            json_line(_json(setting, value, place))
    elif len(shown) == 1:
        setting, value, _ = shown[0]
        line(setting.spelled(value))
    else:
        for row in columns(
            [(one.name, one.spelled(value) or "-", one.title) for one, value, _ in shown]
        ):
            line(row)


def _json(setting: Setting, value: Value, place: str) -> dict[str, Any]:
    """The fields of docs/reference/cli.md §5."""
    return {"name": setting.name, "value": value, "default": setting.default, "in": place}
