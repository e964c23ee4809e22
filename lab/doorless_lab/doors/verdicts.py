"""Judges that several scenarios share: pure, over counts in evidence."""

from doorless_lab.scenario import Held, Judge, Outcome, Verdict
from doorless_lab.words import Words

READ = Words("{read} von {of} Nachrichten gelesen.", "{read} of {of} messages read.")


def read_or_not(name: str, read: str = "read", of: str = "messages", words: Words = READ) -> Judge:
    """EXPOSED where any was read, PREVENTED where none was; an empty run is no verdict.

    Args:
        name: of the evidence; `read` and `of` are names of its facts.
        words: with {read} and {of} in it.
    """

    def judge(held: Held) -> Verdict:
        facts = held[name].facts
        count, total = int(facts[read]), int(facts[of])
        if not total:
            raise KeyError(f"{name}: nothing was there to be read")
        because = Words(
            words.de.format(read=count, of=total), words.en.format(read=count, of=total)
        )
        return Verdict(Outcome.EXPOSED if count else Outcome.PREVENTED, count, because)

    return judge


def healed(name: str, bound: str, fact: str = "healed") -> Judge:
    """HEALED where the thief was out within the bound, a fact too; EXPOSED where he was not."""

    def judge(held: Held) -> Verdict:
        facts = held[name].facts
        after, within, watched = int(facts[fact]), int(facts[bound]), int(facts["messages"])
        if 0 < after <= within:
            because = Words(
                f"Nach {after} Nachrichten las der Dieb nichts mehr (Schranke: {within}).",
                f"After {after} messages the thief read nothing more (bound: {within}).",
            )
            return Verdict(Outcome.HEALED, after, because)
        because = Words(
            f"Nach {watched} Nachrichten las der Dieb noch immer.",
            f"After {watched} messages the thief still read.",
        )
        return Verdict(Outcome.EXPOSED, watched, because)

    return judge
