"""Each setting is declared once; what is not one is refused in a line that says so."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_client.core import settings as account
from doorless_client.settings import profile, spans
from doorless_client.settings.profile import MAX_SETTINGS_BYTES, ProfileSettings
from doorless_client.settings.schema import Choice, Setting, Span, Switch, ThemeName, Whole, Words
from doorless_protocol.errors import MalformedError

ALL = (*profile.SETTINGS, *account.SETTINGS)


def setting(name: str) -> Setting:
    return next(one for one in ALL if one.name == name)


def values_of(one: Setting) -> st.SearchStrategy[str | int | bool]:
    match one.kind:
        case Choice(options):
            return st.sampled_from(options)
        case Switch():
            return st.booleans()
        case Whole(least, most) | Span(least, most):
            return st.just(0) | st.integers(least, most)
        case ThemeName():
            return st.sampled_from(["dark", "light", "contrast", "my-own-2"])
        case Words():
            return st.sampled_from(["", "Ada", "Zoë ☂"])


settings_of_a_profile = st.builds(
    ProfileSettings, **{one.name: values_of(one) for one in profile.SETTINGS}
)


def test_every_field_of_the_file_is_a_setting_with_words() -> None:
    assert [one.name for one in profile.SETTINGS] == list(ProfileSettings.__dataclass_fields__)
    for one in ALL:
        assert one.section
        assert one.title
        assert one.help.endswith(".")
        assert one.check(one.default) == one.default


def test_the_reference_names_each_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "settings.md").read_text("utf-8")
    for one in ALL:
        assert f"| `{one.name}` | `{json.dumps(one.default)}` |" in page
    assert f"At most {MAX_SETTINGS_BYTES} bytes" in page


def test_no_name_is_in_both_places() -> None:
    assert len({one.name for one in ALL}) == len(ALL)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_each_default_can_be_typed(one: Setting) -> None:
    typed = {True: "on", False: "off"}.get(one.default) if isinstance(one.kind, Switch) else None
    assert one.parse(typed or str(one.default)) == one.default


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("density", "loud", "setting density is one of: bubbles, rail, dense"),
        ("theme", "../key", "setting theme is a name of at most 32 of a-z, 0-9 and -"),
        ("bell", "maybe", "setting bell is on or off"),
        ("lock_after", "-1", "setting lock_after is a whole number of minutes"),
        ("lock_after", "1441", "setting lock_after is 1 to 1440 minutes, or 0: never"),
        ("lock_after", "9" * 60_000, "setting lock_after is a whole number of minutes"),
        ("lasts", "4", "setting lasts is 5 seconds to 4 weeks, or 0: never"),
        ("lasts", "soon", "setting lasts is a length of time such as 30s, 5m, 8h, 1d or 4w"),
        ("name", "a\x1b[2J", "setting name is one line of at most 32 characters"),
        ("name", " a", "setting name is one line of at most 32 characters"),
        ("name", "a" * 33, "setting name is one line of at most 32 characters"),
    ],
)
def test_what_is_typed_is_refused_in_words(name: str, text: str, line: str) -> None:
    with pytest.raises(MalformedError) as refused:
        setting(name).parse(text)
    assert str(refused.value) == line


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
@pytest.mark.parametrize("value", [None, 1.5, [], {}, float("nan")])
def test_no_setting_takes_another_type(one: Setting, value: object) -> None:
    with pytest.raises(MalformedError, match=f"setting {one.name} is "):
        one.check(value)
    with pytest.raises(MalformedError):
        one.check("1" if isinstance(one.kind, Switch | Whole | Span) else True)


@given(settings_of_a_profile, settings_of_a_profile)
def test_a_file_says_what_was_chosen_last(before: ProfileSettings, after: ProfileSettings) -> None:
    assert ProfileSettings.decode(before.encode()) == before
    assert ProfileSettings.decode(after.encode(before.encode())) == after


def test_what_the_person_wrote_around_a_setting_stays() -> None:
    written = b'# mine\ntheme   = "light"   # in the sun\n\nlock_after = 0 # never'
    assert ProfileSettings.decode(written) == ProfileSettings(theme="light", lock_after=0)
    text = ProfileSettings(theme="dark", lock_after=5).encode(written).decode()
    assert text.startswith(
        '# mine\ntheme = "dark"   # in the sun\n\nlock_after = 5 # never\ndensity = "bubbles"\n'
    )


@pytest.mark.parametrize(
    "written",
    [
        b"\xff\xfe",
        b'"theme" = "light"\n',
        b'theme = """\\\n  light"""\n',
        b'theme = "dark"\ntheme = "light"\n',
        b"# " + b"x" * MAX_SETTINGS_BYTES,
    ],
)
@given(wanted=settings_of_a_profile)
def test_a_file_that_cannot_be_changed_in_place_is_written_anew(
    written: bytes, wanted: ProfileSettings
) -> None:
    assert ProfileSettings.decode(wanted.encode(written)) == wanted


@given(st.text(), settings_of_a_profile)
def test_whatever_was_in_the_file_the_new_one_is_valid(
    written: str, wanted: ProfileSettings
) -> None:
    encoded = wanted.encode(written.encode("utf-8", "surrogatepass"))
    assert ProfileSettings.decode(encoded) == wanted
    assert len(encoded) <= MAX_SETTINGS_BYTES


@given(st.integers(1, 10**9 - 1))
def test_a_length_of_time_is_said_and_typed(seconds: int) -> None:
    count, unit = spans.in_words(seconds).split()
    assert spans.parse(f"{count}{unit[0]}") == seconds


def test_an_older_accounts_settings_are_read() -> None:
    old = msgspec.msgpack.encode({"name": "Ada", "typing": True})
    read = msgspec.msgpack.decode(old, type=account.Settings)
    assert read == account.Settings(name="Ada", typing=True)
