"""What is served as it lies in the package: looked up by its whole address, never by a path."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from doorless_lab.words import Language

MEDIA = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Resource:
    media: str
    body: bytes


@cache
def resources() -> Mapping[str, Resource]:
    """By address: "/", "/presenter", "/static/main.js", "/i18n/de.json". There are no others."""
    found: dict[str, Resource] = {}
    here = files("doorless_lab.web")
    for folder in ("static", "i18n"):
        for entry in (here / folder).iterdir():
            media = MEDIA.get(entry.name.rpartition(".")[2])
            if media is not None:
                found[f"/{folder}/{entry.name}"] = Resource(media, entry.read_bytes())
    found["/"] = found.pop("/static/projector.html")
    found["/presenter"] = found.pop("/static/presenter.html")
    return found


@cache
def face_words(language: Language) -> Mapping[str, str]:
    """The classroom's own words, by key; those of scenarios come with the scenarios."""
    found: dict[str, str] = json.loads(resources()[f"/i18n/{language}.json"].body)
    return found
