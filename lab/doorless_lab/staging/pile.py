"""What a compelled operator wrote down: a line for each thing, and envelopes as they came.

index.jsonl        {"number": 1, "what": "envelope", "at": 1790000000.1, "mailbox": …}
000001.envelope    a copy, where the order says so
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Pile:
    folder: Path

    @property
    def index(self) -> Path:
        return self.folder / "index.jsonl"

    def lines(self) -> list[dict[str, Any]]:
        """Of everything, oldest first."""
        if not self.index.exists():
            return []
        return [json.loads(line) for line in self.index.read_text().splitlines()]

    def noted(self, what: str) -> list[dict[str, Any]]:
        """Lines of one kind, "envelope" or "sign-in", oldest first."""
        return [line for line in self.lines() if line["what"] == what]

    def copy_of(self, number: int) -> Path:
        """Where the envelope of the line with this number lies, if it was copied."""
        return self.folder / f"{number:06}.envelope"

    def envelopes(self, noted: Iterable[Mapping[str, Any]]) -> list[bytes]:
        """The copies that belong to these lines."""
        return [self.copy_of(line["number"]).read_bytes() for line in noted]

    def add(self, line: Mapping[str, Any]) -> None:
        with self.index.open("a") as file:
            file.write(json.dumps(line) + "\n")
