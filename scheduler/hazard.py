"""How likely an article is to change, learned from what was seen of it and of its outlet. Pure; times in seconds.

Changes of an article come at the rate

    λ(t) = r · EVERY_FOLD / (FRESH + age)  +  follow-ups of the changes seen, dying away

where r, the article's own liveliness, is 1 for the typical article, Gamma-distributed among the articles of an
outlet, and learned from the changes seen against those expected (Gamma-Poisson). The prior comes from these figures;
SHAPE, OUTLET and AWAITED are our choices:

- 21 % of articles change within a week, 82 % of that within a day (GDELT's Global Difference Graph, every article
  looked at again after a day and a week). With SHAPE 0.3 the chance that nothing happens, (1 + Λ/0.3)^-0.3, is 0.79
  for a week and 0.83 for a day; that gives EVERY_FOLD and FRESH. The fall with 1/age has the long tail seen in the
  dates of real edits.
- 1,278,804 articles with 4,609,430 versions (NewsEdits, Spangher et al. 2022): 2.6 changes an article, where the
  above alone would give 1.7 to those that changed at all. A change thus brings BRANCHING = 1 - 1.7 / 2.6 follow-ups.
- In the public histories of the Rust and Let's Encrypt blogs 30 % of the edits of a post that was edited before came
  within 10 minutes of the last one, 40 % within 40 minutes, 50 % within 3 hours, 60 % within 13 hours: FOLLOW_UPS.
"""

from dataclasses import dataclass
from math import exp, log

EVERY_FOLD = 0.049  # changes expected every time the age grows e-fold
FRESH = 400.0  # s
SHAPE = 0.3  # of the distribution of r among the articles of an outlet
BRANCHING = 0.35
FOLLOW_UPS = (300.0, 3600.0, 43200.0)  # s, the mean waits of a third of the follow-ups each
OUTLET = 3.0  # changes expected, before an outlet is taken for what was seen of it
AWAITED = 3.0  # times as likely while somebody's answer is awaited; our assumption
NO_ECHOES = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Habit:
    """What was seen of an article or an outlet: changes `expected` of typical ones meanwhile, and those that `came`.

    A follow-up counts in part, as far as it may have come by itself.
    """

    expected: float = 0.0
    came: float = 0.0

    def __add__(self, other: "Habit") -> "Habit":
        return Habit(self.expected + other.expected, self.came + other.came)


@dataclass(frozen=True)
class Hazard:
    """The rate of changes from the last visit on, when the article was `age` old.

    `echoes`: the follow-ups still to come, for each of FOLLOW_UPS.
    """

    age: float
    liveliness: float = 1.0
    echoes: tuple[float, ...] = NO_ECHOES

    def expected(self, after: float) -> float:
        """Changes by then."""
        echo = sum(e * (1 - exp(-after / width)) for e, width in zip(self.echoes, FOLLOW_UPS, strict=True))
        return self.liveliness * _typical(self.age, after) + echo

    def delay(self, after: float) -> float:
        """∫ λ(u) u du: the delay, in changes × seconds, that waiting so long is expected to cost."""
        young = FRESH + self.age
        cost = self.liveliness * EVERY_FOLD * (after - young * log(1 + after / young))
        for echo, width in zip(self.echoes, FOLLOW_UPS, strict=True):
            if echo:
                gone = after / width
                cost += echo * width * (1 - (1 + gone) * exp(-gone))
        return cost

    def lost(self, after: float) -> float:
        """What waiting so long adds, in changes × seconds, to the chance that a change is overwritten by a follow-up.

        Of the changes in the wait, as many are lost as bring a follow-up before its end: L(τ) = λ·BRANCHING·∫F. Like
        `delay` this is τ·L' - L, the marginal cost of waiting on.
        """
        if not after:
            return 0.0
        soon = sum(width * (1 - (1 + after / width) * exp(-after / width)) for width in FOLLOW_UPS) / len(FOLLOW_UPS)
        return self.expected(after) / after * BRANCHING * soon

    def learned(self, after: float, *, changed: bool) -> Habit:
        """What a visit so long after the last one taught of the article."""
        typical = _typical(self.age, after)
        total = self.expected(after)
        return Habit(typical, self.liveliness * typical / total if changed and total else 0.0)

    def echoes_after(self, after: float, *, changed: bool) -> tuple[float, ...]:
        """Follow-ups still to come at a visit so long after the last one."""
        new = BRANCHING / len(FOLLOW_UPS) if changed else 0.0
        return tuple(e * exp(-after / width) + new for e, width in zip(self.echoes, FOLLOW_UPS, strict=True))


def _typical(age: float, after: float) -> float:
    """Changes of a typical article that come by themselves, from that age on."""
    return EVERY_FOLD * log(1 + after / (FRESH + age))


def liveliness(article: Habit, outlet: Habit) -> float:
    """How many times as often the article changes as a typical one of its age: the posterior mean of r."""
    usual = (OUTLET + outlet.came) / (OUTLET + outlet.expected)
    return usual * (SHAPE + article.came) / (SHAPE + usual * article.expected)
