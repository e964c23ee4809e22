"""What a class gets on paper: worksheets, their answers, cards to vote with, roles."""

from collections.abc import Sequence

from doorless_lab.scenario import Scenario
from doorless_lab.web.pages import face_words
from doorless_lab.web.paper import Html, Paper, page, tag
from doorless_lab.web.roles import ROLES
from doorless_lab.words import Language

LINES = 4
"""To write an answer on."""


def worksheet(scenarios: Sequence[Scenario], language: Language, *, answers: bool) -> Paper:
    say = face_words(language)
    parts: list[Html] = [] if answers else [tag("p", say["paper.name"])]
    for scenario in scenarios:
        parts.append(tag("h2", f"{scenario.id} {scenario.title.text(language)}"))
        parts.append(tag("p", tag("strong", say["claim"] + ": "), scenario.claim.text(language)))
        for number, one in enumerate(scenario.exercises, start=1):
            level = say[f"level.{one.level.name.lower()}"]
            question = one.question.text(language)
            parts.append(tag("p", tag("strong", f"{number}. "), question, f" ({level})"))
            if answers:
                parts.append(tag("p", one.answer.text(language), css="answer"))
            else:
                parts += [tag("div", css="lines")] * LINES
    name, title = ("solutions", "paper.solutions") if answers else ("worksheet", "paper.worksheet")
    return page(f"doorless-lab-{name}.html", say[title], language, parts)


def voting_cards(language: Language) -> Paper:
    """One letter a page: to be held up where there are no devices."""
    letters = [tag("div", letter, css="letter") for letter in "ABCD"]
    return page("doorless-lab-cards.html", face_words(language)["paper.cards"], language, letters)


def role_cards(language: Language) -> Paper:
    say = face_words(language)
    cards = [
        tag(
            "div",
            tag("h2", role.who.text(language)),
            tag("p", role.wants.text(language)),
            tag("p", tag("strong", say["role.strongest"] + ": "), role.strongest.text(language)),
            tag("p", tag("strong", say["role.asked"] + ": "), role.asked.text(language)),
            css="card",
        )
        for role in ROLES
    ]
    return page("doorless-lab-roles.html", say["paper.roles"], language, cards)
