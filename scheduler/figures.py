"""How the queue fares, for Prometheus and for health."""

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from scheduler.parts import Job
from scheduler.queue import Figures, Queue

NO_WORKER = "no worker is alive; start `addendum worker`"


class QueueFigures(Collector):
    """A part of the service that looks at the queue now and then, so that a scrape need not."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._seen = Figures({}, {}, 0)
        REGISTRY.register(self)

    def jobs(self) -> list[Job]:
        return [Job("figures", self._look, 5.0)]

    async def start(self) -> None:
        await self._look()

    async def stop(self, grace: timedelta) -> None:
        self.forget()

    def forget(self) -> None:
        REGISTRY.unregister(self)

    def troubles(self) -> list[str]:
        return [] if self._seen.workers else [NO_WORKER]

    def collect(self) -> Iterator[Metric]:
        turns = GaugeMetricFamily("addendum_queue_turns", "turns in the queue", labels=["kind", "state"])
        for (kind, state), count in self._seen.turns.items():
            turns.add_metric([kind, state], count)
        yield turns
        oldest = GaugeMetricFamily("addendum_queue_oldest_seconds", "how long the oldest turn waits", labels=["kind"])
        for kind, seconds in self._seen.oldest.items():
            oldest.add_metric([kind], seconds)
        yield oldest
        yield GaugeMetricFamily("addendum_workers", "workers that are alive", value=self._seen.workers)

    async def _look(self) -> None:
        self._seen = await self._queue.figures()
