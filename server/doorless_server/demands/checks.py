"""Whether a demand has to be answered at all: one named check after the other, each pure.

    authentic ─ competent ─ addressee ─ specific ─ instrument_covers ─ in_time ─ jurisdiction

A check fails, passes, or is left open: then a person has to judge, and the answer says so. None
of them looks at anybody's data. Spec: docs/spec/19-demands.md §5.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from doorless_server.demands.demand import Demand
from doorless_server.demands.entity import Operator
from doorless_server.demands.instruments import (
    ANYWHERE,
    EUROPEAN_UNION,
    Instrument,
    all_instruments,
    missing,
)
from doorless_server.demands.texts import EMPTY, Text
from doorless_server.limits import DAY

LIVE: Final = frozenset({"traffic_live", "content_live"})
"""Categories of a time ahead."""


class Check(msgspec.Struct, frozen=True):
    """What one check came to.

    Attributes:
        passed: None: left open, for a person to judge.
    """

    name: str
    passed: bool | None
    note: Text


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks know beside the demand.

    Attributes:
        operator: who we are.
        now: Unix seconds.
    """

    operator: Operator
    now: int


def check(demand: Demand, facts: Facts) -> tuple[Check, ...]:
    """All checks, in their order."""
    return tuple(one(demand, facts) for one in CHECKS)


def failed(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(one for one in checks if one.passed is False)


def authentic(demand: Demand, _facts: Facts) -> Check:
    """Did the authority send it? By a call back on a number of ours, never by what it says."""
    name = "authentic"
    if demand.verification.result == "refuted":
        return Check(
            name,
            False,
            Text(
                "Die genannte Behörde hat sie auf Rückfrage nicht gestellt: sie ist gefälscht.",
                "Asked back, the authority it names did not send it: it is forged.",
            ),
        )
    if not is_called_back(demand):
        return Check(
            name,
            False,
            Text(
                "Niemand hat sie über eine selbst gesuchte Nummer der Behörde bestätigt.",
                "Nobody confirmed it by a number of the authority's that we looked up ourselves.",
            ),
        )
    return Check(
        name,
        True,
        Text("Auf Rückruf von der Behörde bestätigt.", "Confirmed by the authority, called back."),
    )


def is_called_back(demand: Demand) -> bool:
    """Whether somebody of ours had it confirmed by the authority itself."""
    return demand.authority.callback_verified and demand.verification.result == "confirmed"


def competent(demand: Demand, _facts: Facts) -> Check:
    """May such an authority of such a country issue such an instrument?"""
    name, instrument, authority = "competent", _instrument(demand), demand.authority
    if authority.kind not in instrument.issuers:
        kinds = ", ".join(instrument.issuers)
        return Check(
            name,
            False,
            Text(
                f"{instrument.code} stellt keine Behörde dieser Art aus, sondern: {kinds}.",
                f"No authority of this kind issues {instrument.code}, but: {kinds}.",
            ),
        )
    if not instrument.is_issued_in(authority.country):
        return Check(
            name,
            False,
            Text(
                f"{instrument.code} gibt es im Recht von {authority.country} nicht.",
                f"The law of {authority.country} has no {instrument.code}.",
            ),
        )
    return Check(name, True, instrument.threshold)


def addressee(demand: Demand, facts: Facts) -> Check:
    """Is it addressed to us?"""
    named = demand.jurisdiction.addressee_entity
    if facts.operator.is_named(named):
        return Check("addressee", True, Text("An uns gerichtet.", "Addressed to us."))
    return Check(
        "addressee",
        False,
        Text(
            "An ein anderes Unternehmen gerichtet; wir können nur für uns antworten.",
            "Addressed to another entity; we can answer for ourselves alone.",
        ),
    )


def specific(demand: Demand, _facts: Facts) -> Check:
    """Does it name somebody?"""
    everyone = [target for target in demand.targets if is_overbroad(target.type)]
    if len(everyone) == len(demand.targets):
        return Check(
            "specific",
            False,
            Text("Sie nennt niemanden, sondern alle.", "It names nobody, but everybody."),
        )
    some = Text(
        f"{len(demand.targets) - len(everyone)} von {len(demand.targets)} Zielen bestimmt.",
        f"{len(demand.targets) - len(everyone)} of {len(demand.targets)} targets specific.",
    )
    return Check("specific", True, some)


def is_overbroad(target_type: str) -> bool:
    """Whether a target is nobody in particular."""
    return target_type == "everyone"


def instrument_covers(demand: Demand, _facts: Facts) -> Check:
    """Which of the categories may the instrument reach at all? The answer says it item by item."""
    beyond = [one for one in demand.categories if lacks(demand, one) != EMPTY]
    if not beyond:
        note = Text("Alle verlangten Kategorien.", "All categories that are demanded.")
        return Check("instrument_covers", True, note)
    listed = ", ".join(beyond)
    return Check(
        "instrument_covers",
        len(beyond) < len(demand.categories),
        Text(f"Nicht umfasst: {listed}.", f"Not covered: {listed}."),
    )


def lacks(demand: Demand, category: str) -> Text:
    """Why the demand may not reach a category; EMPTY: it may."""
    instrument = _instrument(demand)
    known = next(one for one in demand.categories if one == category)
    if instrument.reach(known).power == "no":
        return Text(
            f"{instrument.code} umfasst diese Kategorie nicht.",
            f"{instrument.code} does not cover this category.",
        )
    return missing(
        instrument,
        known,
        judge=demand.issuing_judge_or_validator,
        penalty_years=demand.offence.max_penalty_years,
    )


def in_time(demand: Demand, facts: Facts) -> Check:
    """Is it in force, and for no longer than its instrument allows?"""
    name, now = "in_time", datetime.fromtimestamp(facts.now, UTC)
    tomorrow = (now + timedelta(days=1)).date()  # it may be that day already where it was issued
    if demand.issued_at is not None and demand.issued_at > tomorrow:
        return Check(
            name,
            False,
            Text("Sie ist auf einen künftigen Tag ausgestellt.", "It is dated in the future."),
        )
    if (problem := _ahead(demand, now)) != EMPTY:
        is_all = all(one in LIVE for one in demand.categories)
        return Check(name, False if is_all else None, problem)
    if demand.deadline is not None and demand.deadline < now:
        return Check(name, None, Text("Die Frist ist verstrichen.", "The deadline has passed."))
    return Check(name, True, _instrument(demand).deadline)


def _ahead(demand: Demand, now: datetime) -> Text:
    """What is wrong with the time ahead that a demand names; EMPTY: nothing, or it names none."""
    span, limit = demand.prospective, _instrument(demand).max_days
    if span is None:
        return EMPTY
    if span.end is None:
        return Text(
            "Für die kommende Zeit nennt sie kein Ende.", "It names no end of the time ahead."
        )
    days = -(-int((span.end - span.start).total_seconds()) // DAY)
    if limit and days > limit:
        return Text(f"{days} Tage, erlaubt sind {limit}.", f"{days} days, of {limit} that may be.")
    return Text("Ihre Zeit ist um.", "Its time is over.") if span.end <= now else EMPTY


def jurisdiction(demand: Demand, facts: Facts) -> Check:
    """Does the law of our own country let us obey it?"""
    name, country, instrument = "jurisdiction", facts.operator.country, _instrument(demand)
    if country is None:
        return Check(
            name,
            None,
            Text(
                "operator.toml nennt unser Land nicht: jemand muss es prüfen.",
                "operator.toml names no country of ours: somebody has to look.",
            ),
        )
    issuer = demand.jurisdiction.issuer
    if issuer == country or reaches(instrument, issuer, country):
        note = Text(f"Verbindlich in {country}.", f"Binding in {country}.")
        return Check(name, True, note)
    return Check(
        name,
        False,
        Text(
            f"Eine Anordnung aus {issuer} bindet einen Betreiber in {country} nicht unmittelbar;"
            " sein Recht verlangt den Weg der Rechtshilfe.",
            f"An order from {issuer} does not bind an operator in {country} directly; its own law"
            " asks for mutual legal assistance.",
        ),
    )


def reaches(instrument: Instrument, issuer: str, country: str) -> bool:
    """Whether an instrument of one country binds an operator in another one."""
    if ANYWHERE in instrument.territory:
        return True
    if "EU" in instrument.territory:
        return issuer in EUROPEAN_UNION and country in EUROPEAN_UNION
    return instrument.reaches_into(country) and instrument.is_issued_in(issuer)


def _instrument(demand: Demand) -> Instrument:
    return all_instruments()[demand.instrument]


CHECKS: Final[tuple[Callable[[Demand, Facts], Check], ...]] = (
    authentic,
    competent,
    addressee,
    specific,
    instrument_covers,
    in_time,
    jurisdiction,
)
