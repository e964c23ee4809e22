"""A report as JSON: rows are objects, so that a program need not know the order of columns."""

import json
from typing import Any

from doorless_server.demands.report.model import Report, Table, plain


def as_json(report: Report) -> str:
    """Ends in a line feed."""
    told = {
        "format": report.format,
        "title": report.title,
        "period": report.period,
        "simulation": report.simulation,
        "header": {name: plain(value) for name, value in report.header},
        "sections": [
            {
                "title": section.title,
                "text": list(section.text),
                "tables": [_table(table) for table in section.tables],
            }
            for section in report.sections
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "rows": [dict(zip(table.columns, map(plain, row), strict=True)) for row in table.rows],
    }
