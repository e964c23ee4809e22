"""A demand's file is a stranger's: what is no demand is refused in a line that names the field."""

from contextlib import suppress
from datetime import date
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand_desk import EXAMPLE, LEFT_OUT, demand, fields, toml, written
from doorless_server.demands.intake import MAX_BYTES, DemandError, parse


def test_the_example_of_the_how_to_is_a_demand() -> None:
    read = parse(EXAMPLE.read_bytes())
    assert read.simulation
    assert [target.value for target in read.targets] == ["alice", "nobody-is-called-so"]
    assert read == demand()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"demand_id": "../../etc/passwd"}, "demand_id"),
        ({"demand_id": "x" * 65}, "demand_id"),
        ({"demand_id": LEFT_OUT}, ""),
        ({"instrument": "LETTER_OF_MARQUE"}, "instrument"),
        ({"surprise": 1}, ""),
        ({"authority__kind": "king"}, "authority.kind"),
        ({"authority__country": "Germany"}, "authority.country"),
        ({"authority__badge": 7}, "authority"),
        ({"simulation": "yes"}, "simulation"),
        ({"received_at": date(2026, 9, 20)}, "received_at"),
        ({"issued_at": date(1926, 9, 20)}, "issued_at"),
        ({"secrecy__until": date(9999, 1, 1)}, "secrecy.until"),
        ({"secrecy__gag": False}, "secrecy.until"),
        ({"categories": []}, "categories"),
        ({"categories": ["basic", "basic"], "prospective": LEFT_OUT}, "categories"),
        ({"categories": ["basic"]}, "prospective"),
        ({"categories": ["everything"]}, "categories[0]"),
        ({"targets": []}, "targets"),
        ({"targets": [{"type": "username", "value": "Alice Smith"}]}, "targets[0].value"),
        ({"targets": [{"type": "everyone", "value": "alice"}]}, "targets[0].value"),
        ({"targets": [{"type": "phone"}]}, "targets[0].value"),
        ({"targets": [{"type": "account_id", "value": "ff"}]}, "targets[0].value"),
        ({"targets": [{"type": "everyone"}, {"type": "everyone"}]}, "targets[1].value"),
        ({"targets": [{"type": "phone", "value": str(n)} for n in range(101)]}, "targets"),
        ({"offence__max_penalty_years": -1}, "offence.max_penalty_years"),
        ({"legal_basis": "x" * 201}, "legal_basis"),
        ({"legal_basis": "\x1b[2J"}, "legal_basis"),
        ({"case_reference": "7\u202eG"}, "case_reference"),
        ({"authority__name": "two\nlines"}, "authority.name"),
        ({"preservation_only": True}, "preservation_only"),
        ({"instrument": "US_EDR"}, "emergency"),
        ({"capability_request": {"mechanism": "ghost"}}, "capability_request"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(DemandError) as refused:
        demand(**changes)
    assert refused.value.field == field
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"channel": "pigeon"}, "central_authority"),
        ({"authority__kind": "king"}, "prosecutor"),
        ({"categories": ["all"]}, "content_stored"),
        ({"targets": [{"type": "face", "value": "x"}]}, "ip+port+time"),
        ({"secrecy__factors": ["mood"]}, "jeopardise"),
        ({"verification__result": "maybe"}, "refuted"),
        ({"capability_request": {"mechanism": "x", "affected_users": "some"}}, "target, all"),
        ({"instrument": "LETTER"}, "US_SUBPOENA"),
        ({"authority__country": "Germany"}, "[A-Z]{2}"),
    ],
)
def test_a_refusal_says_what_may_stand_there(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(DemandError) as refused:
        demand(**changes)
    assert word in str(refused.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a = " + b"[" * 5_000, "brackets within brackets, deeper than is read"),
        (b"a = " + b"9" * 5_000, "a number of more digits than are read"),
        (b"a = 1\nb = [", "not TOML, at its end"),
        (b"a = 1\nb c", "not TOML, at line 2"),
        (b"#" * 10_000_000, "more than 65,536 bytes"),
        (b"\xef\xbb\xbf\xef\xbb\xbfa = 1", "not TOML, at line 1"),
    ],
    ids=range(6),
)
def test_a_file_that_cannot_be_read_is_said_why(data: bytes, says: str) -> None:
    with pytest.raises(DemandError, match=says):
        parse(data)


def test_a_mark_before_the_text_is_no_part_of_it() -> None:
    assert parse(b"\xef\xbb\xbf" + EXAMPLE.read_bytes()) == parse(EXAMPLE.read_bytes())


def test_a_refusal_says_nothing_of_what_stood_there() -> None:
    for changes in (
        {"authority__kind": "SECRET-VALUE"},
        {"demand_id": "/SECRET-VALUE"},
        {"SECRET VALUE": 1},
        {"legal_basis": 7, "scope_text": "SECRET-VALUE"},
    ):
        with pytest.raises(DemandError) as refused:
            demand(**changes)
        assert "SECRET" not in str(refused.value)


LIKE_A_PLACE = "SECRET\u202e - at `$.channel"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": LIKE_A_PLACE[7:]}, "channel"),
        ({"channel": "x - at `$.secrecy.gag`"}, "channel"),
        ({"authority__kind": "SECRET - at `$.channel"}, "authority.kind"),
        ({"categories": ["SECRET - at `$.channel"]}, "categories[0]"),
        ({"channel": "unknown field `SECRET`"}, "channel"),
        ({"channel": "missing required field `SECRET`"}, "channel"),
        ({"verification__result": "matching regex 'SECRET'"}, "verification.result"),
        ({"targets": [{"type": "Expected SECRET", "value": "x"}]}, "targets[0].type"),
        ({"targets": [{"type": "username", "value": "SECRET"}]}, "targets[0].value"),
        ({LIKE_A_PLACE: 1}, ""),
        ({f"authority__{LIKE_A_PLACE}": 1}, "authority"),
        ({"x` - at `$." + "a" * 2_000: 1}, ""),
        ({"x` - at `$.\u202e": 1}, ""),
        ({"": 1}, ""),
    ],
)
def test_what_looks_like_a_place_in_the_file_is_none(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(DemandError) as refused:
        demand(**changes)
    assert refused.value.field == field
    said = str(refused.value)
    assert "secret" not in said.lower().replace("secrecy", "")
    assert said.isprintable()
    assert len(said) < 300


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"= 1",
        b'demand_id = "x',
        b"a." * 30_000 + b"a = 1",
        b"a = " + b"[" * 30_000,
        b"a = " + b"{a = " * 12_000,
        b"a = " + b"9" * 60_000,
        b"\n".join(b"a." * 400 + b"a%d = 1" % n for n in range(70)),
        b"#" * (MAX_BYTES + 1),
        b"a = 1\na = 2",
        b"[[targets]]\n" * 5_000,
    ],
    ids=range(12),
)
def test_whatever_comes_is_refused_at_once(data: bytes) -> None:
    began = process_time()
    with pytest.raises(DemandError):
        parse(data)
    assert process_time() - began < 1


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_at_all_end_in_anything_else_than_a_refusal(data: bytes) -> None:
    with pytest.raises(DemandError):
        parse(data)


_VALUES = st.recursive(
    st.none().map(lambda _: LEFT_OUT)
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.text(max_size=20)
    | st.dates()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(one) for key, one in value.items() if one is not LEFT_OUT}
    if isinstance(value, list):
        return [_without(one) for one in value if one is not LEFT_OUT]
    return value


_PLACES = [
    (table, name)
    for table, inner in fields().items()
    for name in (inner if isinstance(inner, dict) else [""])
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_PLACES), _VALUES)
def test_any_value_in_any_field_is_taken_or_refused(place: tuple[str, str], value: Any) -> None:
    table, field = place
    found = fields()
    parent, name = (found[table], field) if field else (found, table)
    parent[name] = _without(value)
    if value is LEFT_OUT:
        del parent[name]
    with suppress(DemandError):
        assert parse(written(found)).targets


def test_the_same_fields_are_the_same_demand_however_they_are_written() -> None:
    assert parse(toml()) == parse(EXAMPLE.read_bytes())
