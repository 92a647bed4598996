"""When to look again. Pure: times in, a time and the reason out.

A visit costs the outlet a request; waiting costs delay. With changes coming at the rate λ(t), waiting until τ after
the last visit is expected to cost D(τ) = ∫ λ(u) u du changes × seconds, and an article is visited when that reaches
the price of a request: the marginal gain of every visit is then the same, which is what makes an allocation of
requests optimal (Azar et al. 2018, PNAS 115:8099; Kolobov et al. 2019, NeurIPS). For a constant rate this is the
square-root law, τ = √(2·price/λ). The price is one for all articles of a host, and rises where they would ask for
more than its hourly budget.

A signal (the feed says the article was updated, a copy of it changed) comes with the chance that it means a change,
learned from earlier ones; it is followed at once where that chance times the wait still ahead exceeds the price. This
is the marginal gain of a noisy signal (Busa-Fekete et al. 2025, arXiv 2502.02430) for one that comes once.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from scheduler.hazard import Hazard

PRICE = 10.0  # changes × seconds of delay a request is worth: a typical article is visited 170 times in its first month
USUAL_MIN = timedelta(minutes=2)  # the shortest wait that PRICE goes with
SHORTEST = timedelta(seconds=1)
LOST = 10800.0  # s of delay that a change overwritten before a visit is as bad as; our choice
STEP = 1.2  # by which a host's price rises or falls at once, every ten minutes
PATIENCE = 10  # doublings of the wait after failures in a row
NEAR = 1.01  # two waits this alike are one
TRUE, FALSE = 2.0, 2.0  # signals of an outlet that meant a change and did not, before any was seen


@dataclass(frozen=True)
class Limits:
    """`[revisit]` of the configuration."""

    min: timedelta = timedelta(minutes=2)
    max: timedelta = timedelta(days=30)
    feed_min: timedelta = timedelta(minutes=1)
    feed_max: timedelta = timedelta(hours=6)

    @property
    def price(self) -> float:
        """Of a request. Waits grow with its root, so that all of them are in proportion to the shortest."""
        return PRICE * (max(self.min, SHORTEST) / USUAL_MIN) ** 2


def wait(hazard: Hazard, price: float, limits: Limits, failures: int = 0) -> timedelta:
    """How long after a visit the next one is worth its price; failures in a row slow it down."""
    low, high = max(limits.min, SHORTEST).total_seconds(), limits.max.total_seconds()
    slowed: timedelta = timedelta(seconds=_when_worth(hazard, price, low, high)) * 2.0 ** min(failures, PATIENCE)
    return min(limits.max, slowed)


def _when_worth(hazard: Hazard, price: float, low: float, high: float) -> float:
    if _cost(hazard, low) >= price:
        return low
    if _cost(hazard, high) <= price:
        return high
    while high / low > NEAR:
        middle = sqrt(low * high)
        low, high = (middle, high) if _cost(hazard, middle) < price else (low, middle)
    return high


def _cost(hazard: Hazard, after: float) -> float:
    return hazard.delay(after) + LOST * hazard.lost(after)


def is_worth_following(chance: float, ahead: timedelta, price: float) -> bool:
    """Is a signal followed at once that means a change with `chance`, when the next visit lies so far `ahead`?"""
    return chance * ahead.total_seconds() >= price


def chance_of(true: int, followed: int) -> float:
    """The chance that a signal means a change, of so many followed before of which `true` did."""
    return (TRUE + true) / (TRUE + FALSE + followed)


def next_dearness(dearness: float, wanted: int, budget: int) -> float:
    """How many times as much as usual a request to a host costs from now on, when so many are wanted within an hour.

    Visits are as frequent as 1/√price. What is wanted follows only as articles are planned anew, so the price moves
    towards the one that fits in small steps.
    """
    step = (wanted / budget) ** 2
    return max(1.0, dearness * min(STEP, max(1 / STEP, step)))
