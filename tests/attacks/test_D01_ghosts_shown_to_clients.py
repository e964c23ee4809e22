"""D01: a relay with its log's keys gives somebody a ghost of Alice, and takes it back."""

from dataclasses import replace
from typing import Any

import pytest

from doorless_client.core.delivery import Delivery
from doorless_client.core.effects import Flow
from doorless_lab.keylog import malicious
from doorless_lab.keylog.scene import ALICE, stage
from doorless_protocol.log.verdict import verify

_refresh = Delivery._refresh


def seals_before_it_looks(self: Delivery, account: bytes) -> Flow[None]:
    with self._state.change():
        self._outbox.seal(account)
    yield from _refresh(self, account)


def takes_it_for_settled(_view: Any, pin: Any, _anchor: Any) -> Any:
    return replace(pin, settled=True)


@pytest.mark.attack(
    "D01",
    "who was given a ghost for an hour has the proof at the next anchor",
    weaken={"doorless_client.core.log_looks.settle": takes_it_for_settled},
)
def test_a_ghost_for_an_hour_is_proven_at_the_next_anchor() -> None:
    scene = stage()
    caught = malicious.ghost_for_an_hour(scene)
    assert caught is not None
    assert (caught.by, caught.anchors) == ("dave", 1)
    verify(caught.evidence, {scene.truth.config.hash.hex()})


@pytest.mark.attack(
    "D01",
    "an owner whose ghost was taken back before her look hears of it from whom it was shown",
    weaken={"doorless_client.core.gossip.Gossip.waiting": lambda _: frozenset()},
)
def test_a_ghost_between_two_looks_is_heard_of() -> None:
    a_ghost_gets_one_text()


@pytest.mark.attack(
    "D01",
    "the first text that a ghost device gets tells the others, in whatever order it was sealed",
    weaken={"doorless_client.core.delivery.Delivery._refresh": seals_before_it_looks},
)
def test_the_first_text_to_a_ghost_tells_its_victim() -> None:
    a_ghost_gets_one_text()


def a_ghost_gets_one_text() -> None:
    """Between two looks of Alice's it was added and taken back: nobody but Bob was shown it."""
    scene = stage()
    scene.world.advance(700)
    stolen = scene.alice.engine.state.signing
    scene.truth.ledger.show(ALICE, scene.ghost(scene.truth, key=stolen))
    scene.publish()
    scene.bob.says("alice", "hello?")  # looked up anew: the ghost is one of her devices now
    scene.world.settle()
    assert scene.bob.engine.details(scene.bob.chat("alice").conversation).devices == 2
    scene.truth.ledger.show_truth(ALICE)
    scene.publish()
    scene.looks(scene.alice)
    caught = scene.caught()
    assert caught is not None
    assert (caught.by, caught.kind, caught.anchors) == ("alice", "ghost", 0)
