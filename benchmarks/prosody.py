"""Prosody with offline messages in its files, as it comes."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peer_servers import free_port, served
from benchmarks.relay_servers import Server
from benchmarks.xmpp import HOST

_CONFIG = """\
run_as_root = true
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{}}
s2s_ports = {{}}
modules_enabled = {{ "saslauth", "offline", "smacks", "register_ibr" }}
modules_disabled = {{ "s2s", "tls" }}
allow_registration = true
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
storage = "internal"
data_path = "{folder}"
certificates = "{folder}"
pidfile = "{folder}/pid"
log = {{ error = "{folder}/log" }}
VirtualHost "{host}"
"""


def version() -> str:
    said = subprocess.run(["prosodyctl", "about"], capture_output=True, text=True, check=False)
    found = re.search(r"^Prosody (\d\S*)", said.stdout, re.MULTILINE)
    return found[1] if found else "?"


@contextmanager
def prosody(folder: Path) -> Iterator[Server]:
    folder.mkdir(mode=0o700)
    port, config = free_port(), folder / "prosody.cfg.lua"
    config.write_text(_CONFIG.format(port=port, folder=folder, host=HOST))
    command = [str(shutil.which("prosody")), "--config", str(config), "-F"]
    with served(command, port) as server:
        yield server
