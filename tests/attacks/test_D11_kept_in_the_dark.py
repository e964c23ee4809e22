"""D11: a relay keeps its log, or a part of it, from whom it matters to."""

import pytest

from doorless_lab.keylog import malicious
from doorless_lab.keylog.scene import stage
from doorless_protocol.log.gossip import Anchors
from doorless_protocol.log.verdict import verify


def nothing(*_: object) -> None:
    pass


@pytest.mark.attack(
    "D11",
    "a log for the owner alone is proven by the first text that she writes",
    weaken={
        "doorless_protocol.log.gossip.compare_anchors": lambda *_: Anchors.SAME,
        "doorless_protocol.log.gossip.compare_signed": lambda *_: Anchors.SAME,
    },
)
def test_a_log_for_the_owner_alone_is_proven() -> None:
    scene = stage()
    caught = malicious.kept_from_its_owner(scene)
    assert caught is not None
    verify(caught.evidence, {scene.truth.config.hash.hex()})


@pytest.mark.attack(
    "D11",
    "an owner to whom nothing is proven any more is told within two days",
    weaken={"doorless_client.core.monitor.Monitor._tell_overdue": nothing},
)
def test_an_owner_is_told_of_silence() -> None:
    caught = malicious.withheld_proof(stage())
    assert caught is not None
    assert (caught.by, caught.kind) == ("alice", "overdue")
    assert caught.anchors <= 3


@pytest.mark.attack(
    "D11",
    "an owner whose new list of devices is promised and never entered has the proof",
    weaken={"doorless_protocol.log.own_check.check_promise": nothing},
)
def test_an_owner_proves_a_broken_promise() -> None:
    scene = stage()
    caught = malicious.promise_not_kept(scene)
    assert caught is not None
    assert caught.by == "alice"
    verify(caught.evidence, {scene.truth.config.hash.hex()})


@pytest.mark.attack(
    "D11",
    "who is refused the anchor that somebody has to be in is told, though all else is shown",
    weaken={"doorless_client.core.monitor.Monitor._tell_withheld": nothing},
)
def test_who_is_refused_the_anchor_is_told() -> None:
    caught = malicious.ghost_withheld_from_anchors(stage())
    assert caught is not None
    assert (caught.by, caught.kind) == ("dave", "withheld")
    assert caught.anchors <= 3
