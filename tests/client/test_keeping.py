"""A profile that is open, kept: under another passphrase."""

import secrets
import time
from pathlib import Path

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.onboarding import ProfileOnboarding
from doorless_client.tui.ports import WrongPassphraseError
from doorless_lab.processes import PASSPHRASE

NEW = "four unrelated words here"


async def test_the_passphrase_of_an_open_profile_is_changed(world: Path) -> None:
    onboarding = ProfileOnboarding(world / "alice", time.time, secrets.token_bytes)
    with pytest.raises(RefusedError):
        assert onboarding.keeping is None  # nothing is open
    await onboarding.unlock(PASSPHRASE)
    before = (world / "alice" / "key").read_bytes()
    for old, new, refused in (
        ("another one", NEW, WrongPassphraseError),
        (PASSPHRASE, "short", RefusedError),
    ):
        with pytest.raises(refused):
            await onboarding.keeping.change_passphrase(old, new)
        assert (world / "alice" / "key").read_bytes() == before
    await onboarding.keeping.change_passphrase(PASSPHRASE, NEW)
    await onboarding.close()
    with pytest.raises(WrongPassphraseError):
        await onboarding.unlock(PASSPHRASE)
    await onboarding.unlock(NEW)
    await onboarding.close()
