"""The operator's computer: all that he has, and what he reads there."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorless_lab.evidence import Memory
from doorless_lab.leakscan import Marker
from doorless_lab.staging.pile import Pile
from doorless_server.datadir import DATABASE
from doorless_server.inspection import rows
from doorless_server.store.schema import open_reader


@dataclass(frozen=True, slots=True)
class Machine:
    """Of one relay.

    Attributes:
        data: its folder, with the database and the keys.
        logs: folder of what it wrote to stderr.
        pile: what he wrote down because he had to.
        pids: its process, while it runs.
        control: planted in the memory of that.
    """

    data: Path
    logs: Path
    pile: Pile
    pids: tuple[int, ...]
    control: Marker

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of one table of the database."""
        with closing(open_reader(self.data / DATABASE)) as db:
            return [row.values for row in rows(db) if row.table == name]

    def memory(self, common: Marker) -> Memory:
        """`common` is in every message that passed."""
        return Memory(self.pids, common, self.control)
