"""Answers that are lost at the check of the incarnation stop nobody who has no copy."""

from itertools import product

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Ask, SignedIn
from doorless_lab.wire import Answer, PerfectWire
from doorless_lab.world import World
from doorless_protocol.frames import Answered, Incarnation


class Losing(PerfectWire):
    """Loses questions and answers about the incarnation, as told."""

    def __init__(self, losses: tuple[str, ...]) -> None:
        self.losses = list(losses)

    def ask(self, ask: Ask, answer: Answer) -> Answered:
        asks = isinstance(ask, SignedIn) and isinstance(ask.request, Incarnation)
        lost = self.losses.pop(0) if asks and self.losses else "nothing"
        if lost == "question":
            raise UnreachableError("lost")
        answered = answer(ask)
        if lost == "answer":
            raise UnreachableError("lost")
        return answered


@pytest.mark.parametrize("losses", [*product(("nothing", "question", "answer"), repeat=3)])
def test_whatever_is_lost_nobody_is_frozen_who_has_no_copy(losses: tuple[str, ...]) -> None:
    with World() as world:
        alice = world.person("alice")
        world.wire = Losing(losses)
        for _ in range(len(losses) + 1):
            try:
                alice.goes(online=True)
            except UnreachableError:
                continue
        assert not alice.engine.is_frozen
