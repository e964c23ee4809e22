"""The memory of a live process is read as it is; what cannot be read is an error with a reason."""

import os
import subprocess
import sys

import pytest

from doorless_lab.leakscan import Scanner, draw_marker
from doorless_lab.memory import UnreadableError, regions

HOLDS_IT = """
import sys
half, other = sys.stdin.readline().split()
secret = bytes.fromhex(half) + bytes.fromhex(other)
print("ready", flush=True)
sys.stdin.readline()
"""

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/PID/mem")


@needs_linux
def test_a_secret_that_a_process_only_computed_is_found_in_its_memory() -> None:
    marker, absent = draw_marker("computed", os.urandom), draw_marker("absent", os.urandom)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_IT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        value = marker.value.hex()
        print(value[: 13 * 2], value[13 * 2 :], file=process.stdin, flush=True)
        assert process.stdout.readline() == "ready\n"
        report = Scanner([marker, absent]).scan_memory(process.pid)
        process.stdin.close()
    assert report.scanned > 2**20
    assert report.by_disguise()["raw"] >= 1
    assert {finding.marker for finding in report.findings} == {"computed"}
    assert all(place.startswith("memory 0x") for place in report.by_place())


@needs_linux
def test_code_that_nobody_can_write_is_left_out() -> None:
    assert regions(os.getpid())
    assert not [region for region in regions(os.getpid()) if region.name.startswith("[v")]


@needs_linux
def test_a_process_that_is_gone_is_an_error_that_says_so() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    with pytest.raises(UnreadableError, match=str(process.pid)):
        Scanner([]).scan_memory(process.pid)


def test_elsewhere_than_on_linux_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(UnreadableError, match="Linux only"):
        regions(os.getpid())
