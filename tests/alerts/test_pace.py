"""Digests, quiet hours, bursts and ceilings, in zones whose clocks change."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.pace import Decision, Digest, Fresh, Pace, Quiet, decide
from storage.tables import Alert

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2021, 7, 19, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def waiting(*created: datetime) -> Fresh:
    alerts = [
        Alert(id=number, uid=str(number), channel="desk", event="updated", article_id=number, created_at=at)
        for number, at in enumerate(created, 1)
    ]

    def fresh(before: datetime | None) -> Sequence[Alert]:
        return [alert for alert in alerts if before is None or alert.created_at <= before]

    return fresh


@pytest.mark.parametrize(
    ("digest", "now", "latest"),
    [
        ("daily 08:00", "2021-07-19T06:00", "2021-07-19T06:00"),
        ("daily 08:00", "2021-07-19T05:59", "2021-07-18T06:00"),
        ("daily 08:00", "2021-03-28T06:30", "2021-03-28T06:00"),  # clocks went forward that night
        ("daily 08:00", "2021-03-27T07:30", "2021-03-27T07:00"),
        ("daily 02:30", "2021-03-28T02:00", "2021-03-28T01:30"),  # 02:30 did not exist: it is 03:30
        ("daily 02:30", "2021-03-28T01:00", "2021-03-27T01:30"),
        ("daily 02:30", "2021-10-31T01:00", "2021-10-31T00:30"),  # 02:30 came twice: the first counts
        ("daily 02:30", "2021-10-31T02:00", "2021-10-31T00:30"),
        ("daily 02:30", "2021-11-01T02:00", "2021-11-01T01:30"),
        ("weekly mon 08:00", "2021-07-25T12:00", "2021-07-19T06:00"),
        ("weekly mon 08:00", "2021-07-26T06:00", "2021-07-26T06:00"),
        ("hourly", "2021-07-19T12:59", "2021-07-19T12:00"),
    ],
)
def test_a_digest_falls_on_its_local_time_whatever_the_clocks_do(digest: str, now: str, latest: str) -> None:
    assert Digest.parse(digest).latest(utc(now), PARIS) == utc(latest)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
def test_every_day_of_a_year_has_one_digest(zone: str) -> None:
    digest = Digest.parse("daily 02:30")
    start = utc("2021-01-01T12:00")
    seen = {digest.latest(start + timedelta(minutes=30) * step, ZoneInfo(zone)) for step in range(365 * 48)}
    assert len(seen) in (365, 366)


@pytest.mark.parametrize(
    "wrong", ["", "daily", "daily 8", "daily 25:00", "daily 08:60", "weekly 08:00", "weekly someday 08:00", "monthly"]
)
def test_what_is_no_digest_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Digest.parse(wrong)


@pytest.mark.parametrize("wrong", ["", "22:00", "22:00-22:00", "22-7", "22:00-25:00"])
def test_what_are_no_quiet_hours_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Quiet.parse(wrong)


@pytest.mark.parametrize(
    ("hours", "now", "is_quiet"),
    [
        ("22:00-07:00", "2021-07-19T19:59", False),
        ("22:00-07:00", "2021-07-19T20:00", True),
        ("22:00-07:00", "2021-07-20T04:59", True),
        ("22:00-07:00", "2021-07-20T05:00", False),
        ("12:00-14:00", "2021-07-19T11:00", True),
        ("12:00-14:00", "2021-07-19T12:00", False),
        ("22:00-07:00", "2021-10-31T05:59", True),  # the night was an hour longer
        ("22:00-07:00", "2021-10-31T06:00", False),
    ],
)
def test_quiet_hours_are_local(hours: str, now: str, is_quiet: bool) -> None:
    pace = Pace(quiet=Quiet.parse(hours), zone=PARIS)
    assert (decide(pace, waiting(utc(now)), [], utc(now)).room == 0) is is_quiet


def test_what_came_in_during_quiet_hours_is_told_together_and_what_came_after_is_not() -> None:
    pace = Pace(quiet=Quiet(time(22), time(7)))
    now = utc("2021-07-20T07:05")
    night = [utc("2021-07-19T23:00"), utc("2021-07-20T03:00")]
    assert decide(pace, waiting(*night, now), [], now) == Decision((1, 2), "quiet hours")
    assert decide(pace, waiting(night[0], now), [], now) == Decision()


def test_a_digest_takes_what_came_before_it_and_leaves_the_rest_for_the_next() -> None:
    pace = Pace(digest=Digest.parse("daily 08:00"))
    due = utc("2021-07-19T08:00")
    decision = decide(pace, waiting(due - timedelta(hours=2), due, due + timedelta(minutes=1)), [], NOON)
    assert decision == Decision((1, 2), "digest", None, due)
    assert decide(pace, waiting(due + timedelta(minutes=1)), [], NOON) == Decision(created_before=due)


def test_a_burst_is_told_as_one_and_a_few_one_by_one() -> None:
    pace = Pace(burst=3)
    assert decide(pace, waiting(*[NOON] * 3), [], NOON) == Decision()
    assert decide(pace, waiting(*[NOON] * 4), [], NOON) == Decision((1, 2, 3, 4), "burst")


def test_above_the_ceiling_of_an_hour_alerts_are_told_as_one_and_then_wait() -> None:
    pace = Pace(most_per_hour=3)
    told = [NOON - timedelta(minutes=5)]
    assert decide(pace, waiting(NOON, NOON), told, NOON) == Decision(room=2)
    assert decide(pace, waiting(NOON, NOON, NOON), told, NOON) == Decision((1, 2, 3), "ceiling", 2)
    assert decide(pace, waiting(NOON), told * 3, NOON) == Decision(room=0)
