"""How badly the network behaves, and a wire to the relay that behaves so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Anonymously, Ask
from doorless_lab.simulation.chance import Chance
from doorless_lab.wire import Answer
from doorless_protocol.frames import Answered, Deliver, Submit


@dataclass(frozen=True, slots=True)
class Weather:
    """
    Attributes:
        drop: share of what is sent that is lost, each way: from 0 to below 1.
        duplicate: share that comes twice.
        reorder: share of deliveries that come in any order.
        delay: seconds that a delivery is withheld, at most.
    """

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0

    def __post_init__(self) -> None:
        if not all(0 <= share < 1 for share in (self.drop, self.duplicate, self.reorder)):
            raise ValueError("a share is from 0 to below 1")

    @classmethod
    def drawn(cls, chance: Chance) -> "Weather":
        """Some weather: fair one day, rough the next."""
        return cls(
            drop=chance.between(0.0, 0.06),
            duplicate=chance.between(0.0, 0.3),
            reorder=chance.between(0.0, 0.8),
            delay=chance.between(0.0, 60.0),
        )


FAIR = Weather()
ROUGH = Weather(drop=0.05, duplicate=0.15, reorder=0.5, delay=60.0)


class RoughWire:
    """Loses questions, answers, deliveries and acknowledgements; repeats, withholds, permutes.

    The relay itself stays honest: what it has taken in comes in the end.
    """

    def __init__(self, weather: Weather, chance: Chance, now: Callable[[], float]) -> None:
        self.weather = weather
        self._chance, self._now = chance, now
        self._withheld: dict[bytes, float] = {}  # envelope id: until when

    def ask(self, ask: Ask, answer: Answer) -> Answered:
        self._lose("before it was heard")
        answered = answer(ask)
        if isinstance(ask, Anonymously) and isinstance(ask.request, Submit) and self._repeats():
            answered = answer(ask)
        self._lose("before it was answered")
        return answered

    def deliver(self, waiting: Sequence[Deliver]) -> Sequence[Deliver]:
        arrived = [one for one in waiting if self._is_due(one) and not self._is_lost()]
        arrived += [one for one in arrived if self._repeats()]
        if self._chance.happens(self.weather.reorder):
            return self._chance.shuffled(arrived)
        return arrived

    def acknowledge(self, ids: Sequence[bytes]) -> Sequence[bytes]:
        return [id for id in ids if not self._is_lost()]

    def _lose(self, when: str) -> None:
        if self._is_lost():
            raise UnreachableError(f"cut {when}")

    def _is_lost(self) -> bool:
        return self._chance.happens(self.weather.drop)

    def _repeats(self) -> bool:
        return self._chance.happens(self.weather.duplicate)

    def _is_due(self, one: Deliver) -> bool:
        now = self._now()
        until = self._withheld.setdefault(
            one.envelope_id, now + self._chance.between(0.0, self.weather.delay)
        )
        return until <= now
