"""The messenger itself, when no command is given."""

import argparse
import sys

from doorless_client.cli_context import Now, Random, directory
from doorless_client.cli_outcome import UsageError
from doorless_client.onboarding import ProfileOnboarding
from doorless_client.profile import Profile


def messenger(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the messenger needs a terminal; for scripts, see: doorless --help")
    place = directory(chosen)
    onboarding = ProfileOnboarding(place, now, random)
    theme = "dark"
    if onboarding.exists:
        with Profile.hold(place) as profile:
            theme = profile.settings().theme

    from doorless_client.tui.launch import run  # costs a quarter of a second

    return run(onboarding, lambda: int(now()), theme=theme)
