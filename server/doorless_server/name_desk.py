"""Answers what is asked about names. Whoever asks for many that nobody has is told of none.

Every way in which a name can be asked for counts as one and the same: were one of them free, the
bound of the others would be worth nothing. Spec: docs/spec/07-relay.md §3.2, §4.3, §4.6, §4.7.
"""

from doorless_protocol.frames import Answered, Lookup, Refusal, Register, Request
from doorless_protocol.log_frames import Dispute, LogAtAnchor, LogRecords
from doorless_server import registry
from doorless_server.directory import questions
from doorless_server.directory.base import Directory
from doorless_server.directory.questions import Question
from doorless_server.effects import refused
from doorless_server.peers import SignedIn
from doorless_server.rates import Rates
from doorless_server.store.base import AccountStore, LookalikeError, ReleasedError, TakenError


class NameDesk:
    def __init__(self, accounts: AccountStore, directory: Directory | None, rates: Rates) -> None:
        self._accounts, self._directory, self._rates = accounts, directory, rates

    async def look_up(self, asked: Lookup, now: int, source: str) -> Answered:
        """Errors as of `registry.look_up`."""
        misses = self._rates.of_misses(source, now)
        if seconds := misses.wait(now) or self._rates.log_answer(source, now):
            return refused(Refusal.BUSY, seconds)
        found = await registry.look_up(self._accounts, self._directory, asked, now)
        if found is None or not found.manifest:
            misses.take(now)
        return found or refused(Refusal.NOT_ALLOWED)

    async def ask_log(self, asked: Question, now: int, source: str) -> Answered:
        """Errors as of `questions.answer`."""
        if self._directory is None:
            return refused(Refusal.NOT_ALLOWED)
        misses = self._rates.of_misses(source, now)
        name = name_in(asked)
        waiting = misses.wait(now) if name else 0
        if seconds := waiting or self._rates.log_answer(source, now):
            return refused(Refusal.BUSY, seconds)
        if name and await self._accounts.account_named(name) is None:
            misses.take(now)
        return await questions.answer(self._accounts, self._directory, asked, now)

    async def register(self, peer: SignedIn, asked: Register, now: int, source: str) -> bytes | int:
        """The receipt, or the seconds to wait; errors as of `registry.register`.

        Who hears that a name is taken has learnt that somebody has it.
        """
        misses = self._rates.of_misses(source, now)
        if seconds := misses.wait(now):
            return seconds
        try:
            return await registry.register(self._accounts, self._directory, peer, asked, now)
        except (TakenError, LookalikeError, ReleasedError):
            misses.take(now)
            raise


def name_in(asked: Request) -> str:
    """The name that a question to the key log is about; empty where it is about none."""
    return asked.handle if isinstance(asked, LogAtAnchor | LogRecords | Dispute) else ""
