"""X13: a cluster comes back from an older backup, and has forgotten what was signed."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cluster_nodes import LogNode, Owner, folder_at
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.label import Label
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.directory.keylog import KeyLog
from doorless_server.store.nats.buckets import Change


@pytest.mark.attack(
    "X13",
    "a cluster that went back to an older copy signs no second history",
    weaken={
        "doorless_server.directory.heads.refuse_fork": lambda *_: None,
        "doorless_server.directory.keylog.KeyLog.check_continues": lambda *_: None,
    },
)
async def test_a_restored_cluster_signs_no_second_history(
    nats_node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[Checkpoint] = []
    sign = KeyLog.sign

    def noted(log: KeyLog, checkpoint: Checkpoint, now: int) -> bytes:
        note = sign(log, checkpoint, now)
        signed.append(checkpoint)
        return note

    monkeypatch.setattr(KeyLog, "sign", noted)
    node = LogNode(nats_node.urls, folder_at(tmp_path / "node"), 1)
    await node.open()
    bucket = node.log.builder._ledger.bucket
    backup = [(key, await bucket.get(key)) for key in ("head", "published")]
    await registered(node, "alice")
    await bucket.purge("epoch.1")
    await bucket.commit([Change(key, entry.value, None) for key, entry in backup])
    await node.close()
    (tmp_path / "node" / "log.db").unlink()  # a copy: it is made anew from the cluster
    with suppress(ForkRefusedError):
        await node.open()
        await registered(node, "bob")
        await node.close()
    assert len({checkpoint.root for checkpoint in signed if checkpoint.size == 2}) == 1


async def registered(node: LogNode, handle: str) -> None:
    node.now += 10
    await node.put(Owner(Label(handle), len(handle)))
    await node.epoch()
