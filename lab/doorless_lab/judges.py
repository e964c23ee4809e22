"""Ready-made judges: pure functions from evidence to a verdict.

Each names the evidence it reads and the facts that it needs of it. Where one of them is
missing, or a search has no control that worked, it raises KeyError: the run is invalid.
"""

from collections.abc import Mapping

from doorless_lab.scenario import Evidence, Fact, Held, Judge, Outcome, Verdict
from doorless_lab.telling import dotted
from doorless_lab.words import Words


class InvalidEvidenceError(KeyError):
    """It is there and proves nothing: its control was not found."""


def content(name: str = "leak scan") -> Judge:
    """By a search for markers (`evidence.leak_scan`): number = how many were found.

    PREVENTED: none of them. EXPOSED: some, or all.
    """

    def judge(held: Held) -> Verdict:
        facts = checked_scan(held[name])
        found, markers = _whole(facts["found"]), _whole(facts["markers"])
        searched = _whole(facts["bytes"])
        outcome = Outcome.EXPOSED if found else Outcome.PREVENTED
        return Verdict(
            outcome,
            found,
            Words(
                de=f"{found} von {markers} Marken standen in {dotted(searched)} Bytes.",
                en=f"{found} of {markers} markers were in {searched:,} bytes.",
            ),
        )

    return judge


def alarm(name: str = "alarm", *, by: str = "") -> Judge:
    """Facts: `by` (who raised it, "" for nobody), `after` (messages until then).

    DETECTED: somebody did, or `by` where it is given; number = `after`. EXPOSED: nobody.
    """

    def judge(held: Held) -> Verdict:
        facts = held[name].facts
        who, after = str(facts["by"]), _whole(facts["after"])
        if not who or (by and who != by):
            return Verdict(
                Outcome.EXPOSED,
                after,
                Words(
                    de=f"Nach {after} Nachrichten hat niemand Alarm geschlagen.",
                    en=f"After {after} messages nobody had raised an alarm.",
                ),
            )
        person = who.capitalize()
        return Verdict(
            Outcome.DETECTED,
            after,
            Words(
                de=f"{person} schlug nach {after} Nachrichten Alarm.",
                en=f"{person} raised an alarm after {after} messages.",
            ),
        )

    return judge


def healed(name: str = "healing") -> Judge:
    """Facts: `messages` after the theft, `read` (of them), `last` (the last read, from 1; 0: none).

    PREVENTED: none was read. HEALED: the last ones were not; number = `last`. EXPOSED: they were.
    """

    def judge(held: Held) -> Verdict:
        facts = held[name].facts
        messages, read, last = (_whole(facts[key]) for key in ("messages", "read", "last"))
        outcome = Outcome.PREVENTED if not read else Outcome.HEALED
        if read and last >= messages:
            outcome = Outcome.EXPOSED
        return Verdict(
            outcome,
            last,
            Words(
                de=f"{read} von {messages} Nachrichten wurden mitgelesen, zuletzt die {last}.",
                en=f"{read} of {messages} messages were read, the last of them number {last}.",
            ),
        )

    return judge


def attempts(name: str = "attempts") -> Judge:
    """Facts: `tried`, `succeeded`. PREVENTED: none succeeded. Number = `succeeded`.

    Raises KeyError where nothing was tried.
    """

    def judge(held: Held) -> Verdict:
        facts = held[name].facts
        tried, succeeded = _whole(facts["tried"]), _whole(facts["succeeded"])
        if not tried:
            raise InvalidEvidenceError(f"{name}: nothing was tried")
        return Verdict(
            Outcome.EXPOSED if succeeded else Outcome.PREVENTED,
            succeeded,
            Words(
                de=f"{succeeded} von {dotted(tried)} Versuchen gelangen.",
                en=f"{succeeded} of {tried:,} attempts succeeded.",
            ),
        )

    return judge


def reduced(name: str, because: Words) -> Judge:
    """Facts: `with_defence`, `without`. LIMITED: less, not nothing. Number = `with_defence`.

    PREVENTED: nothing is left. EXPOSED: as much as without. `because` may name {with_defence},
    {without}.
    """

    def judge(held: Held) -> Verdict:
        facts = held[name].facts
        left, without = _number(facts["with_defence"]), _number(facts["without"])
        outcome = Outcome.LIMITED if 0 < left < without else Outcome.EXPOSED
        if left == 0:
            outcome = Outcome.PREVENTED
        said = {"with_defence": f"{left:g}", "without": f"{without:g}"}
        return Verdict(outcome, left, Words(because.de.format(**said), because.en.format(**said)))

    return judge


def checked_scan(evidence: Evidence) -> Mapping[str, Fact]:
    """The facts of a search. Raises KeyError: control not found, or nothing searched."""
    facts = evidence.facts
    if facts["control"] != facts["markers"] or not facts["markers"] or not facts["bytes"]:
        raise InvalidEvidenceError(f"{evidence.name}: the search did not find its control")
    return facts


def _whole(fact: Fact) -> int:
    if isinstance(fact, bool) or not isinstance(fact, int):
        raise InvalidEvidenceError(f"not a whole number: {fact!r}")
    return fact


def _number(fact: Fact) -> float:
    if isinstance(fact, bool | str):
        raise InvalidEvidenceError(f"not a number: {fact!r}")
    return float(fact)
