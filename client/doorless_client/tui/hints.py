"""The keys that matter now, for the last line: ids of bindings, and what they do in a word."""

from doorless_client.core.message_parts import FileState
from doorless_client.marks import hidden
from doorless_client.tui.conversation import Conversation
from doorless_client.tui.keymap import Hint, Keys

WRITING = (
    ("composer.send", "send"),
    ("composer.pick", "pick message"),
    ("palette", "go to"),
    ("find", "find"),
    ("attach", "attach"),
    ("xray", "X-ray"),
    ("details", "details"),
    ("add", "add"),
    ("help", "help"),
)
DECIDING: tuple[Hint, ...] = (("Tab", "to the choices"), ("Enter", "choose"))
PICKING = (
    ("log.reply", "reply"),
    ("log.react", "react"),
    ("log.edit", "edit"),
    ("log.forward", "forward"),
    ("log.copy", "copy"),
    ("log.delete", "delete"),
    ("log.pin", "pin"),
    ("log.info", "about"),
    ("log.mark", "choose"),
    ("back", "back"),
)
OF_THEIRS = tuple(hint for hint in PICKING if hint[0] != "log.edit")
OF_A_FILE = {
    FileState.OFFERED: (("log.open", "fetch"),),
    FileState.WAITING: (("log.open", "pause"), ("log.cancel", "cancel")),
    FileState.MOVING: (("log.open", "pause"), ("log.cancel", "cancel")),
    FileState.PAUSED: (("log.open", "go on"), ("log.cancel", "cancel")),
    FileState.FAILED: (("log.open", "try again"), ("log.cancel", "cancel")),
    FileState.HERE: (("log.open", "open"), ("log.save", "save")),
    FileState.GONE: (),
}
OF_A_SECRET = (("log.uncover", "show hidden"),)
OF_A_FAILURE = (("log.retry", "try again"),)
CHOOSING = (
    ("log.forward", "forward"),
    ("log.copy", "copy"),
    ("log.delete", "delete"),
    ("log.mark", "choose"),
    ("back", "none"),
)


def hints(keys: Keys, conversation: Conversation) -> tuple[Hint, ...]:
    """With messages chosen, with one picked, about a question, or else while writing."""
    log, asked = conversation.messages, conversation.banner.question
    if log.chosen:
        return (f"{len(log.chosen)} chosen", ""), *keys.hints(*CHOOSING)
    if (message := log.picked_message) is not None:
        first = OF_A_FILE[message.file.state] if message.file is not None else ()
        failed = OF_A_FAILURE if message.state.word == "failed" else ()
        covers = OF_A_SECRET if log.marks and hidden(message.text) else ()
        return keys.hints(*first, *failed, *covers, *(PICKING if message.mine else OF_THEIRS))
    if asked is None:
        return keys.hints(*WRITING)
    return *(DECIDING if asked.choices else ()), *keys.hints(*WRITING[2:])
