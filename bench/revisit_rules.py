"""The rules of revisiting that are compared, each with a scale by which its appetite for requests is set.

Every rule learns of an article only what its visits found. All follow a feed's signal at once but ours and the optimum,
which weigh it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bench.revisit_world import DAY, Story
from scheduler import revisit
from scheduler.hazard import NO_ECHOES, Habit, Hazard, liveliness

MIN = 120.0  # s between two visits of an article, for all rules alike
LIMITS = revisit.Limits(min=timedelta(seconds=MIN))
HOUR = 3600.0


@dataclass
class Seen:
    """What a rule knows of an article at a visit."""

    story: Story
    last_visit: float
    last_change: float
    habit: Habit = field(default_factory=Habit)
    echoes: tuple[float, ...] = NO_ECHOES

    def age(self) -> float:
        return self.last_visit - self.story.born


@dataclass
class Rule(ABC):
    """`wait` after a visit; `follows`: is a signal followed at once, the next visit lying so many seconds ahead?"""

    name: str
    scale: float = 1.0

    def found(self, seen: Seen, now: float, *, changed: bool, signalled: bool) -> None:
        """Learn from a visit."""
        seen.last_visit = now
        if changed:
            seen.last_change = now

    @abstractmethod
    def wait(self, seen: Seen) -> float: ...

    def follows(self, seen: Seen, ahead: float) -> bool:
        return True


class Fixed(Rule):
    def wait(self, seen: Seen) -> float:
        return max(MIN, 12 * HOUR * self.scale)


class Diffengine(Rule):
    """When the time since the last visit is at least 0.2 × that since the article was first seen."""

    def wait(self, seen: Seen) -> float:
        return max(MIN, 0.2 * self.scale * seen.age())


class NewsDiffs(Rule):
    """A ladder by the time since the last change."""

    LADDER = ((3 * HOUR, HOUR / 4), (DAY, HOUR), (7 * DAY, 3 * HOUR), (30 * DAY, 3 * DAY), (360 * DAY, 30 * DAY))

    def wait(self, seen: Seen) -> float:
        since = seen.last_visit - seen.last_change
        return next((max(MIN, step * self.scale) for below, step in self.LADDER if since < below), float("inf"))


@dataclass
class Ours(Rule):
    """`scheduler.revisit`, learning as the service does; the scale is that of the price of a request."""

    outlets: dict[int, Habit] = field(default_factory=dict)
    signals: dict[int, tuple[int, int]] = field(default_factory=dict)  # of an outlet: true ones, all followed

    def hazard(self, seen: Seen) -> Hazard:
        outlet = self.outlets.get(seen.story.host, Habit())
        return Hazard(seen.age(), liveliness(seen.habit, outlet), seen.echoes)

    def found(self, seen: Seen, now: float, *, changed: bool, signalled: bool) -> None:
        elapsed, host = now - seen.last_visit, seen.story.host
        hazard = self.hazard(seen)
        learned = hazard.learned(elapsed, changed=changed)
        seen.habit += learned
        seen.echoes = hazard.echoes_after(elapsed, changed=changed)
        self.outlets[host] = self.outlets.get(host, Habit()) + learned
        if signalled:
            true, followed = self.signals.get(host, (0, 0))
            self.signals[host] = true + changed, followed + 1
        super().found(seen, now, changed=changed, signalled=signalled)

    def wait(self, seen: Seen) -> float:
        return revisit.wait(self.hazard(seen), LIMITS.price * self.scale**2, LIMITS).total_seconds()

    def follows(self, seen: Seen, ahead: float) -> bool:
        chance = revisit.chance_of(*self.signals.get(seen.story.host, (0, 0)))
        return revisit.is_worth_following(chance, timedelta(seconds=ahead), LIMITS.price * self.scale**2)


@dataclass
class Known(Ours):
    """The optimum for known rates: the same allocation with every article's true liveliness."""

    def hazard(self, seen: Seen) -> Hazard:
        return replace(super().hazard(seen), liveliness=seen.story.liveliness)
