"""Two nodes of one cluster, as far as accounts go, and as far as the log does."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cluster_nodes import LogNode, Node, Owner, folder_at, join, joining
from doorless_protocol.log.label import Label


@pytest.fixture
async def nodes(nats_node: Any) -> AsyncIterator[list[Node]]:
    """Two of them."""
    joined = [await join(nats_node.urls) for _ in range(2)]
    yield joined
    for node in joined:
        await node.connection.close()


@pytest.fixture
async def ours(nats_node: Any, tmp_path: Path) -> AsyncIterator[LogNode]:
    node = LogNode(nats_node.urls, folder_at(tmp_path / "ours"), 1)
    await node.open()
    yield node
    await node.close()


@pytest.fixture
async def theirs(ours: LogNode, tmp_path: Path) -> AsyncIterator[LogNode]:
    """A second node of the same log."""
    node = LogNode(ours.urls, joining(ours.folder, tmp_path / "theirs"), 2)
    node.accounts = ours.accounts
    await node.open()
    yield node
    await node.close()


@pytest.fixture
def ada() -> Owner:
    return Owner(Label("ada"), 1)


@pytest.fixture
def ben() -> Owner:
    return Owner(Label("ben"), 2)
