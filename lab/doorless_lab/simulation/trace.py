"""What happened, one line each, and one number that says whether two runs were the same.

A line holds nothing that a library drew by itself (signatures, encapsulations, seals), so
that it follows from the seed alone: who did what, what left and how large it was, what was
shown to whom. docs/reference/simulator.md says what is the same in two runs and what is not.
"""

from hashlib import sha256


class Trace:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._hash = sha256()

    def add(self, line: str) -> None:
        self.lines.append(line)
        self._hash.update(line.encode() + b"\n")

    @property
    def digest(self) -> str:
        """16 hexadecimal digits over every line so far."""
        return self._hash.hexdigest()[:16]
