"""Counting what one device says in one conversation: so that nothing goes missing unseen.

Each content names its counter and the digest of the one before. Contents that are shown are
counted; receipts, typing, profiles and controls name the counter that comes next and use up
none, so that a gap is always a gap in what people said. Spec: docs/spec/08-state.md §7.
"""

from dataclasses import dataclass

import msgspec

from doorless_client.core.own_facts import OwnFacts
from doorless_client.store.base import Store
from doorless_client.store.records import Voice
from doorless_protocol.content import (
    NO_PREVIOUS,
    Anchor,
    AskAnchor,
    Content,
    Control,
    OwnDevices,
    Profile,
    Receipt,
    Typing,
)

MAX_GAPS = 64
"""Gaps remembered for one device, the oldest forgotten: an authenticated peer chooses counters."""

Gaps = list[tuple[int, int, int]]  # first counter missing, the one after the last, place shown at
UNCOUNTED = (Control, Receipt, Typing, Profile, OwnDevices, Anchor, AskAnchor)


@dataclass(frozen=True, slots=True)
class Heard:
    """Where a content stands among what its device said.

    Attributes:
        gap: contents known to be missing just before it.
        late_for: place of the message whose gap it closes by one; None when it is not late.
        contradicts: it names another past than the one that we heard.
    """

    gap: int = 0
    late_for: int | None = None
    contradicts: bool = False


IN_ORDER = Heard()


class Voices:
    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, conversation: bytes, device: bytes) -> Voice:
        held = self._store.voices.get(conversation, device)
        return held or Voice(conversation, device, 0, NO_PREVIOUS, _encode([]))

    def say(self, content: Content, device: bytes) -> None:
        """Remember that `device`, ours, said this counted content. Inside a transaction."""
        self._store.voices.put(
            Voice(content.conversation, device, content.counter + 1, content.digest(), _encode([]))
        )

    def go_on(self, conversation: bytes, device: bytes, counter: int, previous: bytes) -> None:
        """What `device`, ours, says next has this counter and names this. Inside a transaction."""
        self._store.voices.put(Voice(conversation, device, counter, previous, _encode([])))

    def hear(self, content: Content, digest: bytes, device: bytes, place: int) -> Heard:
        """Note a counted content that will be shown at `place`. Inside a transaction."""
        voice = self.of(content.conversation, device)
        gaps = _decode(voice.missing)
        if content.counter < voice.next:
            return self._hear_late(voice, gaps, content, digest)
        gap = content.counter - voice.next
        if gap and self._spoke_before(voice):
            gap, voice = 0, msgspec.structs.replace(voice, last=content.previous)
        if gap:
            gaps.append((voice.next, content.counter, place))
        contradicts = not gap and content.previous != voice.last
        self._store.voices.put(
            Voice(
                voice.conversation,
                device,
                content.counter + 1,
                digest,
                _encode(gaps[-MAX_GAPS:]) if gaps else _NONE,
            )
        )
        return Heard(gap=gap, contradicts=contradicts) if gap or contradicts else IN_ORDER

    def _spoke_before(self, voice: Voice) -> bool:
        """Whether what is missing was said before this device was one of the account's."""
        return OwnFacts(self._store).has_joined and voice.next == 0

    def heard_below(self, conversation: bytes, device: bytes) -> int:
        """The counter below which nothing they said is missing; too low rather than too high."""
        voice = self.of(conversation, device)
        gaps = _decode(voice.missing)
        if len(gaps) >= MAX_GAPS:
            return 0  # older ones may have been forgotten
        return min([voice.next, *(first for first, _, _ in gaps)])

    def _hear_late(self, voice: Voice, gaps: Gaps, content: Content, digest: bytes) -> Heard:
        counter = content.counter
        for at, (first, after, place) in enumerate(gaps):
            if first <= counter < after:
                left = [(first, counter, place), (counter + 1, after, place)]
                gaps[at : at + 1] = [gap for gap in left if gap[0] < gap[1]]
                left_over = _encode(gaps[-MAX_GAPS:])  # each late one may split a range in two
                self._store.voices.put(msgspec.structs.replace(voice, missing=left_over))
                return Heard(late_for=place)
        # Not missed and not known: its device went back to an older state. Follow it from here,
        # or all that it says until it caught up would seem to contradict.
        again = Voice(voice.conversation, voice.device, content.counter + 1, digest, _encode([]))
        self._store.voices.put(again)
        return Heard(contradicts=True)


def _encode(gaps: Gaps) -> bytes:
    return msgspec.msgpack.encode(gaps)


def _decode(missing: bytes) -> Gaps:
    if missing == _NONE:
        return []
    return msgspec.msgpack.decode(missing, type=Gaps)


_NONE = _encode([])
