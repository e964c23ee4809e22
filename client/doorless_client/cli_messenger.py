"""The messenger itself, when no command is given."""

import argparse
import os
import sys

from doorless_client.cli_context import Now, Random, directory
from doorless_client.cli_outcome import UsageError
from doorless_client.onboarding import ProfileOnboarding
from doorless_client.profile import Profile, is_profile
from doorless_client.settings.profile import ProfileSettings
from doorless_client.unseen import unseen


def messenger(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    if chosen.plain:
        from doorless_client.plain.launch import plain

        return plain(chosen, now, random)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the messenger needs a terminal; without one: doorless --plain")
    if os.environ.get("TERM") == "dumb":
        raise UsageError("this terminal cannot draw a screen: doorless --plain talks in lines")
    with unseen(keys=True) as give_back:
        place = directory(chosen)
        settings = ProfileSettings()
        if is_profile(place):
            with Profile.hold(place) as profile:
                settings = profile.settings()
        onboarding = ProfileOnboarding(place, now, random, settings)

        from doorless_client.tui.launch import run  # costs a quarter of a second

        return run(onboarding, lambda: int(now()), before_drawing=give_back)
