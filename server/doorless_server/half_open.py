"""Connections that have not said anything sensible yet: how many one address may have.

Spec: docs/spec/07-relay.md §7.
"""

from collections import Counter
from ipaddress import IPv6Address, ip_address

from doorless_server.limits import MAX_HALF_OPEN


def source_of(host: str) -> str:
    """Who is counted together: an IPv4 address, or the /64 of an IPv6 one.

    A line has 2^64 addresses of IPv6, and would else have as many times the bound.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))


class Seat:
    """What a connection holds while it is half open. Made by `HalfOpen.take`.

    Attributes:
        since: when it came, in the loop's time.
    """

    __slots__ = ("_half_open", "_source", "since")

    def __init__(self, half_open: "HalfOpen", source: str, since: float) -> None:
        self._half_open: HalfOpen | None = half_open
        self._source, self.since = source, since

    def give_back(self) -> None:
        """At any time, by whoever knows that it is over; the second time does nothing."""
        if self._half_open is not None:
            self._half_open.release(self._source)
            self._half_open = None


class HalfOpen:
    """Counts, in memory alone, and forgets who has none."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return self._open.total()

    def take(self, source: str, now: float) -> Seat | None:
        """None where this source has MAX_HALF_OPEN already."""
        if not has_room(self._open[source]):
            return None
        self._open[source] += 1
        return Seat(self, source, now)

    def release(self, source: str) -> None:
        self._open[source] -= 1
        if not self._open[source]:
            del self._open[source]


def has_room(taken: int) -> bool:
    return taken < MAX_HALF_OPEN
