"""ejabberd with offline messages in Mnesia, as it comes; one scheduler, for it has one core."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peer_servers import free_port, served
from benchmarks.relay_servers import Server
from benchmarks.xmpp import HOST

_CONFIG = """\
hosts: [{host}]
loglevel: error
auth_method: internal
auth_password_format: plain
registration_timeout: infinity
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s, access: all, shaper: none}}
shaper_rules:
  unbounded: infinity
modules:
  mod_offline: {{access_max_user_messages: unbounded}}
  mod_register: {{ip_access: all, access: all}}
  mod_stream_mgmt: {{max_ack_queue: infinity}}
"""


def libraries() -> Path | None:
    """Where the system's own start script says that it lies; None where there is no such script."""
    script = shutil.which("ejabberdctl")
    found = script and re.search(r"^ERL_LIBS='([^']+)'", Path(script).read_text(), re.MULTILINE)
    return Path(found[1]) if found else None


def version() -> str:
    folders = sorted((libraries() or Path()).glob("ejabberd-*"))
    return folders[0].name.partition("-")[2] if folders else "?"


@contextmanager
def ejabberd(folder: Path) -> Iterator[Server]:
    """Not by its start script: that starts a daemon beside it, which stays."""
    folder.mkdir(mode=0o700)
    port, config = free_port(), folder / "ejabberd.yml"
    config.write_text(_CONFIG.format(host=HOST, port=port))
    environment = os.environ | {
        "HOME": str(folder),
        "ERL_LIBS": str(libraries()),
        "ERL_CRASH_DUMP": str(folder / "crash"),
        "EJABBERD_CONFIG_PATH": str(config),
        "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
    }
    command = ["erl", "-noinput", "+S", "1:1", "-mnesia", "dir", f'"{folder}/mnesia"']
    with served([*command, "-s", "ejabberd"], port, environment) as server:
        yield server
