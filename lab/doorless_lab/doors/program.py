"""The program that everybody is given, with the places where a law would put something in."""

from dataclasses import dataclass

from doorless_lab.products.mandated.escrow import Build
from doorless_lab.products.mandated.scanner import Picture, Scanner


@dataclass
class Program:
    """Who may change it changes it for everybody who has it.

    Attributes:
        escrow: to whom it seals each message's key, too; None: to nobody.
        scanner: looks at pictures before they are sealed; None: nothing does.
    """

    escrow: Build | None = None
    scanner: Scanner | None = None

    def looks_at(self, sender: str, text: str, picture: Picture) -> bool:
        """What it does with a picture before it is sealed; whether a report of it went out."""
        return self.scanner is not None and self.scanner.looks_at(sender, text, picture)
