"""The next visit of an article, from what stands in the record; and why, in words. Pure."""

from datetime import datetime, timedelta

from scheduler.hazard import AWAITED, NO_ECHOES, Habit, Hazard, liveliness
from scheduler.revisit import Limits, chance_of, is_worth_following, wait
from storage.facts import Course, Planned, Signal

ANSWER = timedelta(days=3)  # within which an answer that an article awaits is likely to come
DAY = 86400.0  # s
LATELY = 0.1  # follow-ups still to come, from which on a change is worth a word


def plan(course: Course, limits: Limits) -> Planned:
    """What the visit taught, and when the article is visited next."""
    before = course.last_read_at
    outlet = Habit(course.outlet_expected, course.outlet_came)
    habit = Habit(course.expected, course.came)
    echoes = course.echoes or NO_ECHOES
    learned = Habit()
    if before is not None:
        elapsed = max(0.0, (course.now - before).total_seconds())
        past = Hazard(_age(course, before), liveliness(habit, outlet), echoes)
        if not course.failed:
            learned = past.learned(elapsed, changed=course.changed)
        echoes = past.echoes_after(elapsed, changed=course.changed)
    lively = liveliness(habit + learned, outlet + learned)
    is_awaited = course.awaited_since is not None and course.now - course.awaited_since < ANSWER
    hazard = Hazard(_age(course, course.now), lively * (AWAITED if is_awaited else 1), echoes)
    ahead = wait(hazard, limits.price * course.dearness, limits, course.failures)
    if course.failed:  # the time since the page was last read is not lost on what is learned later
        echoes = course.echoes or NO_ECHOES
    why = _why(course, hazard, lively, is_awaited=is_awaited)
    return Planned(course.now + ahead, why, learned.expected, learned.came, echoes)


def is_worth(signal: Signal, limits: Limits) -> bool:
    """Is a signal that an article may have changed followed at once?"""
    chance = chance_of(signal.true, signal.followed)
    return is_worth_following(chance, signal.ahead, limits.price * signal.dearness)


def _age(course: Course, at: datetime) -> float:
    return max(0.0, (at - course.since).total_seconds())


def _why(course: Course, hazard: Hazard, lively: float, *, is_awaited: bool) -> str:
    said = [f"{_per_day(hazard)} changes expected within a day", f"{lively:.1f} times as lively as usual at its age"]
    if sum(hazard.echoes) > LATELY:
        said.append("it changed lately")
    if is_awaited:
        said.append("it awaits somebody's answer")
    if course.dearness > 1:
        reason = "its host's budget is short or visits are late"
        said.append(f"a request costs {course.dearness:.1f} times as much as usual ({reason})")
    if course.failures:
        said.append(f"{course.failures} visits in a row failed" if course.failures > 1 else "the last visit failed")
    return "; ".join(said)


def _per_day(hazard: Hazard) -> str:
    return f"{hazard.expected(DAY):.2g}"
