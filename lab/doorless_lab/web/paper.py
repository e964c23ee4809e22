"""Pages to keep and to print: one HTML file each, readable without scripts, A4 from the browser.

Every text is escaped where it is put in; what a scenario calls itself is text, never markup.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from doorless_lab.web.pages import face_words
from doorless_lab.words import Language

STYLE = """
@page { size: A4; margin: 16mm 18mm }
* { box-sizing: border-box }
body { font: 11pt/1.45 system-ui, sans-serif; color: #11151c; background: #fff; max-width: 60rem;
  margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.7em; margin: 0 0 .3em } h2 { font-size: 1.25em; margin: 1.6em 0 .4em }
h3 { font-size: 1.05em; margin: 1.2em 0 .3em } p, ul, ol, table { margin: .4em 0 }
h1, h2, h3 { break-after: avoid } table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #767b85; padding: .25em .5em; text-align: left; vertical-align: top }
code, .mono { font-family: ui-monospace, monospace; font-size: .88em }
.mark { border: 2px solid #11151c; padding: .2em .6em; font-weight: 700; display: inline-block;
  letter-spacing: .04em; margin: 0 0 .5em } .quiet { color: #4a505b }
.views { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .6em }
.view { border: 1px solid #767b85; padding: .4em .7em; break-inside: avoid }
.view ul { padding-left: 1.1em } .stamp { border: 3px solid #11151c; padding: .4em .8em;
  margin: .5em 0; break-inside: avoid; font-size: 1.15em } .step { break-inside: avoid-page }
.lines { border-bottom: 1px solid #767b85; height: 2.1em } .answer { border-left: 4px solid #006a5b;
  padding-left: .8em } .card { border: 2px dashed #4a505b; padding: 1em 1.4em; margin: .8em 0;
  break-inside: avoid } .letter { font-size: 13rem; line-height: 1.2; text-align: center;
  font-weight: 800 } .letter + .letter { break-before: page }
/* A header of a table is repeated on each page that is printed. */
@media print { body { display: table; width: 100%; margin: 0; padding: 0 }
  .head { display: table-header-group; break-inside: avoid } main { display: table-row-group } }
th { white-space: nowrap; overflow-wrap: normal }
footer { margin-top: 2em; border-top: 1px solid #767b85; font-size: .85em }
""".strip()

SIGNS = {
    "prevented": "✔",
    "detected": "◉",
    "healed": "↻",
    "limited": "◐",
    "exposed": "✖",
    "invalid": "?",
}
"""Of outcomes, beside word and colour."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file for the person: `inline` ones open in the browser, others are saved."""

    name: str
    media: str
    body: bytes
    inline: bool


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that is made already; whatever is a `str` is a text."""

    markup: str


Part = str | Html


def tag(name: str, *parts: Part, css: str = "") -> Html:
    inner = "".join(one.markup if isinstance(one, Html) else escape(one) for one in parts)
    attribute = f' class="{escape(css)}"' if css else ""
    return Html(f"<{name}{attribute}>{inner}</{name}>")


def bullets(items: Iterable[Part], name: str = "ul") -> Html:
    return tag(name, *(tag("li", item) for item in items))


def table(head: Iterable[str], rows: Iterable[Iterable[Part]]) -> Html:
    top = tag("tr", *(tag("th", cell) for cell in head))
    return tag("table", top, *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows))


def page(name: str, title: str, language: Language, parts: Iterable[Html]) -> Paper:
    """One page of its own, marked as a simulation whatever stands on it."""
    say = face_words(language)
    body = tag(
        "body",
        tag("header", tag("p", say["paper.simulation"], css="mark"), css="head"),
        tag("main", tag("h1", title), *parts, tag("footer", tag("p", say["paper.footer"]))),
    )
    document = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>\n{STYLE}\n</style></head>\n{body.markup}</html>\n"
    )
    return Paper(name, "text/html; charset=utf-8", document.encode(), inline=True)
