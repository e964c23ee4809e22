"""A report as CSV: one line for each cell, so that every format has the same five columns.

section,table,row,column,value
"""

import csv
import io
from collections.abc import Iterator

from doorless_server.demands.report.model import Cell, Report, plain

COLUMNS = ("section", "table", "row", "column", "value")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: Report) -> str:
    """RFC 4180, with the header of the report first."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in _lines(report):
        writer.writerow(harmless(plain(cell)) for cell in line)
    return out.getvalue()


def harmless(cell: str | int) -> str | int:
    """A spreadsheet would work out what begins like a formula: it is made a text."""
    if isinstance(cell, str) and cell.startswith(_FORMULAS):
        return f"'{cell}"
    return cell


def _lines(report: Report) -> Iterator[tuple[Cell, ...]]:
    if report.simulation:
        yield "", "Header", 1, "Mark", "SIMULATION / ÜBUNG"
    yield "", "Header", 1, "Format", report.format
    for column, value in report.header:
        yield "", "Header", 1, column, value
    for section in report.sections:
        for number, text in enumerate(section.text, 1):
            yield section.title, "Text", number, "Text", text
        for table in section.tables:
            for number, row in enumerate(table.rows, 1):
                for column, value in zip(table.columns, row, strict=True):
                    yield section.title, table.name, number, column, value
