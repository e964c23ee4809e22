"""Keys of messages that were passed over. docs/spec/04-ratchet.md §8."""

from dataclasses import dataclass, field

MOST_KEYS, MOST_CHAINS, LIFE = 2000, 100, 14 * 86_400


@dataclass
class LateKey:
    label: int
    prk: bytes
    since: float


@dataclass
class LateKeys:
    """By (header key, number), in the order in which they were missed."""

    chains: dict[bytes, dict[int, LateKey]] = field(default_factory=dict)

    def keep(self, header_key: bytes, number: int, key: LateKey) -> None:
        self.chains.setdefault(header_key, {})[number] = key

    def find(self, header_key: bytes, number: int) -> LateKey | None:
        return self.chains.get(header_key, {}).get(number)

    def spend(self, header_key: bytes, number: int) -> None:
        del self.chains[header_key][number]
        self._tidy()

    def bound(self) -> None:
        """The oldest make room."""
        while len(self.chains) > MOST_CHAINS:
            del self.chains[next(iter(self.chains))]
        while sum(map(len, self.chains.values())) > MOST_KEYS:
            oldest = next(iter(self.chains.values()))
            del oldest[min(oldest)]
            self._tidy()

    def forget(self, now: float) -> None:
        for keys in self.chains.values():
            for number in [n for n, key in keys.items() if key.since < now - LIFE]:
                del keys[number]
        self._tidy()

    def _tidy(self) -> None:
        self.chains = {key: numbers for key, numbers in self.chains.items() if numbers}
