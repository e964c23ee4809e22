"""Why a command ends although something waits."""

from typing import Any

import pytest

from doorless_client.cli_outcome import UNREACHABLE
from doorless_client.cli_waiting import Watch
from doorless_client.core.views import Connection, Link


class Waiting:
    """A messenger in which something waits that cannot leave."""

    def __init__(self, link: Link) -> None:
        self.connection, self.fleet = Connection(link, "relay.test", 1), self
        self.removed = False

    def listen(self, _: object) -> None:
        pass

    async def settle(self, _: float) -> bool:
        return False


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (Link.OFFLINE, "doorless: the relay cannot be reached; what was to be sent is queued\n"),
        (Link.ONLINE, "doorless: what was to be sent is queued\n"),
    ],
)
async def test_a_relay_that_answers_is_not_blamed(
    link: Link, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    messenger: Any = Waiting(link)
    assert await Watch(messenger).settled() == UNREACHABLE
    assert capsys.readouterr().err == said
