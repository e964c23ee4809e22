"""A node in a process of its own, to be killed: it claims names, takes pairs, and says what it has.

python -m claiming_node WORD URL…     claim NAME, has NAME, pair INDEX, and so on
"""

import asyncio
import sys
from itertools import count

from cluster_nodes import join
from doorless_server.store.base import Listing, Seat

TOKEN = b"t" * 32

SHARED = b"phone of ada"
"""The device whose pairs all take."""


def listing(account: str) -> Listing:
    """An account with one device and six keys, all of them told by its name."""
    name = account.encode()
    seat = Seat(name, b"phone of " + name, b"box of " + name, b"key")
    bindings = tuple(b"%s %d" % (name, number) for number in range(6))
    return Listing(1, b"\x01" * 32, bytes(32), b"head", b"manifest", (seat,), bindings)


async def claim(word: str, urls: list[str]) -> None:
    node = await join(urls)
    for number in count():
        name = f"{word}n{number}"
        print("claim", name, flush=True)
        await node.accounts.create(name, listing(name), TOKEN, 1)
        print("has", name, flush=True)
        served = await node.prekeys.take_prekeys(SHARED, 1, one_time=True)
        if served is not None and served.one_time is not None:
            print("pair", served.one_time.index, flush=True)


if __name__ == "__main__":
    asyncio.run(claim(sys.argv[1], sys.argv[2:]))
