"""The face's own words are there in both languages, and each is used."""

import re
from pathlib import Path

import pytest

from doorless_lab import stamps
from doorless_lab.scenario import Level, Outcome, Power, Product, Seat, Tone
from doorless_lab.web import fingerprint, pages
from doorless_lab.web.lesson_plans import LESSONS
from doorless_lab.words import LANGUAGES, Words

WEB = Path(pages.__file__).parent
SOURCES = "".join(path.read_text() for path in [*WEB.glob("*.py"), *WEB.glob("static/*.js")])
MADE = {
    "outcome.": [*(one.value for one in Outcome), "invalid"],
    "product.": [one.value for one in Product],
    "seat.": [one.value for one in Seat],
    "tone.": [one.value for one in Tone if one is not Tone.PLAIN],
    "power.": [one.value for one in Power],
    "level.": [one.name.lower() for one in Level],
    "colour.": fingerprint.COLOURS,
    "shape.": fingerprint.SHAPES,
    "group.": "ABCDE",
    "theme.": ["light", "dark", "contrast"],
    "state.": ["unplayed", "waiting", "playing", "played", "failed"],
    "export.": ["report", "bundle", "worksheet", "solutions", "certificate", "cards", "roles"],
}
"""Keys that are put together of a name and what the lab has."""


def test_both_languages_have_the_same_words_and_none_is_empty() -> None:
    said = {language: pages.face_words(language) for language in LANGUAGES}
    assert set(said["de"]) == set(said["en"])
    for language in LANGUAGES:
        assert [key for key, text in said[language].items() if not text.strip()] == []


def test_values_stand_in_both_languages() -> None:
    said = {language: pages.face_words(language) for language in LANGUAGES}
    for key in said["de"]:
        braces = [set(re.findall(r"\{\w+\}", said[language][key])) for language in LANGUAGES]
        assert braces[0] == braces[1], key


@pytest.mark.parametrize("prefix", MADE)
def test_everything_that_the_lab_has_has_its_word(prefix: str) -> None:
    for key in (prefix + name for name in MADE[prefix]):
        assert key in pages.face_words("de"), key


def test_both_faces_of_the_lab_say_the_same() -> None:
    for product, words in stamps.PRODUCTS.items():
        assert said_of(f"product.{product}") == words
    for seat, words in stamps.SEATS.items():
        assert said_of(f"seat.{seat}") == words
    for outcome, words in stamps.WORDS.items():
        said = said_of(f"outcome.{outcome}")
        assert (said.de.upper(), said.en.upper()) == (words.de, words.en)


def said_of(key: str) -> Words:
    return Words(pages.face_words("de")[key], pages.face_words("en")[key])


def test_every_word_asked_for_is_there_and_every_word_there_is_asked_for() -> None:
    known = set(pages.face_words("en"))
    asked = set(re.findall(r"""(?:\bt\(|say\[|section\(|share\()\s*["']([\w.-]+)["']""", SOURCES))
    assert asked - known == set()
    made = {prefix + name for prefix, names in MADE.items() for name in names}
    quoted = {key for key in known if re.search(f"""["']{re.escape(key)}["']""", SOURCES)}
    assert known - made - quoted == set()


def test_no_markup_and_no_code_is_made_of_texts() -> None:
    """`require-trusted-types-for` holds it in the browser, this where it does not know of it."""
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(", SOURCES
    )


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path, found in pages.resources().items():
        text = found.body.decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://(?!\$)|@import|url\(", text), path


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_takes_as_long_as_it_says(name: str) -> None:
    assert LESSONS[name].minutes == int(name)


def test_lessons_play_what_this_stage_of_the_lab_has() -> None:
    stage = {"A": "123568", "B": "1358", "C": "123", "D": "123", "E": "12345"}
    for lesson in LESSONS.values():
        ids = [one.scenario for one in lesson.stations if one.scenario]
        assert [one for one in ids if one[1:] not in stage[one[0]]] == []


def test_a_lesson_ends_with_the_questions_that_it_began_with() -> None:
    for lesson in LESSONS.values():
        before, after = (station.poll for station in lesson.stations if station.poll)
        assert before == after
