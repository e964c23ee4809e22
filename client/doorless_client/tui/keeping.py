"""What a person does for their profile as a whole: what the palette offers, and its sheets."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from doorless_client.core.api import RefusedError
from doorless_client.tui.passphrase import SHORTEST
from doorless_client.tui.ports import Keeping
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.screens.form import Field, Form

NEW_WORDS = (
    "The new passphrase wraps the same key anew: nothing else changes, and backups are not "
    "touched. Whoever copied the profile before can still open that copy with the old one."
)


BACKUP_WORDS = (
    "Contacts, settings and what was said, sealed: the 24 recovery words open it, and nothing on "
    "this computer does. Not in it: messages that disappear, and the bytes of files."
)

Push = Callable[[Form], None]


def entries(keeping: Keeping, push: Push) -> Iterable[Entry]:
    """For the palette, on top of what has a key."""
    yield Entry("Change the passphrase", lambda: push(new_passphrase(keeping)))
    yield Entry("Make a backup", lambda: push(backup(keeping)))


def new_passphrase(keeping: Keeping) -> Form:
    async def change(values: Mapping[str, str]) -> str:
        new = values["new"]
        if len(new) < SHORTEST:
            raise RefusedError(f"A passphrase has at least {SHORTEST} characters.")
        if values["again"] != new:
            raise RefusedError("The two new passphrases differ.")
        await keeping.change_passphrase(values["old"], new)
        return "The passphrase was changed."

    fields = (
        Field("old", "The passphrase as it is", secret=True),
        Field("new", "The new one", secret=True, judged=True),
        Field("again", "The new one again", secret=True),
    )
    return Form(
        "Change the passphrase", NEW_WORDS, fields, "Change", change, meanwhile="Wrapping the key…"
    )


def backup(keeping: Keeping) -> Form:
    async def write(values: Mapping[str, str]) -> str:
        path = file_of(values["path"])
        size = await keeping.back_up(path, values.get("words", ""))
        return f"Backed up: {path} ({size // 1024} KiB). Keep it on another disk."

    fields = [Field("path", "A new file", value=str(Path.home() / "doorless.backup"))]
    if keeping.needs_words:
        fields.append(Field("words", "The 24 recovery words, this once", secret=True))
    return Form("Make a backup", BACKUP_WORDS, fields, "Back up", write, meanwhile="Sealing…")


def file_of(typed: str) -> Path:
    """Raises RefusedError: nothing was typed."""
    if not typed.strip():
        raise RefusedError("Which file?")
    return Path(typed.strip()).expanduser().absolute()
