"""What bounds the processor's time is stretched on a slow machine, and finds what is slow there."""

import time

import pytest

import pace


def busy(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_what_takes_longer_is_found() -> None:
    assert pace.is_quick(lambda: busy(0.001), 0.01)
    assert not pace.is_quick(lambda: busy(0.5), 0.01)


def test_a_machine_on_which_all_takes_longer_has_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_empty_loop", lambda: busy(10 * pace.ORDINARY))
    assert pace.is_quick(lambda: busy(0.05), 0.01)
    assert not pace.is_quick(lambda: busy(0.5), 0.01)
