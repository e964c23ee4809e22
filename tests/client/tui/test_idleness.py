"""Nobody is there: told by two clocks, of which each alone could be wrong."""

from doorless_client.tui.idleness import Idleness


class Clocks:
    def __init__(self) -> None:
        self.wall = 1_800_000_000.0
        self.ticking = 50.0
        self.idleness = Idleness(lambda: self.wall, lambda: self.ticking)

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.ticking += seconds


def test_time_without_a_key_is_counted_from_the_last_one() -> None:
    clocks = Clocks()
    clocks.pass_by(60)
    assert clocks.idleness.seconds == 60
    clocks.idleness.touch()
    assert clocks.idleness.seconds == 0


def test_a_clock_that_is_set_back_prolongs_nothing() -> None:
    clocks = Clocks()
    clocks.pass_by(60)
    clocks.wall -= 86_400
    assert clocks.idleness.seconds == 60


def test_a_computer_that_slept_was_idle() -> None:
    clocks = Clocks()
    clocks.wall += 3600  # while the other clock stood still
    assert clocks.idleness.seconds == 3600
