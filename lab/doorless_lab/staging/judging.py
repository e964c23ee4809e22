"""What judges ask of evidence."""

from doorless_lab.scenario import Held


def fact(held: Held, name: str, what: str) -> float:
    """A number, or 1 and 0 for true and false.

    Raises:
        KeyError: the run left no such evidence, so it is invalid.
    """
    return float(held[name].facts[what])


def proven(held: Held, name: str) -> bool:
    """Whether the run ended with this proof; without it, nobody can accuse anybody."""
    return name in held and bool(held[name].facts["proven"])
