"""keyring: whether the system's keyring opens the profile without the passphrase."""

import argparse

from doorless_client.cli_context import Now, Random, directory, passphrase
from doorless_client.cli_outcome import DONE, FAILED, complain
from doorless_client.cli_output import line
from doorless_client.keyring_file import forget_in_keyring, use_keyring
from doorless_client.profile import Profile
from doorless_client.system_keyring import KeyringError, system_keyring

MEANS = (
    "while you are logged in, every program that you run can open this profile now, and so can "
    "whoever sits here; a locked messenger asks for the passphrase all the same"
)


def keyring(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    del now
    with Profile.hold(directory(chosen)) as profile:
        try:
            if chosen.what == "on":
                use_keyring(profile, passphrase(chosen), system_keyring(), random)
                line("on: the keyring of this computer opens the profile")
                line(MEANS)
            elif chosen.what == "off":
                forget_in_keyring(profile, system_keyring())
                line("off: only the passphrase opens the profile")
            else:
                line("off" if profile.keyring_file() is None else "on")
        except KeyringError as error:
            complain(str(error))
            return FAILED
    return DONE
