"""Runs for a machine: all evidence as JSON, and a signed certificate of what was run."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from doorless_lab.runner import Judged
from doorless_lab.scenario import Evidence
from doorless_lab.web import provenance
from doorless_lab.web.pages import face_words
from doorless_lab.web.paper import Paper, page, table, tag
from doorless_lab.web.recording import Recording
from doorless_lab.words import Language, Words
from doorless_protocol.primitives import ed25519_public, ed25519_sign

MARK = "SIMULATION / ÜBUNG"
FORM = "doorless-lab-evidence-1"


def evidence_bundle(recordings: Sequence[Recording], instance: str) -> Paper:
    """Steps, facts, attachments and verdicts; `sha256` is that of each attachment."""
    body = {
        "form": FORM,
        "mark": MARK,
        "instance": instance,
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "runs": [_run(one) for one in recordings],
    }
    return Paper("doorless-lab-evidence.json", "application/json", _json(body), inline=False)


def certificate(
    recordings: Sequence[Recording], instance: str, seed: bytes, language: Language
) -> Paper:
    """What ran, with which lab, and what came of it, signed by a key of this world alone.

    The key ends with the world, and it is nobody's: the signature binds what stands on the page
    together, it does not say who ran it.
    """
    say = face_words(language)
    said = _statement(recordings, instance)
    statement = _json(said).decode()
    signature = ed25519_sign(seed, statement.encode()).hex()
    rows = [
        (
            one.scenario.id,
            say[f"product.{one.product}"],
            _outcomes(one, language),
            evidence_hash(one),
        )
        for one in recordings
    ]
    parts = [
        tag("p", f"{say['world']} {instance}"),
        table((say["scenario"], say["product"], say["verdict"], "SHA-256"), rows),
        tag("h2", say["paper.statement"]),
        tag("pre", tag("code", statement)),
        tag("p", tag("strong", "Ed25519: "), tag("code", signature)),
        tag("p", tag("strong", f"{say['paper.key']}: "), tag("code", ed25519_public(seed).hex())),
        tag("p", say["paper.signature"], css="quiet"),
    ]
    return page("doorless-lab-certificate.html", say["paper.certificate"], language, parts)


def evidence_hash(recording: Recording) -> str:
    """Over name, facts and attachment of each piece, in the order of their names."""
    kept = sorted(recording.played.evidence.values(), key=lambda one: one.name)
    told = [{"name": e.name, "facts": dict(e.facts), "sha256": e.sha256} for e in kept]
    return hashlib.sha256(_json(told)).hexdigest()


def attachment(one: Evidence) -> Paper:
    """As it was made, to be saved: never opened, whatever it says it is."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in one.name)[:60] or "evidence"
    return Paper(f"{name}.bin", "application/octet-stream", one.data, inline=False)


def _statement(recordings: Sequence[Recording], instance: str) -> dict[str, Any]:
    return {
        "mark": MARK,
        "instance": instance,
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "runs": [
            {
                "scenario": one.scenario.id,
                "product": one.product.value,
                "seed": one.conditions.seed,
                "settings": one.conditions.of(one.scenario),
                "verdicts": [_judged(judged) for judged in one.judged],
                "evidence_sha256": evidence_hash(one),
            }
            for one in recordings
        ],
    }


def _run(recording: Recording) -> dict[str, Any]:
    return {
        "scenario": recording.scenario.id,
        "slug": recording.scenario.slug,
        "product": recording.product.value,
        "seed": recording.conditions.seed,
        "settings": recording.conditions.of(recording.scenario),
        "begins": recording.conditions.now,
        "steps": [
            {
                "caption": _words(step.caption),
                "views": {
                    seat.value: [{"text": _words(line.text), "tone": line.tone} for line in lines]
                    for seat, lines in step.views.items()
                },
                "evidence": [one.name for one in step.evidence],
            }
            for step in recording.steps
        ],
        "evidence": [_evidence(one) for one in recording.played.evidence.values()],
        "evidence_sha256": evidence_hash(recording),
        "verdicts": [_judged(one) for one in recording.judged],
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "name": one.name,
        "caption": _words(one.caption),
        "facts": dict(one.facts),
        "media": one.media,
        "sha256": one.sha256,
        "data": base64.b64encode(one.data).decode(),
        "reproduce": one.reproduce,
    }


def _judged(one: Judged) -> dict[str, Any]:
    verdict = one.verdict
    return {
        "what": _words(one.cell.what),
        "outcome": verdict.outcome.value if verdict else None,
        "number": verdict.number if verdict and isfinite(verdict.number) else None,
        "because": _words(verdict.because) if verdict else None,
        "expected": one.cell.expected.value,
        "agrees": one.agrees,
    }


def _outcomes(recording: Recording, language: Language) -> str:
    say = face_words(language)
    outcomes = (one.verdict.outcome.value if one.verdict else "invalid" for one in recording.judged)
    return ", ".join(say[f"outcome.{outcome}"] for outcome in outcomes)


def _words(words: Words) -> Mapping[str, str]:
    return {"de": words.de, "en": words.en}


def _json(value: object) -> bytes:
    """One form for one value, so that it can be hashed and signed. No infinite numbers."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False).encode()
