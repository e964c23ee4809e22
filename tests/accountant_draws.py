"""The tape of a whole client: what the specification draws in order, ids and delays between."""

from specpeer.crypto import Recorded, Unaccounted

ID, DELAY = 16, 4


class Drawn(Recorded):
    """A tape on which ids and delays stand between what the specification puts in order."""

    def __init__(self, tape: list[tuple[str, bytes]], seeds: dict[bytes, bytes]) -> None:
        super().__init__(tape, seeds)
        self.loose: list[bytes] = []

    def _next(self, what: str) -> bytes:
        self.pass_over()
        return super()._next(what)

    def pass_over(self) -> None:
        while self.at < len(self.tape) and self._is_loose():
            self.loose.append(self.tape[self.at][1])
            self.at += 1

    def _is_loose(self) -> bool:
        what, drawn = self.tape[self.at]
        return what == "random" and len(drawn) in (ID, DELAY)

    def id(self) -> bytes:
        """The next one, where the order is fixed."""
        return Recorded._next(self, "random")

    def claim(self, drawn: bytes) -> bytes:
        """An id that was drawn, for its one use."""
        self.pass_over()
        if drawn not in self.loose:
            raise Unaccounted("an id that was not drawn, or was used before")
        self.loose.remove(drawn)
        return drawn
