"""What a process counts of its own work, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

_LAGS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)

VISITS = Counter("addendum_visits", "visits made by this process", ["outcome"])
POLLS = Counter("addendum_polls", "polls made by this process", ["outcome"])
VISIT_LAG = Histogram("addendum_visit_lag_seconds", "from when a visit was due until it was done", buckets=_LAGS)
TURNS = Gauge("addendum_turns_under_way", "turns in this process's hands", ["kind"])
OLDEST_IN_HAND = Gauge(
    "addendum_oldest_in_hand_seconds", "for how long this process has had a poll, visit or job in hand"
)
LEADS = Gauge("addendum_leads", "1 where this process hands out the work")
