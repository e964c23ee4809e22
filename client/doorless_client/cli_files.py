"""send --file, save: files of messages, with what moves told on a terminal's standard error."""

import argparse
import sys
from pathlib import Path

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_messages import check_known, left_or_waits, standard_input
from doorless_client.cli_outcome import DONE, FAILED, UNREACHABLE, UsageError, complain
from doorless_client.cli_output import line
from doorless_client.cli_picking import message_of, quoted
from doorless_client.cli_waiting import PATIENCE, Watch
from doorless_client.core.api import RefusedError
from doorless_client.core.message_parts import FileState, FileView
from doorless_client.core.views import Message
from doorless_client.messenger import Messenger
from doorless_client.typed_paths import path_of

_ENDS = (FileState.HERE, FileState.FAILED, FileState.GONE, FileState.PAUSED)


def send_file(chosen: argparse.Namespace, before: str | None, now: Now, random: Random) -> int:
    """Waits until the relay has the file, and then the message that carries it.

    Args:
        before: the text, if it stands before --file; it may stand behind the path as well.
    """
    path, *behind = chosen.file
    texts = [*([] if before is None else [before]), *behind]
    if len(texts) > 1:
        raise UsageError("one file and one text at a time; a text with spaces stands in quotes")
    text = standard_input() if texts == ["-"] else "".join(texts)

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.to)
            check_known(chat)
            quoting = quoted(opened.messenger, chat.conversation, chosen.reply)
            watch = Watch(opened.messenger, hold=True)
            message = await opened.messenger.files.offer(
                chat.conversation, Path(path), text=text, quoting=quoting
            )
            await opened.messenger.start()
            file = await _moved(opened.messenger, watch, message)
            if file.state is FileState.FAILED:
                complain(file.note)
                return FAILED
            if file.state is not FileState.HERE:
                complain(f"{file.note or watch.why(chat.conversation)}; the file is queued")
                return UNREACHABLE
            if chat.note_to_self:
                return DONE
            return await left_or_waits(opened.messenger, watch, message, chat.conversation)

    return run(work())


def save(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.contact)
            message = message_of(opened.messenger, chat.conversation, chosen.message)
            if not path_of(chosen.to).is_dir():  # said before anything is fetched
                raise RefusedError(
                    f"{chosen.to}: there is no such folder; make it, or name another"
                )
            watch = Watch(opened.messenger)
            await opened.messenger.files.fetch(message)
            await opened.messenger.start()
            file = await _moved(opened.messenger, watch, message)
            if file.state in (FileState.FAILED, FileState.GONE):
                complain(file.note)
                return FAILED
            if file.state is not FileState.HERE:
                complain(f"{file.note or 'the relay cannot be reached'}; the next time goes on")
                return UNREACHABLE
            line(str(await opened.messenger.files.save(message, chosen.to)))
        return DONE

    return run(work())


async def _moved(messenger: Messenger, watch: Watch, message: Message) -> FileView:
    """The file once it came as far as it comes; earlier, if nothing moved for a while."""
    before = _view(messenger, message)
    while before.state not in _ENDS:
        file = await _moved_on(messenger, watch, message, before)
        if not _has_moved(file, before.done):
            return file
        _show(file)
        before = file
    return before


async def _moved_on(
    messenger: Messenger, watch: Watch, message: Message, before: FileView
) -> FileView:
    await watch.until(lambda: _has_moved(_view(messenger, message), before.done), PATIENCE)
    return _view(messenger, message)


def _has_moved(file: FileView, done: int) -> bool:
    return file.state in _ENDS or file.done != done


def _view(messenger: Messenger, message: Message) -> FileView:
    """Raises RefusedError: there is no file in it."""
    file = messenger.files.view(message)
    if file is None:
        raise RefusedError("there is no file in this message")
    return file


def _show(file: FileView) -> None:
    """How far it came, where somebody looks."""
    if sys.stderr.isatty():
        end = "\n" if file.state in _ENDS else "\r"
        percent = 100 * file.done // file.size if file.size else 100
        sys.stderr.write(f"{percent:3} % of {file.size:,} bytes{end}")
        sys.stderr.flush()
