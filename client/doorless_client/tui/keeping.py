"""What a person does for their profile as a whole: what the palette offers, and its sheets."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from doorless_client.core.api import RefusedError
from doorless_client.tui.passphrase import SHORTEST
from doorless_client.tui.ports import Keeping
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.screens.form import Field, Form
from doorless_client.typed_paths import path_of

NEW_WORDS = (
    "The new passphrase wraps the same key anew: nothing else changes, and backups are not "
    "touched. Whoever copied the profile before can still open that copy with the old one."
)


BACKUP_WORDS = (
    "Contacts, settings and what was said, sealed: the 24 recovery words open it, and nothing on "
    "this computer does. Not in it: messages that disappear, and the bytes of files."
)

KEYRING_WORDS = (
    "The keyring of this computer then opens the profile at a start, for as long as you are logged "
    "in: so can every program that you run, and whoever sits here. A lock asks for the passphrase "
    "all the same; and after a log-out, nobody opens anything without yours."
)
ASKING_WORDS = "The key in the keyring of this computer is deleted. Only the passphrase opens it."

Push = Callable[[Form], None]


def entries(keeping: Keeping, push: Push) -> Iterable[Entry]:
    """For the palette, on top of what has a key."""
    yield Entry("Change the passphrase", lambda: push(new_passphrase(keeping)))
    yield Entry("Make a backup", lambda: push(backup(keeping)))
    if keeping.opens_by_itself:
        yield Entry("Ask for the passphrase at every start", lambda: push(ask_again(keeping)))
    else:
        yield Entry("Start without the passphrase", lambda: push(by_itself(keeping)))


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


def by_itself(keeping: Keeping) -> Form:
    async def choose(values: Mapping[str, str]) -> str:
        await keeping.open_by_itself(values["passphrase"])
        return "It starts without the passphrase from now on."

    fields = (Field("passphrase", "Your passphrase", secret=True),)
    title = "Start without the passphrase"
    return Form(title, KEYRING_WORDS, fields, "Do it", choose, meanwhile="Asking the keyring…")


def ask_again(keeping: Keeping) -> Form:
    async def choose(values: Mapping[str, str]) -> str:
        del values
        await keeping.ask_again()
        return "It asks for the passphrase at every start."

    title = "Ask for the passphrase at every start"
    return Form(title, ASKING_WORDS, (), "Do it", choose, meanwhile="Asking the keyring…")


def file_of(typed: str) -> Path:
    """Raises RefusedError: nothing was typed."""
    if not typed.strip():
        raise RefusedError("Which file?")
    return path_of(typed.strip()).absolute()
