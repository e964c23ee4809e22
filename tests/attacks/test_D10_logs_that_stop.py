"""D10: a relay shows clients a log that stands still, that begins anew, or none."""

import pytest

from doorless_lab.keylog import malicious
from doorless_lab.keylog.scene import stage
from doorless_protocol.log.verdict import verify


def nothing(*_: object) -> None:
    pass


@pytest.mark.attack(
    "D10",
    "a log that nothing connects with the one that is known is refused, and kept as a challenge",
    weaken={"doorless_protocol.log.proofs.HeadProof.check_consistency": nothing},
)
def test_a_log_that_begins_anew_is_refused() -> None:
    scene = stage()
    caught = malicious.heads_that_nothing_connects(scene)
    assert caught is not None
    assert caught.by == "bob"
    assert verify(caught.evidence, {scene.truth.config.hash.hex()}).is_challenge


@pytest.mark.attack(
    "D10",
    "a log that stands still is told of within two days",
    weaken={"doorless_protocol.log.head.check_clock": nothing},
)
def test_a_log_that_stands_still_is_told_of() -> None:
    caught = malicious.frozen_log(stage())
    assert caught is not None
    assert caught.kind == "overdue"
    assert caught.anchors <= 3


@pytest.mark.attack(
    "D10",
    "that nobody is called so has to be true at the next anchor as well",
    weaken={"doorless_client.core.log_lookup.LogLookups.keep": nothing},
)
def test_who_was_called_absent_is_found_at_the_next_anchor() -> None:
    scene = stage()
    caught = malicious.called_absent_for_an_hour(scene)
    assert caught is not None
    assert (caught.by, caught.anchors) == ("dave", 1)
    verify(caught.evidence, {scene.truth.config.hash.hex()})
