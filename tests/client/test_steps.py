"""Steps are as large as they may be without keeping the screen waiting."""

from collections.abc import Sequence

from doorless_client.steps import AIM, FIRST, LEAST, Steps
from doorless_client.wire import MAX_DELIVERED
from doorless_protocol.frames import Deliver

MANY = [Deliver(number.to_bytes(16), b"") for number in range(5_000)]


class Machine:
    """Takes so many seconds for each envelope."""

    def __init__(self, each: float) -> None:
        self.each, self.at = each, 0.0
        self.steps = Steps(lambda: self.at)
        self.sizes: list[int] = []

    def takes(self, delivered: Sequence[Deliver]) -> list[Deliver]:
        taken: list[Deliver] = []
        self.sizes = []
        for step, _ in self.steps.of(delivered):
            with self.steps.timed(step):
                self.at += len(step) * self.each
            taken += step
            self.sizes.append(len(step))
        return taken


def test_all_is_taken_once_and_in_its_order() -> None:
    assert Machine(1e-4).takes(MANY) == MANY
    assert Machine(1.0).takes(MANY[:100]) == MANY[:100]
    assert Machine(1e-4).takes([]) == []


def test_a_fast_machine_comes_to_whole_deliveries() -> None:
    fast = Machine(AIM / MAX_DELIVERED / 2)
    fast.takes(MANY)
    assert fast.sizes[0] == FIRST
    assert max(fast.sizes) == fast.sizes[-2] == MAX_DELIVERED


def test_a_slow_machine_keeps_near_the_aim() -> None:
    slow = Machine(5e-4)
    slow.takes(MANY)
    assert all(size * slow.each <= AIM * 1.25 for size in slow.sizes[1:])
    assert sum(slow.sizes) / len(slow.sizes) * slow.each > AIM / 2


def test_a_machine_that_slows_down_has_one_long_step() -> None:
    machine = Machine(1e-5)
    machine.takes(MANY)
    machine.each = 1e-3
    machine.takes(MANY)
    assert [size * machine.each > AIM * 1.25 for size in machine.sizes].count(True) == 1


def test_few_are_taken_together_however_slow() -> None:
    slow = Machine(1.0)
    slow.takes(MANY[: FIRST + 5 * LEAST])
    assert set(slow.sizes[1:]) == {LEAST}


def test_small_deliveries_say_nothing_of_what_a_large_one_would_take() -> None:
    machine = Machine(1e-6)
    for at in range(0, 1_000, 10):
        machine.takes(MANY[at : at + 10])
    machine.takes(MANY)
    assert machine.sizes[0] == FIRST
