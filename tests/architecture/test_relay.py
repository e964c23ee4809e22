"""The relay holds no code that could open a message: neither by import nor in a running one."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]

ALLOWED = {
    "blob_frames",
    "canary",
    "certificate",
    "demand_log",
    "encoding",
    "errors",
    "frame_fields",
    "frames",
    "handles",
    "invite",
    "keys",
    "log",
    "log_frames",
    "log_primitives",
    "manifest",
    "merkle",
    "notice_frames",
    "prekeys",
    "primitives",
    "randomness",
    "sizes",
}
"""What the relay may use of the protocol: what it checks and passes on, never what opens."""

OF_CLIENTS = {
    "displaced",
    "gossip",
    "head",
    "lookup",
    "own_anchors",
    "own_check",
    "owner",
    "pin",
    "staple",
    "view",
}
"""Of the key log: the side of who follows it, which the relay has no use for."""

SERVES = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules))))
from doorless_server.__main__ import main
sys.exit(main())
"""


def protocol_modules() -> set[str]:
    folder = ROOT / "protocol/doorless_protocol"
    names = {path.stem if path.is_file() else path.name for path in folder.iterdir()}
    return {name for name in names if name.isidentifier() and not name.startswith("__")} - {"py"}


def opening(modules: set[str]) -> set[str]:
    """Those of the modules that the relay must not have."""
    ours = {name.split(".")[1] for name in modules if name.startswith("doorless_protocol.")}
    ours |= {f"log.{name}" for name in OF_CLIENTS if f"doorless_protocol.log.{name}" in modules}
    return (ours - ALLOWED) | {name for name in modules if name.startswith("doorless_client")}


def test_the_contract_names_every_module_that_the_relay_must_not_have() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [blind] = [c for c in project["tool"]["importlinter"]["contracts"] if c["id"] == "blind"]
    named = {name.removeprefix("doorless_protocol.") for name in blind["forbidden_modules"]}
    of_clients = {f"log.{name}" for name in OF_CLIENTS}
    assert named == (protocol_modules() - ALLOWED) | of_clients


def test_the_check_would_see_a_module_that_opens_messages() -> None:
    assert opening({"doorless_protocol.ratchet.triple", "doorless_protocol.frames"}) == {"ratchet"}


def test_a_started_relay_has_not_loaded_the_code_that_opens_messages() -> None:
    code = "import json, sys, doorless_server.__main__; print(json.dumps(list(sys.modules)))"
    command = [sys.executable, "-c", code]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    modules = set(json.loads(shown))
    assert "doorless_server.relay" in modules
    assert not opening(modules)


def test_a_relay_that_served_has_not_loaded_it_either(tmp_path: Path) -> None:
    arguments = ["serve", "--data", str(tmp_path / "relay"), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(
        [sys.executable, "-c", SERVES, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "default"},
    ) as relay:
        assert relay.stdout is not None
        assert json.loads(relay.stdout.readline())["event"] == "ready"
        relay.send_signal(signal.SIGTERM)
        modules = set(json.loads(relay.stdout.read()))
    assert relay.returncode == 0
    assert "doorless_server.listener" in modules
    assert not opening(modules)
