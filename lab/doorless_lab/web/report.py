"""A run as a page to keep: every step with what each seat saw, the evidence, and the verdicts."""

from collections.abc import Iterable, Sequence

from doorless_lab.runner import Judged
from doorless_lab.scenario import Evidence, Line, Scenario, Step, Tone
from doorless_lab.web.fingerprint import mark
from doorless_lab.web.pages import face_words
from doorless_lab.web.paper import SIGNS, Html, Paper, bullets, page, table, tag
from doorless_lab.web.recording import Recording
from doorless_lab.web.view import SEATS
from doorless_lab.words import Language


def report(recordings: Sequence[Recording], instance: str, language: Language) -> Paper:
    """Of whole runs, grouped by scenario in the order given."""
    say = face_words(language)
    parts = [tag("p", f"{say['world']} {instance}", css="quiet")]
    for name in dict.fromkeys(one.scenario.id for one in recordings):
        runs = [one for one in recordings if one.scenario.id == name]
        parts += _scenario(runs[0].scenario, runs, language)
    return page("doorless-lab-report.html", say["paper.report"], language, parts)


def _scenario(scenario: Scenario, runs: Sequence[Recording], language: Language) -> Iterable[Html]:
    say = face_words(language)
    yield tag("h2", f"{scenario.id} {scenario.title.text(language)}")
    yield tag("p", tag("strong", say["claim"] + ": "), scenario.claim.text(language))
    if scenario.law_as_of:
        yield tag("p", f"{say['law-as-of']} {scenario.law_as_of}", css="quiet")
    for run in runs:
        yield tag("h3", say[f"product.{run.product}"])
        for number, step in enumerate(run.steps, start=1):
            yield _step(number, step, language)
        for one in run.judged:
            yield stamp(one, language)
        if evidence := list(run.played.evidence.values()):
            yield tag("h3", say["evidence"])
            yield from (_evidence(one, language) for one in evidence)
    if scenario.limit is not None:
        yield tag("h3", say["limit"])
        yield tag("p", scenario.limit.text(language), css="stamp")


def stamp(one: Judged, language: Language) -> Html:
    say = face_words(language)
    outcome = one.verdict.outcome.value if one.verdict else "invalid"
    because = one.verdict.because.text(language) if one.verdict else ""
    word = f"{SIGNS[outcome]} {say[f'outcome.{outcome}']}"
    mismatch = "" if one.agrees else " " + say["mismatch"]
    return tag(
        "div",
        tag("strong", word),
        f" · {one.cell.what.text(language)}. {because}",
        mismatch,
        css="stamp",
    )


def _step(number: int, step: Step, language: Language) -> Html:
    views = [
        tag(
            "div",
            tag("strong", face_words(language)[f"seat.{seat}"]),
            bullets(_line(one, language) for one in step.views[seat]),
            css="view",
        )
        for seat in sorted(step.views, key=SEATS.index)
    ]
    detail = [tag("p", step.detail.text(language), css="quiet")] if step.detail else []
    caption = tag("p", tag("strong", f"{number}. {step.caption.text(language)}"))
    return tag("div", caption, *detail, tag("div", *views, css="views"), css="step")


def _line(line: Line, language: Language) -> Html:
    text = line.text.text(language)
    if line.tone is Tone.PLAIN:
        return tag("span", text)
    return tag("span", tag("strong", face_words(language)[f"tone.{line.tone}"]), f" {text}")


def _evidence(one: Evidence, language: Language) -> Html:
    say = face_words(language)
    rows: list[tuple[str, str]] = [(name, str(value)) for name, value in one.facts.items()]
    if one.data:
        words = " ".join(mark(one.sha256).words)
        rows.append(("SHA-256", f"{one.sha256} ({words}), {len(one.data)} B"))
    if one.reproduce:
        rows.append((say["reproduce"], one.reproduce))
    return tag("div", tag("p", f"{one.name}: {one.caption.text(language)}"), table((), rows))
