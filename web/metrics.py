"""Figures for Prometheus, read from the record when they are asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from storage import feeds, outbox, queries
from storage.database import Database
from storage.due import count_due


class _RecordCollector(Collector):
    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        now = datetime.now(UTC)
        for what, count in queries.count_record(self._database).items():
            yield GaugeMetricFamily(f"addendum_{what}", f"{what} in the record", value=count)
        alerts = GaugeMetricFamily("addendum_alerts", "alerts by state", labels=["state"])
        for state, count in outbox.counts(self._database).items():
            alerts.add_metric([state], count)
        yield alerts
        watched = feeds.list_feeds(self._database)
        broken = sum(bool(feed.error) for feed in watched)
        yield GaugeMetricFamily("addendum_feeds", "feeds watched", value=len(watched))
        yield GaugeMetricFamily("addendum_feeds_broken", "feeds that cannot be read", value=broken)
        due = count_due(self._database, now)
        yield GaugeMetricFamily("addendum_articles_due", "articles waiting for a visit", value=due)


def registry_for(database: Database) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_RecordCollector(database))
    return registry
