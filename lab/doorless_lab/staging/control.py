"""The folder by which a lab's relay is controlled. It lies beside the relay's own data.

    clock            what time it is (clock.py)
    token            whoever asks the relay for it sees that it is the lab's own (target.py)
    internet         which address a local port stands for, one a line
    order.json       what the operator is compelled to write down, while it is there
    copies/          what he wrote down (pile.py)

The product knows nothing of it: relay.py builds it around the real code, from outside.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from doorless_lab.staging.pile import Pile

TOKEN_SIZE = 16
"""Bytes: nobody guesses it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written down from now on.

    Attributes:
        mailboxes: in hex; empty: of everybody.
        envelopes: keep a copy of each, before it is delivered and deleted.
        addresses: note from where it came, and from where accounts sign in.
    """

    mailboxes: tuple[str, ...] = ()
    envelopes: bool = False
    addresses: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    folder: Path

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    @property
    def token(self) -> str:
        return (self.folder / "token").read_text()

    @property
    def pile(self) -> Pile:
        return Pile(self.folder / "copies")

    def create(self, token: str) -> None:
        self.pile.folder.mkdir(parents=True)
        (self.folder / "token").write_text(token)
        (self.folder / "internet").touch()

    def order(self) -> Order | None:
        """What is in force now; None: nothing."""
        try:
            told: dict[str, Any] = json.loads((self.folder / "order.json").read_bytes())
        except FileNotFoundError:
            return None
        return Order(tuple(told["mailboxes"]), told["envelopes"], told["addresses"])

    def put_in_force(self, order: Order | None) -> None:
        path = self.folder / "order.json"
        if order is None:
            path.unlink(missing_ok=True)
            return
        half = path.with_suffix(".new")
        half.write_text(json.dumps(asdict(order)))
        half.replace(path)

    def register(self, port: int, address: str) -> None:
        """From now on, what comes from a local port comes from this address."""
        with (self.folder / "internet").open("a") as file:
            file.write(f"{port} {address}\n")

    def address_of(self, port: int) -> str:
        """The address that a port stands for; of a port that nobody registered, loopback."""
        lines = (self.folder / "internet").read_text().splitlines()
        known = dict(line.split(" ", 1) for line in lines)
        return known.get(str(port), "127.0.0.1")
