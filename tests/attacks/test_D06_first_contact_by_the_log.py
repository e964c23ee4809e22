"""D06: the relay stands in the middle of a first contact, without a link, beside a key log."""

import pytest

from doorless_client.core.api import LogProofError, RefusedError
from doorless_client.core.effects import Anonymously, Ask
from doorless_lab.keylog.scene import ALICE, stage
from doorless_protocol.frames import Answered, Found, Lookup
from doorless_protocol.log.record import RecordKind
from doorless_protocol.manifest import Manifest


@pytest.mark.attack(
    "D06",
    "devices that the log does not hold are sealed to by nobody, though the account's key signed",
    weaken={"doorless_client.core.log_lookup.check_is_logged": lambda *_: None},
)
def test_devices_beside_the_log_are_refused() -> None:
    scene = stage()
    dave, alice = scene.person("dave"), scene.alice.engine.state
    devices = [*alice.manifest.entries, *scene.eve.engine.state.manifest.entries]
    unlogged = Manifest.sign(alice.signing, devices, scene.now, after=alice.manifest.head)

    def swap(ask: Ask, answered: Answered) -> Answered:
        """Another list for the one that the proof is of."""
        is_lookup = isinstance(ask, Anonymously) and isinstance(ask.request, Lookup)
        if is_lookup and isinstance(answered, Found) and ask.request.handle == ALICE:
            return Found(unlogged.encode(), (), answered.proof)
        return answered

    dave.change_answer = swap
    with pytest.raises(LogProofError, match="other keys than its key log holds"):
        dave.add("alice")


@pytest.mark.attack(
    "D06",
    "keys that replaced others are not used before they stood in an anchor",
    weaken={"doorless_client.core.contacts.check_usable": lambda _: None},
)
def test_keys_after_a_reset_wait() -> None:
    scene = stage()
    dave = scene.person("dave")
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth, RecordKind.RESET))
    scene.publish()
    with pytest.raises(RefusedError, match="replaced others"):
        dave.add("alice")


@pytest.mark.attack(
    "D06",
    "an answer without a proof is not taken for a relay without a log, though it was never met",
    weaken={"doorless_client.core.log_lookup.is_without_log": lambda *_: True},
)
def test_no_proof_at_a_first_meeting_is_no_sign_of_no_log() -> None:
    scene = stage()
    dave, eve = scene.person("dave"), scene.eve.engine.state.manifest
    with dave.engine.state.change():
        dave.store.logs.clear()  # as one who is at another relay

    def lie(ask: Ask, answered: Answered) -> Answered:
        is_lookup = isinstance(ask, Anonymously) and isinstance(ask.request, Lookup)
        return Found(eve.encode(), (), None) if is_lookup else answered

    dave.change_answer = lie
    with pytest.raises(LogProofError):
        dave.add("alice")
