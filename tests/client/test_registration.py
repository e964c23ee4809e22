"""What a new account tells of itself."""

import pytest

from doorless_lab.world import World
from doorless_protocol.frames import Found, Lookup
from doorless_protocol.manifest import Manifest

NOON_AND_A_SECOND = 1_750_075_201


@pytest.mark.parametrize("now", [NOON_AND_A_SECOND, NOON_AND_A_SECOND + 3_600])
def test_who_looks_a_handle_up_learns_the_day_of_registration_and_no_more(now: int) -> None:
    with World(now=float(now)) as world:
        world.person("alice")
        found = world.ask_anonymously(Lookup("alice", 0))
        assert isinstance(found, Found)
        manifest = Manifest.decode(found.manifest)
        midnight = now - now % 86_400
        assert (manifest.head.not_before, manifest.entries[0].added) == (midnight, midnight)
