"""D14: somebody comes back as Alice at the one moment at which nobody could object in time."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.checked import is_checked
from doorless_client.core.log_staples import LogStaples
from doorless_client.store.records import Contact
from doorless_lab.keylog.scene import ALICE, DAY, Scene, stage
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.envelope import Initial
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.proofs import compact
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.sighting import Shown


def resets_a_moment_before_an_anchor(scene: Scene, *then: RecordKind) -> Person:
    """And shows it to Dave, who knows Alice by her name alone, right after that anchor."""
    dave, ledger = scene.person("dave"), scene.truth.ledger
    scene.publish(after=DAY - scene.now % DAY - 60)
    head = b""
    for kind in (RecordKind.RESET, *then):
        head = scene.ghost(scene.truth, kind, after=head)
        ledger.show(ALICE, head)
        scene.publish()
    assert not ledger.epochs[-1].leaf.is_anchor
    scene.publish(after=120)
    assert ledger.epochs[-1].leaf.is_anchor
    return dave


@pytest.mark.attack(
    "D14",
    "who comes back as somebody right before an anchor waits for the next, like everybody",
    weaken={"doorless_protocol.log.resets.stood": lambda anchor: anchor.epoch},
)
def test_a_reset_before_an_anchor_waits_for_a_whole_window() -> None:
    scene = stage()
    dave = resets_a_moment_before_an_anchor(scene)
    with pytest.raises(RefusedError, match="replaced others"):
        dave.add("alice")


def newest_alone(_pin: Any, shown: Shown, _anchor: EpochLeaf, _records: Mapping[int, Any]) -> int:
    return shown.version


@pytest.mark.attack(
    "D14",
    "a reset is not hidden by the records that were written behind it",
    weaken={"doorless_protocol.log.lookup.first_to_read": newest_alone},
)
def test_a_reset_is_not_covered_up() -> None:
    scene = stage()
    dave = resets_a_moment_before_an_anchor(scene, RecordKind.UPDATE)
    with pytest.raises(RefusedError, match="replaced others"):
        dave.add("alice")


@pytest.mark.attack(
    "D14",
    "the log leaves no version out in which a name may have been taken",
    weaken={"doorless_protocol.log.resets.check_none_hidden": lambda *_: None},
)
def test_a_reset_is_not_left_out() -> None:
    scene = stage()
    dave = resets_a_moment_before_an_anchor(scene, RecordKind.UPDATE)
    ledger = scene.truth.ledger
    whole = ledger.entry
    ledger.entry = lambda *asked, **kw: whole(*asked, **kw).newest()  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="leaves out what version"):
        dave.add("alice")


def comes_back_and_writes_first(scene: Scene) -> Person:
    """Eve as Alice, to Dave, who never looked that name up: her proof shows what is newest."""
    dave, head = scene.person("dave"), b""
    for kind in (RecordKind.RESET, RecordKind.UPDATE):
        head = scene.ghost(scene.truth, kind, after=head)
        scene.truth.ledger.show(ALICE, head)
        scene.publish()
    manifest = scene.eve.engine.state.manifest
    said = SimpleNamespace(
        address=f"{ALICE}@{RELAY}",
        log_proof=compact(scene.truth.ledger.lookup(ALICE)),
        staple=manifest.staple(manifest.entries[0].device),
    )
    with dave.engine.state.change():
        assert LogStaples(dave.engine.state).hear(cast(Initial, said))
    return dave


@pytest.mark.attack(
    "D14",
    "who comes back as somebody and writes to strangers first is checked after a window, no sooner",
    weaken={"doorless_protocol.log.staple.hidden_since": lambda *_: None},
)
def test_a_first_contact_after_a_reset_is_not_checked() -> None:
    scene = stage()
    dave = comes_back_and_writes_first(scene)
    account = scene.eve.engine.state.account
    claims = SimpleNamespace(handle="", relay="", claim=f"{ALICE}@{RELAY}", account=account)
    assert not is_checked(dave.store, cast(Contact, claims), RELAY)


@pytest.mark.attack(
    "D14",
    "a first contact's proof hides no reset from a lookup that comes after it",
    weaken={"doorless_protocol.log.staple.hidden_since": lambda *_: None},
)
def test_a_first_contact_does_not_cover_a_reset_up() -> None:
    dave = comes_back_and_writes_first(stage())
    with pytest.raises(RefusedError, match="replaced others"):
        dave.add("alice")
