"""Figures for Prometheus: what the process counted, and what the record shows when it is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import REGISTRY, CollectorRegistry, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from storage import feeds, hosts, outbox, queries
from storage.database import Database
from storage.due import count_due, longest_overdue

disable_created_metrics()  # type: ignore[no-untyped-call]

MOST_HOSTS = 100  # the most asked, of which use is told


class _RecordCollector(Collector):
    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        now = datetime.now(UTC)
        for what, count in queries.count_record(self._database).items():
            yield GaugeMetricFamily(f"addendum_{what}", f"{what} in the record", value=count)
        yield from self._alerts(now)
        watched = feeds.list_feeds(self._database)
        broken = sum(bool(feed.error) for feed in watched)
        yield GaugeMetricFamily("addendum_feeds", "feeds watched", value=len(watched))
        yield GaugeMetricFamily("addendum_feeds_broken", "feeds that cannot be read", value=broken)
        due, overdue = count_due(self._database, now), longest_overdue(self._database, now).total_seconds()
        yield GaugeMetricFamily("addendum_articles_due", "articles waiting for a visit", value=due)
        yield GaugeMetricFamily(
            "addendum_articles_overdue_seconds", "how long the longest overdue waits", value=overdue
        )
        yield from self._hosts(now)

    def _alerts(self, now: datetime) -> Iterator[Metric]:
        alerts = GaugeMetricFamily("addendum_alerts", "alerts by state", labels=["state"])
        for state, count in outbox.counts(self._database).items():
            alerts.add_metric([state], count)
        yield alerts
        oldest = outbox.longest_waiting(self._database, now).total_seconds()
        yield GaugeMetricFamily("addendum_alerts_waiting_seconds", "how long the oldest alert is due", value=oldest)

    def _hosts(self, now: datetime) -> Iterator[Metric]:
        asked = GaugeMetricFamily("addendum_host_requests", "requests within the last hour", labels=["host"])
        dearness = GaugeMetricFamily("addendum_host_dearness", "what a request costs, times usual", labels=["host"])
        for use in hosts.most_asked(self._database, now, limit=MOST_HOSTS):
            asked.add_metric([use.name], use.asked)
            dearness.add_metric([use.name], use.dearness)
        yield asked
        yield dearness


def expose(database: Database | None) -> bytes:
    """Everything, as text. Without `database` only what this process counted."""
    figures = generate_latest(REGISTRY)
    if database is None:
        return figures
    registry = CollectorRegistry()
    registry.register(_RecordCollector(database))
    return figures + generate_latest(registry)
