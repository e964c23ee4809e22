"""A report as a page that is read in any browser and prints well: no script, nothing fetched.

What comes from a demand is escaped wherever it stands.
"""

from collections.abc import Iterator
from html import escape
from importlib import resources
from typing import Final

from doorless_server.demands.report.model import Cell, Minutes, Report, Section, Table
from doorless_server.demands.turnaround import in_words

MARK: Final = "SIMULATION / ÜBUNG"
"""Of an exercise. On paper it is across every sheet and, where a browser can, above it."""
_ABOVE: Final = f'@page {{ @top-center {{ content: "{MARK}"; font: bold 10pt sans-serif; }} }}\n'
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(report: Report) -> str:
    """One document, whole in itself."""
    return "\n".join(_document(report)) + "\n"


def _document(report: Report) -> Iterator[str]:
    style = resources.files("doorless_server.demands.report").joinpath("report.css").read_text()
    if report.simulation:
        style += _ABOVE
    title = escape(f"{report.title}, {report.period}")
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>"
    if report.simulation:
        yield f'<p class="mark">{MARK}</p>'
    yield f"<main>\n<h1>{escape(report.title)}</h1>"
    yield '<dl class="header">'
    for name, value in report.header:
        yield f"<div><dt>{escape(name)}</dt><dd>{_cell(value)}</dd></div>"
    yield "</dl>"
    for section in report.sections:
        yield from _section(section)
    yield "</main>\n</body>\n</html>"


def _section(section: Section) -> Iterator[str]:
    kind = ' class="page"' if section.page else ""
    yield f"<section{kind}>\n<h2>{escape(section.title)}</h2>"
    for text in section.text:
        yield f"<p>{escape(text)}</p>"
    for table in section.tables:
        yield from _table(table)
    yield "</section>"


def _table(table: Table) -> Iterator[str]:
    """The first cell of a line names it. A table of nothing says so."""
    if not table.rows:
        yield f"<h3>{escape(table.name)}</h3>\n<p>Nothing.</p>"
        return
    yield f'<div class="wide" tabindex="0"><table>\n<caption>{escape(table.name)}</caption>'
    heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    yield f"<thead><tr>{heads}</tr></thead>\n<tbody>"
    for first, *rest in table.rows:
        cells = "".join(f"<td{_kind(value)}>{_cell(value)}</td>" for value in rest)
        yield f'<tr><th scope="row">{_cell(first)}</th>{cells}</tr>'
    yield "</tbody>\n</table></div>"


def _kind(value: Cell) -> str:
    return ' class="number"' if isinstance(value, int) else ""


def _cell(value: Cell) -> str:
    if isinstance(value, Minutes):
        return escape(in_words(value.count).en)
    return f"{value:,}" if isinstance(value, int) else escape(value)
