"""D14: a relay with its log's keys lets somebody else come back as Alice."""

from typing import Any

import pytest

from doorless_lab.keylog import malicious
from doorless_lab.keylog.scene import stage
from doorless_protocol.log.own_check import LookedOwn, OwnNews
from doorless_protocol.log.verdict import verify


def believes_it(view: Any, own: Any, *_: object) -> LookedOwn:
    return LookedOwn(view, own, OwnNews.NONE)


@pytest.mark.attack(
    "D14",
    "a name that was reset to other keys is disputed, and with that proven, at the owner's look",
    weaken={"doorless_client.core.log_looks.look_up_own": believes_it},
)
def test_a_reset_is_disputed_and_proven() -> None:
    scene = stage()
    caught = malicious.reset_abuse(scene)
    assert caught is not None
    assert (caught.by, caught.kind) == ("alice", "E7")
    assert caught.anchors <= 1
    assert "disputes" in verify(caught.evidence, {scene.truth.config.hash.hex()}).what
