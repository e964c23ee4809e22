"""Who checks evidence runs little code: the key log's structures, and nothing that sends."""

import json
import subprocess
import sys

ALLOWED = {
    "demand_log",
    "encoding",
    "errors",
    "handles",
    "keys",
    "log",
    "log_primitives",
    "merkle",
    "primitives",
}
"""What the verifier may use of the protocol."""

CLIENTS_SIDE = {"view", "head", "pin", "lookup", "owner", "own_check", "staple", "gossip"}
"""Of the key log: what only somebody who follows it needs."""

LOADED = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules))))
from doorless_verify.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_run_has_loaded_the_structures_of_the_log_and_nothing_else(tmp_path) -> None:
    (tmp_path / "bundle").write_bytes(b"no bundle")
    command = [sys.executable, "-c", LOADED, str(tmp_path / "bundle"), "--pin", "0" * 64]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr
    modules = json.loads(ran.stdout.splitlines()[-1])
    ours = {name.split(".")[1] for name in modules if name.startswith("doorless_protocol.")}
    assert ours <= ALLOWED
    logs = {name.split(".")[2] for name in modules if name.startswith("doorless_protocol.log.")}
    assert "verdict" in logs
    assert not logs & CLIENTS_SIDE
    others = ("doorless_client", "doorless_server", "doorless_lab", "asyncio", "socket", "sqlite3")
    assert not [name for name in modules if name.split(".")[0] in others]
