"""The terminal's way in creates or unlocks one profile, and leaves nothing half done."""

import random
import time
from contextlib import closing
from pathlib import Path

import pytest

from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.onboarding import ProfileOnboarding
from doorless_client.profile import Profile
from doorless_client.settings.profile import ProfileSettings
from doorless_client.store.sqlcipher import open_store
from doorless_client.tui.ports import WrongPassphraseError
from doorless_lab.processes import Relay

pytestmark = pytest.mark.usefixtures("cheap_passphrases")


def way_in(directory: Path) -> ProfileOnboarding:
    return ProfileOnboarding(directory, time.time, random.Random(str(directory)).randbytes)


async def test_an_account_is_made_and_unlocked_again(relay: Relay, tmp_path: Path) -> None:
    onboarding = way_in(tmp_path / "carol")
    assert not onboarding.exists
    created = await onboarding.create(relay.url, "carol", "a secret")
    assert len(created.words) == 24
    me = created.engine.me
    assert me.address == f"carol@{relay.name}"
    created.written()
    await onboarding.close()
    again = way_in(tmp_path / "carol")
    assert again.exists
    with pytest.raises(WrongPassphraseError):
        await again.unlock("other")
    assert (await again.unlock("a secret")).me == me
    await again.preferences.keep(ProfileSettings(theme="light"))
    await again.close()
    with Profile.hold(tmp_path / "carol") as profile:
        assert profile.settings().theme == "light"


async def test_words_that_were_not_written_down_are_shown_again(
    relay: Relay, tmp_path: Path
) -> None:
    onboarding = way_in(tmp_path / "carol")
    first = await onboarding.create(relay.url, "carol", "a secret")
    me = first.engine.me
    await onboarding.close()
    assert not onboarding.exists
    again = way_in(tmp_path / "carol")
    with pytest.raises(RefusedError, match="another passphrase"):
        await again.create(relay.url, "carol", "other words")
    with pytest.raises(RefusedError, match=r"carol@.* was cut short"):
        await again.create(relay.url, "dave", "a secret")
    second = await again.create(relay.url, "carol", "a secret")
    assert (second.words, second.engine.me) == (first.words, me)
    second.written()
    await again.close()
    with (
        Profile.hold(tmp_path / "carol") as held,
        closing(open_store(held.store_path, held.unlock("a secret"))) as store,
    ):
        assert [own.unshown_seed for own in store.own.find()] == [b""]


async def test_what_is_refused_leaves_no_profile(relay: Relay, tmp_path: Path) -> None:
    place = tmp_path / "carol"
    for address, handle, error in (
        ("ws://127.0.0.1:1", "carol", UnreachableError),
        ("ws://relay.example", "carol", RefusedError),
        (relay.url, "alice", RefusedError),  # taken
        (relay.url, "CAROL", RefusedError),
    ):
        onboarding = way_in(place)
        with pytest.raises(error):
            await onboarding.create(address, handle, "a secret")
        await onboarding.close()
        assert not place.exists()


async def test_a_profile_in_use_is_refused_in_words(world: Path) -> None:
    with Profile.hold(world / "alice"):
        with pytest.raises(RefusedError, match="in use") as refused:
            await way_in(world / "alice").unlock("x")
        assert not isinstance(refused.value, WrongPassphraseError)
