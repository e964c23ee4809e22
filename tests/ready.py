"""A messenger over a stand-in, for tests of the whole of it outside of tests/client/tui."""

from doorless_client.tui.choices import Unwritten
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.fake_keeping import FakeKeeping


class Ready:
    """A profile that opens by itself."""

    exists, relay = True, ""

    def __init__(self, engine: FakeEngine) -> None:
        self.preferences, self.keeping, self.engine = Unwritten(), FakeKeeping(), engine

    async def by_itself(self) -> FakeEngine:
        return self.engine

    async def close(self) -> None: ...
