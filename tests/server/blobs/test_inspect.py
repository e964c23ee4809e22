"""`doorless-relay inspect` shows sealed files, and can show nobody's in particular."""

import json
from pathlib import Path

import pytest

from doorless_server.__main__ import main
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.store.sqlite import SqliteStore


async def holding(data: Path) -> None:
    store, blobs = (
        await SqliteStore.open(data / "relay.db"),
        await SqliteBlobs.open(data / "blobs.db"),
    )
    await blobs.begin(b"\xaa" * 32, 4, 20_000)
    await blobs.add(b"\xaa" * 32, 0, b"\xbb" * 4, 20_000)
    await blobs.close()
    await store.close()


async def test_every_row_is_there_with_the_class_of_its_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await holding(tmp_path)
    assert main(["inspect", "--data", str(tmp_path), "--json"]) == 0
    shown = {row["table"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert shown["files"]["row"] == {
        "number": 1,
        "id": "aa" * 32,
        "size": 4,
        "received": 4,
        "expires_day": 20_030,
    }
    assert shown["pieces"]["row"] == {"file": 1, "place": 0, "piece": "bb" * 4}
    assert shown["pieces"]["class"]["piece"] == "ciphertext"
    assert main(["inspect", "--data", str(tmp_path)]) == 0
    assert "what is to be fetched; kept until dropped" in capsys.readouterr().out


async def test_a_relay_that_never_kept_a_file_has_none_to_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await holding(tmp_path)
    (tmp_path / "blobs.db").unlink()
    assert main(["inspect", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
