"""`addendum hosts`: how each host is treated."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from addendum.context import Context
from addendum.output import json_lines, table
from revisions.moments import show_duration
from storage.hosts import HOUR, HostRecord, list_hosts
from storage.present import moment


def show_hosts(context: Context, *, as_json: bool) -> None:
    with context.record() as (config, database):
        found = list_hosts(database, datetime.now(UTC))
    budget, delay = config.crawl.requests_per_hour_per_host, config.crawl.min_delay.total_seconds()
    hosts = [_host(record, budget, delay) for record in found]
    if as_json:
        json_lines(hosts)
        return
    rows = [
        (
            host["host"],
            f"{host['asked']} of {host['budget']}",
            f"{host['delay']:g} s{' (Crawl-delay)' if host['crawl_delay'] > delay else ''}",
            f"{host['latency']:.2f} s" if host["latency"] else "–",
            f"{host['articles']}, {host['due']} due",
            f"{host['price']:g}×",
            _rest(host),
        )
        for host in hosts
    ]
    table(
        ("Host", "Asked within an hour", "Delay", "Answers in", "Articles", "Price", "Left alone"),
        rows,
        "No host was asked yet.",
    )


def _host(record: HostRecord, budget: int, delay: float) -> dict[str, Any]:
    host, now = record.host, time.time()
    busy = host.busy_until > now
    is_resting = host.rest_until is not None and host.rest_until.timestamp() > now
    return {
        "host": host.name,
        "asked": sum(at > now - HOUR for at in host.asked),
        "budget": budget,
        "delay": max(delay, host.crawl_delay),
        "crawl_delay": host.crawl_delay,
        "latency": round(host.latency, 3),
        "articles": record.articles,
        "due": record.due,
        "price": round(host.dearness, 2),
        "busy_until": moment(datetime.fromtimestamp(host.busy_until, UTC)) if busy else None,
        "busy_why": host.busy_why if busy else None,
        "busy_answers": host.busy_answers,
        "rest_until": moment(host.rest_until) if is_resting else None,
    }


def _rest(host: dict[str, Any]) -> str:
    until = host["busy_until"] or host["rest_until"]
    if not until:
        return ""
    left = datetime.fromisoformat(until) - datetime.now(UTC)
    return f"{show_duration(max(left, timedelta(0)))} more: {host['busy_why'] or 'its budget is used up'}"
