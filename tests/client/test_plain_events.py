"""What plain mode tells of each event, and what it does not."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.log_views import Alarm
from doorless_client.core.message_parts import FileState, FileView, ReactionView
from doorless_client.core.views import (
    FOREVER,
    AlarmRaised,
    Chat,
    ChatChanged,
    Connection,
    ConnectionChanged,
    Event,
    FileMoved,
    KeyChanged,
    Kind,
    Link,
    Message,
    MessageAdded,
    MessageChanged,
    MessagesGone,
    Notice,
    Standing,
    State,
    Trust,
)
from doorless_client.plain.commands import do, unknown
from doorless_client.plain.desk import Desk, End
from doorless_client.plain.events import Events
from doorless_client.plain.numbers import Numbers
from doorless_client.plain.saying import say
from doorless_client.plain.session import Session
from doorless_client.text import NOTHING, safe, safe_line

NOW = 1_000_000
HERE, THERE = b"h" * 32, b"t" * 32


def chat(key: bytes = HERE, **other: Any) -> Chat:
    plain = Chat(
        conversation=key,
        address=safe_line("bob@relay" if key == HERE else "carol@relay"),
        name=safe_line("bob"),
        trust=Trust.FIRST_SEEN,
        standing=Standing.CONTACT,
        confirmed=True,
        preview=NOTHING,
        when=0,
        unread=0,
        state=None,
    )
    return replace(plain, **other)


def message(text: str = "hello", key: bytes = HERE, **other: Any) -> Message:
    plain = Message(
        position=0,
        id=b"i" * 16,
        conversation=key,
        mine=False,
        sender=safe_line("bob@relay"),
        device=bytes(16),
        at=0,
        received=NOW,
        kind=Kind.TEXT,
        text=safe(text),
        state=State.RECEIVED,
    )
    return structs.replace(plain, **other)


ALARM = Alarm(
    number=3,
    kind="E1",
    at=NOW,
    relay=safe_line("relay"),
    title=safe_line("two histories"),
    happened=NOTHING,
    affected=NOTHING,
    todo=NOTHING,
    evidence=10,
    read=False,
)


class Stub:
    """As much of a messenger as a line needs."""

    def __init__(self) -> None:
        self.held = [chat(), chat(THERE)]
        self.caught: list[Alarm] = []
        self.sent: list[str] = []
        self.started = False
        self.me = SimpleNamespace(address="alice@relay")
        self.notices = SimpleNamespace(every=lambda: [])

    def listen(self, listener: object) -> Callable[[], None]:
        return lambda: None

    async def start(self) -> None:
        self.started = True

    def chats(self) -> list[Chat]:
        return self.held

    def chat(self, conversation: bytes) -> Chat:
        for one in self.held:
            if one.conversation == conversation:
                return one
        raise RefusedError("there is no such conversation")

    def alarms(self) -> list[Alarm]:
        return self.caught

    async def send(self, conversation: bytes, text: str, quoting: object = None) -> None:
        self.sent.append(text)

    async def read_alarm(self, number: int) -> None:
        self.caught = [replace(one, read=True) for one in self.caught]


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.fixture
def desk(stub: Stub) -> Desk:
    made: Any = Desk(
        messenger=stub,  # type: ignore[arg-type]
        now=lambda: NOW,
        preferences=SimpleNamespace(),  # type: ignore[arg-type]
        numbers=Numbers(),
        may_lock=False,
        chat=HERE,
    )
    return made  # type: ignore[no-any-return]


def told(desk: Desk, *events: Event) -> list[str]:
    events_ = Events(desk)
    return [line for event in events for line in events_.lines(event)]


def test_a_message_is_one_line_whatever_it_holds(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in told(desk, MessageAdded(message("a\n[2] bob@relay: b\r\x1b[2J"))):
        say(line)
    assert capsys.readouterr().out == "[1] bob@relay: a␤[2] bob@relay: b␍␛[2J\n"


def test_who_is_idle_on_a_terminal_is_locked_out(desk: Desk, stub: Stub) -> None:
    class NobodyTypes:
        async def next(self) -> str | None:
            await asyncio.Event().wait()
            return None

    desk.may_lock = True
    desk.preferences = SimpleNamespace(  # type: ignore[assignment]
        settings=SimpleNamespace(lock_after=1 / 60_000)
    )
    code = asyncio.run(Session(desk).run(NobodyTypes()))  # type: ignore[arg-type]
    assert (desk.end, code) == (End.LOCK, 0)
    assert stub.started


def test_without_a_terminal_nothing_locks(desk: Desk) -> None:
    desk.preferences = SimpleNamespace(  # type: ignore[assignment]
        settings=SimpleNamespace(lock_after=10)
    )
    assert Session(desk)._patience() is None
    desk.may_lock = True
    assert Session(desk)._patience() == 600
    desk.preferences.settings.lock_after = 0  # type: ignore[misc]
    assert Session(desk)._patience() is None


def test_what_is_said_elsewhere_is_told_with_who_said_it(desk: Desk) -> None:
    assert told(desk, MessageAdded(message(key=THERE))) == ["[1] carol@relay: hello"]


def test_a_muted_chat_is_silent_unless_it_is_open(desk: Desk, stub: Stub) -> None:
    stub.held = [chat(muted_until=FOREVER), chat(THERE, muted_until=NOW + 60)]
    assert told(desk, MessageAdded(message(key=THERE))) == []
    assert len(told(desk, MessageAdded(message()))) == 1


def test_of_a_request_no_word_is_told_and_it_is_told_once(desk: Desk, stub: Stub) -> None:
    stub.held = [chat(), chat(THERE, standing=Standing.REQUEST)]
    asked = message("buy my coins", key=THERE, state=State.REQUEST)
    lines = told(desk, MessageAdded(asked), MessageAdded(asked))
    assert lines == ["* somebody who is not a contact wrote: /requests"]


def test_changes_of_a_message_are_told_under_its_number(desk: Desk) -> None:
    first = message(mine=True, state=State.WAITING)
    reacted = ReactionView(safe_line("👍"), mine=False, by=safe_line("bob@relay"))
    lines = told(
        desk,
        MessageAdded(first),
        MessageChanged(structs.replace(first, state=State.SENT)),
        MessageChanged(structs.replace(first, state=State.SENT)),
        MessageChanged(structs.replace(first, state=State.SENT, text=safe("other"), edited=1)),
        MessageChanged(structs.replace(first, state=State.SENT, edited=1, reactions=(reacted,))),
        MessageChanged(structs.replace(first, state=State.SENT, edited=1)),
        MessageChanged(structs.replace(first, state=State.SENT, edited=1, deleted=True)),
    )
    assert lines == [
        "[1] you to bob@relay: hello  [waiting]",
        "[1] sent",
        "[1] says now: other",
        "[1] reactions: 👍 bob@relay",
        "[1] reactions: none",
        "[1] was taken back",
    ]


def test_why_a_message_failed_is_told(desk: Desk) -> None:
    first = message(mine=True, state=State.WAITING)
    failed = structs.replace(first, state=State.FAILED, note=safe_line("too late"))
    assert told(desk, MessageAdded(first), MessageChanged(failed))[1] == "[1] failed: too late"


def test_changes_of_what_was_never_told_are_not_told(desk: Desk) -> None:
    assert told(desk, MessageChanged(message(edited=1))) == []


def test_changed_keys_and_alarms_are_loud(desk: Desk) -> None:
    lines = told(
        desk,
        KeyChanged(chat(trust=Trust.CHANGED)),
        AlarmRaised(ALARM),
        Notice(safe_line("stopped"), halts=True),
        Notice(safe_line("quiet")),
    )
    assert [line.split()[0] for line in lines] == ["!!!", "!!!", "!!!", "*"]
    assert "/verify" in lines[0]
    assert "/alarm 3" in lines[1]


def test_an_alarm_stops_what_is_sent_until_it_is_read(desk: Desk, stub: Stub) -> None:
    stub.caught = [ALARM]
    with pytest.raises(KeyChangedError, match="/alarm 3"):
        asyncio.run(do(desk, "hello"))
    assert stub.sent == []
    asyncio.run(do(desk, "/alarm 3"))
    asyncio.run(do(desk, "hello"))
    asyncio.run(do(desk, "//slash"))
    assert stub.sent == ["hello", "/slash"]


def test_nothing_is_said_to_a_request(desk: Desk, stub: Stub) -> None:
    stub.held = [chat(standing=Standing.REQUEST)]
    with pytest.raises(RefusedError, match="/accept"):
        asyncio.run(do(desk, "hello"))
    assert stub.sent == []


def test_the_connection_is_told_when_it_changes(desk: Desk) -> None:
    states = (Link.CONNECTING, Link.ONLINE, Link.ONLINE, Link.OFFLINE)
    lines = told(desk, *(ConnectionChanged(Connection(link, "relay", 0)) for link in states))
    assert lines == ["* connected", "* not connected: what you write waits"]


def test_who_writes_is_told_once_and_only_of_the_open_chat(desk: Desk) -> None:
    typing = ChatChanged(chat(typing=True))
    lines = told(desk, typing, typing, ChatChanged(chat()), typing, ChatChanged(chat(THERE)))
    assert lines == ["* bob@relay is writing"] * 2


def test_a_file_is_told_at_each_step_once(desk: Desk) -> None:
    view = FileView(safe_line("a.txt"), 10, FileState.OFFERED, 0, incoming=True)
    moving = FileMoved(HERE, b"i" * 16, replace(view, state=FileState.MOVING))
    here = FileMoved(HERE, b"i" * 16, replace(view, state=FileState.HERE))
    lines = told(desk, MessageAdded(message("", file=view)), moving, moving, here)
    assert lines[0] == "[1] bob@relay: [file a.txt, 10 bytes, offered]"
    assert lines[1:] == ["[1] file a.txt: moving", "[1] file a.txt: here"]


def test_what_disappears_is_told_of_the_open_chat(desk: Desk) -> None:
    assert told(desk, MessagesGone(HERE), MessagesGone(THERE)) == [
        "* messages disappeared from bob@relay"
    ]


def test_events_of_a_chat_that_is_gone_are_passed_over(desk: Desk, stub: Stub) -> None:
    stub.held = []
    assert told(desk, MessageAdded(message()), MessagesGone(HERE)) == []


@pytest.mark.parametrize("words", ["0", "2", "-1", "x", "", "9" * 12, "²", "1 2"])
def test_a_number_that_no_message_has_names_none(words: str) -> None:
    numbers = Numbers()
    assert numbers.number(message()) == 1
    with pytest.raises(RefusedError):
        numbers.message(words)
    assert numbers.message("1") == message()
    numbers.forget()
    with pytest.raises(RefusedError):
        numbers.message("1")


def test_a_mistyped_command_is_answered_with_the_one_that_is_meant() -> None:
    assert unknown("serach").endswith("did you mean /search?")
    assert unknown("xyzzy").endswith("/help")
