"""What monitoring may ask of a running relay: a fixed list of numbers, in Prometheus' text form.

    Counts, Durations, the sizes of files ──► read when somebody asks ──► GET /metrics, on loopback

Nothing is labelled by anything of anybody: every value that a label can have stands in our
sources. What is asked for is read at that moment, so nobody pays for it meanwhile.
Spec: docs/spec/07-relay.md §8, §9.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.core import Metric as Family

from doorless_server import datadir, events
from doorless_server.blobs import schema as blob_schema
from doorless_server.counts import BOUNDS, Durations
from doorless_server.directory import opening
from doorless_server.directory.base import RunningLog
from doorless_server.http_server import Request, Response
from doorless_server.listener import Listener
from doorless_server.store.writer import Writer

PATH: Final = "/metrics"

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of docs/reference/metrics.md.

    Attributes:
        kind: counter, gauge or histogram.
        label: by what it is divided; None where it is one number.
    """

    name: str
    kind: str
    says: str
    labels: tuple[str, ...] = ()


CONNECTIONS = Metric("doorless_connections", "gauge", "Open connections.", ("side",))
OPENED = Metric("doorless_connections_opened", "counter", "Connections that were accepted.")
ENDED = Metric("doorless_connections_ended", "counter", "Connections that ended.", ("reason",))
TURNED_AWAY = Metric(
    "doorless_connections_turned_away",
    "counter",
    "Connections of an address with too many half-open ones.",
)
SUBMITTED = Metric(
    "doorless_envelopes_submitted", "counter", "Envelopes that were brought.", ("outcome",)
)
DELIVERED = Metric("doorless_envelopes_delivered", "counter", "Envelopes that were pushed.")
ACKNOWLEDGED = Metric(
    "doorless_envelopes_acknowledged", "counter", "Envelopes that devices acknowledged."
)
ASKED = Metric(
    "doorless_requests", "counter", "Other requests that were answered.", ("request", "outcome")
)
SWEPT = Metric("doorless_swept_rows", "counter", "Rows forgotten because their time was over.")
PENDING = Metric("doorless_pending_bytes", "gauge", "Bytes of envelopes on their way to the disk.")
WAITING = Metric(
    "doorless_writer_waiting", "gauge", "Pieces of work waiting for a commit.", ("database",)
)
COMMITS = Metric(
    "doorless_commit_seconds",
    "histogram",
    "How long commits took, with their fsync.",
    ("database",),
)
FAILED = Metric(
    "doorless_commits_failed", "counter", "Transactions that the disk refused.", ("database",)
)
BYTES = Metric("doorless_database_bytes", "gauge", "Size of a database's file.", ("database",))
LOG_BYTES = Metric(
    "doorless_write_ahead_log_bytes", "gauge", "Size of a write-ahead log's file.", ("database",)
)
FREE = Metric("doorless_disk_free_bytes", "gauge", "Free bytes where the data lies.")
EPOCHS = Metric("doorless_log_epochs", "gauge", "Published epochs of the key log.")
PUBLISHED = Metric(
    "doorless_log_published_timestamp_seconds",
    "gauge",
    "When the newest epoch of the key log was published; 0 until one is since the start.",
)
SAID = Metric("doorless_events", "counter", "Events of the log, written or not.", ("event",))

Reading = tuple[Metric, tuple[str, ...], float | Durations]


def catalogue() -> Mapping[str, Metric]:
    return {each.name: each for each in globals().values() if isinstance(each, Metric)}


class Readings:
    """Everything that can be read of one relay. A collector of `prometheus_client`."""

    def __init__(
        self, folder: Path, listener: Listener, log: RunningLog, writers: Mapping[str, Writer]
    ) -> None:
        self._folder, self._listener, self._log, self._writers = folder, listener, log, writers
        self._databases = {
            "relay": folder / datadir.DATABASE,
            "blobs": folder / blob_schema.DATABASE,
            "log": folder / opening.DATABASE,
        }

    def collect(self) -> Iterator[Family]:
        found: dict[Metric, list[tuple[tuple[str, ...], float | Durations]]] = {}
        for metric, labels, value in self._read():
            found.setdefault(metric, []).append((labels, value))
        for metric in catalogue().values():
            yield _family(metric, found.get(metric, ()))

    def _read(self) -> Iterator[Reading]:
        yield from self._of_connections()
        yield from self._of_databases()
        yield EPOCHS, (), self._log.published
        yield PUBLISHED, (), self._log.published_at
        for name in events.catalogue():
            yield SAID, (name,), events.SAID[name]

    def _of_connections(self) -> Iterator[Reading]:
        counts = self._listener.counts
        for side, number in self._listener.connected_as().items():
            yield CONNECTIONS, (side,), number
        for reason, number in counts.ended.items():
            yield ENDED, (reason,), number
        for became, number in counts.submitted.items():
            yield SUBMITTED, (became,), number
        for (request, became), number in counts.asked.items():
            yield ASKED, (request, became), number
        yield OPENED, (), counts.opened
        yield TURNED_AWAY, (), counts.turned_away
        yield DELIVERED, (), counts.delivered
        yield ACKNOWLEDGED, (), counts.acknowledged
        yield SWEPT, (), counts.swept
        yield PENDING, (), self._listener.pending_bytes

    def _of_databases(self) -> Iterator[Reading]:
        for name, writer in self._writers.items():
            yield WAITING, (name,), writer.waiting
            yield COMMITS, (name,), writer.commits
            yield FAILED, (name,), writer.failed
        for name, path in self._databases.items():
            yield BYTES, (name,), _size(path)
            yield LOG_BYTES, (name,), _size(path.with_name(f"{path.name}-wal"))
        yield FREE, (), shutil.disk_usage(self._folder).free


class Page:
    """Answers GET /metrics, and nothing else."""

    def __init__(self, readings: Readings) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(readings)
        ProcessCollector(registry=self._registry)

    async def handle(self, request: Request) -> Response:
        if request.path != PATH:
            return Response(404)
        if request.method != "GET":
            return Response(405)
        return Response(200, generate_latest(self._registry), CONTENT_TYPE)


def _family(metric: Metric, values: Iterable[tuple[tuple[str, ...], float | Durations]]) -> Family:
    named = metric.name, metric.says
    if metric.kind == "histogram":
        histogram = HistogramMetricFamily(*named, labels=metric.labels)
        for labels, durations in values:
            if isinstance(durations, Durations):
                histogram.add_metric(labels, _buckets(durations), durations.seconds)
        return histogram
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(*named, labels=metric.labels)
    for labels, value in values:
        if not isinstance(value, Durations):
            family.add_metric(labels, value)
    return family


def _buckets(durations: Durations) -> list[tuple[str, float]]:
    bounds = [*(str(bound) for bound in BOUNDS), "+Inf"]
    return list(zip(bounds, accumulate(durations.numbers), strict=True))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
