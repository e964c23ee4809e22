"""Texts of the lab, each in both of its languages."""

from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Words:
    """One text in each language; neither may be empty."""

    de: str
    en: str

    def __post_init__(self) -> None:
        if not (self.de.strip() and self.en.strip()):
            raise ValueError("a text of the lab is there in German and in English")

    def text(self, language: Language) -> str:
        return self.de if language == "de" else self.en


def same(text: str) -> Words:
    """What reads the same in both: a name, a number, bytes."""
    return Words(text, text)
