"""The relay's own log: one JSON object an event, of names, counts and durations."""

import logging
import sys

import structlog


def log_to_stderr() -> None:
    """Never who or where, and no time finer than the hour."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%HZ", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # what it is by then
    )
