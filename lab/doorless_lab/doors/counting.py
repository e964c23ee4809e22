"""How the steps about doors say how many messages somebody read."""

from doorless_lab.scenario import Line, Tone
from doorless_lab.telling import line


def counted(de: str, en: str, read: int, of: int, none: Tone = Tone.REFUSED) -> Line:
    """After some words about who reads, or what: so many of so many.

    Args:
        none: the tone where it was not a single one.
    """
    tone = Tone.SAID if read else none
    return line(f"{de}: {read} von {of} gelesen", f"{en}: {read} of {of} read", tone)
