"""Did an outlet's pages change shape? Many of its articles changed at once, far more than its articles usually do."""

from dataclasses import dataclass
from math import comb

FEWEST = 8  # articles changed within the time looked at
SHARE = 0.5  # of the articles read within that time
PRIOR_CHANGED, PRIOR_VISITS = 1.0, 50.0  # what a visit finds where little is known: one change in fifty
BY_CHANCE = 1e-6  # the jump must be less likely than this


@dataclass(frozen=True)
class Reading:
    """What was found at one outlet: articles read and changed lately, visits lately; visits and changes before that."""

    articles: int
    changed: int
    visits: int
    visits_before: int
    changed_before: int


def changed_shape(found: Reading) -> bool:
    """Has the share of changed articles jumped, beyond what chance and the outlet's habits explain?

    The prior of one change in fifty visits is on the high side of published figures: GDELT's Global Difference Graph
    saw the text of 21% of articles change within a week.
    """
    if found.changed < FEWEST or found.changed < SHARE * found.articles:
        return False
    usual = (found.changed_before + PRIOR_CHANGED) / (found.visits_before + PRIOR_VISITS)
    return _at_least(found.changed, max(found.visits, found.changed), min(1.0, usual)) < BY_CHANCE


def _at_least(successes: int, trials: int, chance: float) -> float:
    """The binomial distribution's upper tail."""
    return sum(comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(successes, trials + 1))
