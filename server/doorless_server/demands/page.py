"""The answer as a page: German and English, for A4, with nothing that runs or is fetched.

Every text that somebody else wrote is escaped, in one place: nothing of a demand is markup.
Spec: docs/spec/19-demands.md §9.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from doorless_server.demands.demand import Demand
from doorless_server.demands.disclosure import Disclosure
from doorless_server.demands.entries import Decision
from doorless_server.demands.instruments import Instrument, all_instruments
from doorless_server.demands.items import LEGAL, Item
from doorless_server.demands.response import Response
from doorless_server.demands.texts import Text
from doorless_server.demands.turnaround import in_words

MARK: Final = "SIMULATION / ÜBUNG"

DECISIONS: Final[dict[Decision, Text]] = {
    "complied_full": Text("vollständig beantwortet", "answered in full"),
    "complied_partial": Text("teilweise beantwortet", "answered in part"),
    "no_data": Text("nichts davon vorhanden", "nothing of it is held"),
    "rejected": Text("abgelehnt", "rejected"),
    "challenged": Text("angefochten", "challenged"),
    "withdrawn": Text("zurückgenommen", "withdrawn"),
    "redirected_to_customer": Text("an den Kunden verwiesen", "redirected to the customer"),
    "not_technically_possible": Text("technisch unmöglich", "not technically possible"),
}
CHECKS: Final[dict[str, Text]] = {
    "authentic": Text("Echtheit", "is it genuine"),
    "competent": Text("Zuständigkeit", "may they issue it"),
    "addressee": Text("Adressat", "is it for us"),
    "specific": Text("Bestimmtheit", "does it name somebody"),
    "instrument_covers": Text("Reichweite", "does it cover this"),
    "in_time": Text("Zeit", "is it in force"),
    "jurisdiction": Text("Recht unseres Landes", "does it bind us"),
}
_FIELD: Final[dict[str, Text]] = {
    "code": Text("Kennung", "code"),
    "name": Text("Instrument", "instrument"),
    "threshold": Text("Voraussetzung", "threshold"),
    "deadline": Text("Frist", "deadline"),
    "secrecy": Text("Verschwiegenheit", "secrecy"),
}


def render(demand: Demand, response: Response, disclosure: Disclosure) -> str:
    """A whole HTML page, with its style in it."""
    instrument = all_instruments()[demand.instrument]
    parts = (
        *_mark(is_marked(demand)),
        *_opening(demand, response),
        *_asked(demand, instrument, response),
        *_checks(response),
        *_items(response, demand),
        *_read(disclosure),
        *_impossible(response),
        *_production(response),
        *_held(response),
    )
    title = f"{response.response_id}: {MARK}" if is_marked(demand) else response.response_id
    head = (
        '<meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_style()}{_margin(is_marked(demand))}</style>"
    )
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="de"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def is_marked(demand: Demand) -> bool:
    """Whether every page says that it is an exercise."""
    return demand.simulation


def _mark(marked: bool) -> Iterator[str]:
    """Fixed: a browser prints it on every page."""
    if marked:
        yield f'<div class="mark" role="note">{escape(MARK)}</div>'
        yield f'<div class="across" aria-hidden="true">{escape(MARK)}</div>'


def _margin(marked: bool) -> str:
    """The mark once more, in the margin, where a browser prints into margins."""
    if not marked:
        return ""
    return f'@page {{ @top-center {{ content: "{MARK}"; font: bold 10pt sans-serif; }} }}'


def _opening(demand: Demand, response: Response) -> Iterator[str]:
    yield f"<h1>{both(Text('Antwort auf ein Ersuchen', 'Answer to a demand'))}</h1>"
    decision = both(DECISIONS[response.decision])
    yield f'<p class="decision">{decision} <code>{escape(response.decision)}</code></p>'
    authority = f"{demand.authority.name} ({demand.authority.country}, {demand.authority.kind})"
    yield _table(
        (
            (Text("Antwort", "answer"), response.response_id),
            (Text("Betreiber", "operator"), response.operator),
            (Text("Behörde", "authority"), authority),
            (Text("Aktenzeichen", "reference"), demand.case_reference),
            (Text("eingegangen", "received"), moment(int(demand.received_at.timestamp()))),
            (Text("entschieden", "decided"), moment(response.decided_at)),
            (Text("Bearbeitung", "turnaround"), in_words(response.turnaround_minutes)),
        )
    )


def _asked(demand: Demand, instrument: Instrument, response: Response) -> Iterator[str]:
    yield f"<h2>{both(Text('Was verlangt wurde', 'What was demanded'))}</h2>"
    yield "<table>"
    yield f"<tr><th>{both(_FIELD['code'])}</th><td><code>{instrument.code}</code></td></tr>"
    for name in ("name", "threshold", "deadline", "secrecy"):
        text: Text = getattr(instrument, name)
        mark = "*" if name in instrument.unchecked else ""
        yield f"<tr><th>{both(_FIELD[name])}{mark}</th><td>{both(text)}</td></tr>"
    yield "</table>"
    as_of = Text(
        f"Rechtslage: {response.law_as_of}. * aus dem Gedächtnis, nicht nachgeschlagen.",
        f"Law as of {response.law_as_of}. * from memory, not looked up.",
    )
    yield f"<p>{both(as_of)}</p>"
    yield _table(
        (
            (Text("Rechtsgrundlage laut Ersuchen", "legal basis as it says"), demand.legal_basis),
            (Text("Kategorien", "categories"), ", ".join(demand.categories)),
            *(
                (Text(f"Ziel {at + 1}", f"target {at + 1}"), f"{one.type}: {one.value}")
                for at, one in enumerate(demand.targets)
            ),
        )
    )
    if demand.scope_text:
        yield f"<h3>{both(Text('Im Wortlaut', 'Verbatim'))}</h3>"
        yield f'<p class="verbatim">{escape(demand.scope_text)}</p>'


def _checks(response: Response) -> Iterator[str]:
    yield f'<h2>{both(Text("Prüfung", "Checks"))}</h2><table class="checks">'
    signs = {True: "✓ ja / yes", False: "✗ nein / no", None: "? offen / open"}
    for one in response.checks:
        sign = signs[one.pass_]
        name = f"{both(CHECKS[one.name])}<code>{escape(one.name)}</code>"
        yield f"<tr><th>{name}</th><td>{sign}</td><td>{both(one.note)}</td></tr>"
    yield "</table>"


def _items(response: Response, demand: Demand) -> Iterator[str]:
    yield f"<h2>{both(Text('Stück für Stück', 'Item by item'))}</h2>"
    heads = (
        Text("verlangt", "demanded"), Text("Ziel", "target"),
        Text("Antwort", "answer"), Text("Datensätze", "records"),
    )  # fmt: skip
    yield '<table class="items"><thead><tr>'
    yield "".join(f"<th>{both(one)}</th>" for one in heads)
    yield "</tr></thead><tbody>"
    for item in response.items:
        yield _item(item, demand)
    yield "</tbody></table>"


def _item(item: Item, demand: Demand) -> str:
    target = "" if item.target is None else escape(demand.targets[item.target].value)
    sort = "given" if item.records else "law" if item.reason_code in LEGAL else "none"
    size = f"{item.records} · {item.bytes:,} B" if item.records else ""
    reason = both(Text(item.reason_text_de, item.reason_text_en))
    return (
        f'<tr class="{sort}"><td>{both(item.requested_text)}'
        f"<code>{escape(item.requested_category)}</code></td><td>{target}</td>"
        f"<td><code>{escape(item.reason_code)}</code><br>{reason}</td><td>{size}</td></tr>"
    )


def _read(disclosure: Disclosure) -> Iterator[str]:
    """Days and hours, which are what people look for; all else lies in records.json."""
    rows = [
        (found.target + 1, record.table, name, value)
        for found in disclosure.found
        for record in found.records
        for name, value in record.reading.items()
        if record.kind in ("created", "last_connected", "waiting")
    ]
    if not rows:
        return
    yield f"<h2>{both(Text('Zeitangaben darin', 'Times in it'))}</h2><table>"
    for target, table, name, value in rows:
        place = escape(f"{table}.{name}")
        yield f"<tr><td>{target}</td><td><code>{place}</code></td><td>{escape(value)}</td></tr>"
    yield "</table>"


def _impossible(response: Response) -> Iterator[str]:
    if not response.impossibility:
        return
    title = Text("Was niemand hier geben kann, und der Test dazu", "What nobody here can give")
    yield f"<h2>{both(title)}</h2><table>"
    for one in response.impossibility:
        tests = ", ".join(one.proof_test_id)
        yield (
            f"<tr><th>{both(one.what)}</th><td>{both(one.why)}</td>"
            f"<td><code>{escape(tests)}</code></td></tr>"
        )
    yield "</table>"
    how = Text(
        "Die Kennungen stehen in docs/reference/attacks.md; jeder Test lässt sich nachprüfen.",
        "The ids stand in docs/reference/attacks.md; anybody can run each test.",
    )
    yield f"<p>{both(how)}</p>"


def _production(response: Response) -> Iterator[str]:
    yield f"<h2>{both(Text('Herausgegebene Dateien', 'Files produced'))}</h2>"
    if response.production.files:
        yield "<table>"
        for one in response.production.files:
            yield (
                f"<tr><td><code>{escape(one.name)}</code></td><td>{one.bytes:,} B</td>"
                f'<td class="hash">{escape(one.sha256)}</td></tr>'
            )
        yield "</table>"
    else:
        yield f"<p>{both(Text('Keine.', 'None.'))}</p>"
    yield f"<p>{both(response.production.custodian_statement)}</p>"
    yield f"<p>{both(response.notice.text)}</p>"


def _held(response: Response) -> Iterator[str]:
    snapshot = response.inventory_snapshot
    yield f"<h2>{both(Text('Alle Spalten des Relays', 'Every column of the relay'))}</h2>"
    yield f'<p class="hash">SHA-256 {escape(snapshot.schema_hash)}</p><table class="held">'
    for one in snapshot.tables:
        rows = "" if one.rows_for_target is None else str(one.rows_for_target)
        yield (
            f"<tr><td><code>{escape(one.table)}.{escape(one.column)}</code></td>"
            f"<td>{escape(one.class_)}</td><td>{escape(one.retention)}</td><td>{rows}</td></tr>"
        )
    yield "</table>"


def both(text: Text) -> str:
    """German, then English, each marked as what it is; escaped."""
    return f'<span lang="de">{escape(text.de)}</span> <span lang="en">{escape(text.en)}</span>'


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _table(rows: Iterable[tuple[Text, object]]) -> str:
    """Rows of which there is something to say."""
    lines = (
        f"<tr><th>{both(label)}</th><td>{_value(value)}</td></tr>"
        for label, value in rows
        if value != ""
    )
    return f"<table>{''.join(lines)}</table>"


def _value(value: object) -> str:
    return both(value) if isinstance(value, Text) else escape(str(value))


@cache
def _style() -> str:
    return files("doorless_server.demands").joinpath("page.css").read_text(encoding="utf-8")
