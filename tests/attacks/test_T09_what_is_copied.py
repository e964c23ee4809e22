"""T08, T09: what is pasted commands nothing; what is copied is harmless, and warns."""

import pytest

from doorless_client.tui.widgets.composer import Composer


class Typed(Composer):
    """Outside of an app: only what decides whether a line is a command."""

    def __init__(self, text: str, *, typed_slash: bool) -> None:
        super().__init__()
        self.load_text(text)
        self._typed_slash = typed_slash


@pytest.mark.attack(
    "T08",
    "a slash that was pasted commands nothing; several lines never do",
    weaken={
        "doorless_client.tui.widgets.composer.Composer.is_command": property(
            lambda composer: composer.text.startswith("/")
        )
    },
)
def test_a_pasted_slash_is_no_command() -> None:
    assert not Typed("/block", typed_slash=False).is_command
    assert not Typed("/block\nrm -rf ~", typed_slash=True).is_command
    assert Typed("/block", typed_slash=True).is_command


@pytest.mark.attack(
    "T09",
    "copying several lines says that they are several commands to a shell",
    weaken={"doorless_client.tui.acting.copied": lambda text: "Copied."},
)
def test_several_lines_warn() -> None:
    from doorless_client.tui import acting

    assert "Look at them" in acting.copied("ls\nrm -rf ~\n")
    assert acting.copied("ls") == "Copied."
