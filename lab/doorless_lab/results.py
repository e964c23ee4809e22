"""What a run found, as values that go from process to process, into JSON and into JUnit."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from xml.etree import ElementTree as Xml

from doorless_lab.runner import Judged, Played
from doorless_lab.scenario import Evidence, Fact
from doorless_lab.words import Words


@dataclass(frozen=True, slots=True)
class Text:
    """Words, as an object of JSON has them."""

    de: str
    en: str

    @classmethod
    def of(cls, words: Words) -> "Text":
        return cls(words.de, words.en)


@dataclass(frozen=True, slots=True)
class Observed:
    """One verdict beside what it has to be. `observed` is "invalid" where evidence is missing.

    Attributes:
        at_most: None: without a bound.
    """

    what: Text
    expected: str
    observed: str
    number: float | None
    at_least: float
    at_most: float | None
    because: Text | None
    agrees: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """One piece of evidence.

    Attributes:
        sha256: of name, facts and attachment (`digest`).
        size: bytes of the attachment.
    """

    name: str
    sha256: str
    size: int
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Result:
    """One scenario against one product, once.

    Attributes:
        seconds: of a clock on the wall.
        failed: why it was not played to its end; "" where it was.
    """

    scenario: str
    product: str
    seed: int
    seconds: float
    steps: int
    verdicts: tuple[Observed, ...]
    evidence: tuple[Kept, ...]
    failed: str = ""

    @property
    def agrees(self) -> bool:
        return not self.failed and all(verdict.agrees for verdict in self.verdicts)


def result_of(played: Played, seed: int, seconds: float) -> Result:
    return Result(
        played.scenario.id,
        str(played.product),
        seed,
        seconds,
        len(played.steps),
        tuple(_observed(judged) for judged in played.judged),
        tuple(_kept(one) for one in played.evidence.values()),
    )


def digest(evidence: Evidence) -> str:
    """SHA-256 of its name and facts as canonical JSON, a zero byte, and the attachment."""
    told = {"name": evidence.name, "facts": dict(evidence.facts)}
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode() + b"\0" + evidence.data).hexdigest()


def file_name(evidence: Evidence) -> str:
    """Of its attachment, as the classroom names it and as `reproduce` calls it."""
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in evidence.name)
    return f"{plain[:60] or 'evidence'}.bin"


def as_object(result: Result) -> dict[str, Any]:
    """Of JSON, for one line."""
    found = {"event": "played", **asdict(result), "agrees": result.agrees}
    found["seconds"] = round(result.seconds, 3)
    return found


def junit(results: Iterable[Result]) -> bytes:
    """A test case a verdict, as continuous integration shows them."""
    found = tuple(results)
    suite = Xml.Element("testsuite", name="doorless-lab")
    for result in found:
        name = f"{result.scenario}.{result.product}"
        if result.failed:
            case = Xml.SubElement(suite, "testcase", classname=name, name="played to its end")
            Xml.SubElement(case, "error", message=result.failed)
        for verdict in result.verdicts:
            case = Xml.SubElement(suite, "testcase", classname=name, name=verdict.what.en)
            case.set("time", f"{result.seconds / len(result.verdicts):.3f}")
            if not verdict.agrees:
                said = f"{verdict.observed} ({verdict.number}), expected {verdict.expected}"
                Xml.SubElement(case, "failure", message=said)
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        suite.set(name, str(len(suite.findall(f".//{tag}"))))
    Xml.indent(suite)
    return bytes(Xml.tostring(suite, encoding="utf-8", xml_declaration=True))


def _observed(judged: Judged) -> Observed:
    cell, verdict = judged.cell, judged.verdict
    return Observed(
        Text.of(cell.what),
        str(cell.expected),
        "invalid" if verdict is None else str(verdict.outcome),
        None if verdict is None else verdict.number,
        cell.at_least,
        None if cell.at_most == float("inf") else cell.at_most,
        None if verdict is None else Text.of(verdict.because),
        judged.agrees,
    )


def _kept(evidence: Evidence) -> Kept:
    return Kept(evidence.name, digest(evidence), len(evidence.data), dict(evidence.facts))
