"""Taking a demand in: a TOML file of a stranger's, read strictly.

    bytes ── size, UTF-8, TOML ──► fields ── types and bounds ──► Demand ── what must fit ──► Demand

Whatever is wrong ends as a DemandError that names the field and says what to do; no text of the
file is in it but names of fields. Spec: docs/spec/19-demands.md §2.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final, get_args
from unicodedata import category as unicode_category

import msgspec

from doorless_protocol.handles import MAX_HANDLE, MIN_HANDLE, HandleError, canonical
from doorless_server.demands.demand import Channel, Demand, Factor, Target, TargetType
from doorless_server.demands.entries import AuthorityKind, Category
from doorless_server.demands.instruments import all_instruments

MAX_BYTES: Final = 64 * 1024
"""Of a file. Annexes are named, not included."""

YEARS: Final = range(2000, 2101)
"""In which every time lies; what lies elsewhere is a slip."""

MAX_DEPTH: Final = 4
"""Tables within tables: the record has two, and lists of them."""

MAX_DOTS: Final = 500
"""In a line: to read a key of so many parts takes milliseconds; of all that fit in, ten seconds."""

_BEGIN, _END = r"\\A", r"\\Z"
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "channel": get_args(Channel),
    "authority.kind": get_args(AuthorityKind),
    "targets.type": get_args(TargetType),
    "categories": get_args(Category),
    "secrecy.factors": get_args(Factor),
    "capability_request.affected_users": ("target", "all"),
    "verification.result": ("none", "confirmed", "refuted"),
}
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_PLACE = re.compile(r" - at `\$\.?([a-z_.\[\]0-9]*)`\Z")
"""Behind a message of msgspec's, which may end in a text of the file that looks like one."""

_HEX: Final = {"account_id": 64, "device_id": 32}
_SAYS_HOW: Final = "see docs/howto/answer-a-demand.md"


class DemandError(Exception):
    """The file is no demand. The message names the field, and what to do.

    Attributes:
        field: where, as `authority.kind`; empty: of the file as a whole.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field


def parse(data: bytes) -> Demand:
    """Read a demand. Takes time in proportion to MAX_BYTES, whatever it is given.

    Raises:
        DemandError: it is not one.
    """
    fields = _fields(data)
    _check_texts(fields)
    try:
        demand = msgspec.convert(fields, Demand, builtin_types=(datetime, date))
    except msgspec.ValidationError as error:
        raise _said(error) from None
    _check_instrument(demand)
    _check_times(demand)
    _check_targets(demand)
    _check_parts(demand)
    return demand


def text_of(data: bytes) -> str:
    """What a file says, without the mark that some editors write before it (UTF-8 with BOM).

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    return data.decode("utf-8-sig")


def _fields(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        how = "what belongs to it goes into annexes, by name"
        raise DemandError("", f"the file has more than {MAX_BYTES:,} bytes: {how}")
    if any(line.count(b".") > MAX_DOTS for line in data.splitlines()):
        raise DemandError("", f"a line has more than {MAX_DOTS} full stops: break the text up")
    try:
        return tomllib.loads(text_of(data))
    except UnicodeDecodeError:
        raise DemandError("", "the file is not UTF-8: save it so") from None
    except RecursionError:
        problem = "the file has brackets within brackets, deeper than is read"
        raise DemandError("", f"{problem}: {_SAYS_HOW}") from None
    except ValueError as error:
        raise DemandError("", f"{_not_toml(error)}: {_SAYS_HOW}") from None


def _not_toml(error: ValueError) -> str:
    """Its words may quote the file: the place alone is passed on."""
    if not isinstance(error, tomllib.TOMLDecodeError):
        return "the file has a number of more digits than are read"
    place = re.search(r"line \d+", str(error))
    return f"the file is not TOML, at {place[0] if place else 'its end'}"


def _check_texts(fields: dict[str, Any]) -> None:
    for name, text in _texts("", fields):
        for character in text:
            if unicode_category(character)[0] == "C" and not (
                character == "\n" and name == "scope_text"
            ):
                raise DemandError(name, f"contains U+{ord(character):04X}, which prints nothing")


def _texts(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Each text of the file and where it is; also those of unknown fields.

    Raises:
        DemandError: tables too deep, or a field whose name is none.
    """
    if depth > MAX_DEPTH:
        raise DemandError("", f"tables within tables, deeper than {MAX_DEPTH}: {_SAYS_HOW}")
    match value:
        case str():
            yield name, value
        case dict():
            for key, inner in value.items():
                if not _BARE_KEY.fullmatch(key):
                    raise DemandError(name, f"has an unknown field: {_SAYS_HOW}")
                yield from _texts(f"{name}.{key}" if name else key, inner, depth + 1)
        case list():
            for place, inner in enumerate(value):
                yield from _texts(f"{name}[{place}]", inner, depth + 1)


def _said(error: msgspec.ValidationError) -> DemandError:
    """What msgspec found, with the field in front and no value of the file."""
    text = str(error)
    place = _PLACE.search(text)
    problem = text[: place.start()] if place else text
    if problem.startswith("Invalid enum value"):  # and the value, which may say anything
        problem = f"is none of {', '.join(_words(place[1] if place else ''))}"
    elif unknown := re.search(r"unknown field `(.*)`", problem):
        problem = f"has an unknown field {unknown[1]}"
    elif absent := re.search(r"missing required field `(\w+)`", problem):
        problem = f"lacks the field {absent[1]}"
    elif matched := re.search(r"matching regex '(.*)'", problem):
        problem = f"is not in its form, {matched[1].removeprefix(_BEGIN).removesuffix(_END)}"
    else:
        problem = problem.replace("Expected", "must be", 1).replace("`", "")
    return DemandError(place[1] if place else "", f"{problem}: {_SAYS_HOW}")


def _words(field: str) -> tuple[str, ...]:
    """What may stand in a field that takes certain words alone."""
    return _WORDS[field.partition("[")[0] + field.partition("]")[2]]


def _check_instrument(demand: Demand) -> None:
    if demand.instrument not in all_instruments():
        codes = ", ".join(all_instruments())
        raise DemandError("instrument", f"is none that the desk knows: {codes}")
    if len(set(demand.categories)) != len(demand.categories):
        raise DemandError("categories", "names one twice: name each once")


def _check_times(demand: Demand) -> None:
    for name, value in _times("", demand):
        if value.year not in YEARS:
            raise DemandError(name, f"is not between {YEARS[0]} and {YEARS[-1]}")
    spans = [("time_range", demand.time_range.from_, demand.time_range.to)]
    if demand.prospective is not None:
        spans.append(("prospective", demand.prospective.start, demand.prospective.end))
    for name, first, last in spans:
        if first is not None and last is not None and last < first:
            raise DemandError(name, "ends before it begins: exchange the two")


def _times(name: str, value: Any) -> Iterator[tuple[str, date]]:
    match value:
        case datetime():
            yield name, value.astimezone(UTC) if value.year in YEARS else value
        case date():
            yield name, value
        case msgspec.Struct():
            for each in msgspec.structs.fields(value):
                inner = getattr(value, each.name)
                yield from _times(f"{name}.{each.encode_name}" if name else each.encode_name, inner)
        case tuple():
            for place, inner in enumerate(value):
                yield from _times(f"{name}[{place}]", inner)


def _check_targets(demand: Demand) -> None:
    seen: set[Target] = set()
    for place, target in enumerate(demand.targets):
        name = f"targets[{place}].value"
        if target in seen:
            raise DemandError(name, "is named twice: name it once")
        seen.add(target)
        if (target.type == "everyone") != (not target.value):
            raise DemandError(name, "is needed, unless the type is everyone, which has none")
        if target.type == "username":
            _check_handle(name, target.value)
        if (digits := _HEX.get(target.type)) and not re.fullmatch(
            rf"[0-9a-f]{{{digits}}}", target.value
        ):
            raise DemandError(name, f"of this type has {digits} small hexadecimal digits")


def _check_handle(name: str, value: str) -> None:
    """Of this relay: the part behind an @ is not written here."""
    try:
        canonical(value)
    except HandleError:
        form = "a small letter, then small letters and digits, with '.', '_' or '-' between them"
        problem = f"is no handle of {MIN_HANDLE} to {MAX_HANDLE} characters: {form}"
        raise DemandError(name, problem) from None


def _check_parts(demand: Demand) -> None:
    """Parts that a category or an instrument needs, and those that it has no use for."""
    instrument = all_instruments()[demand.instrument]
    if instrument.emergency != (demand.emergency is not None):
        raise DemandError("emergency", "is for an emergency request, which needs it, alone")
    if ("capability" in demand.categories) != (demand.capability_request is not None):
        raise DemandError("capability_request", "goes with the category capability, and needs it")
    if instrument.preserves != demand.preservation_only:
        raise DemandError("preservation_only", f"does not fit {demand.instrument}")
    live = {"traffic_live", "content_live"} & set(demand.categories)
    if bool(live) != (demand.prospective is not None):
        raise DemandError("prospective", "goes with live categories, and they need it")
    if demand.secrecy.until is not None and not demand.secrecy.gag:
        raise DemandError("secrecy.until", "is the end of a gag: set gag = true, or leave it out")
