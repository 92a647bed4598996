"""`make bench-revisit`: when to look again, measured.

Rules of revisiting with equal requests, on a seeded world (`revisit_world`) and on the real edit times beside the
project; and how long choosing what is due takes with a million articles followed.
"""

import heapq
import sys
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from statistics import mean, median

from bench.due import choosing
from bench.report import Row, publish
from bench.revisit_rules import MIN, Diffengine, Fixed, Known, NewsDiffs, Ours, Rule, Seen
from bench.revisit_world import DAY, Story, replayed, simulated
from crawler.politeness import HostWaits, Politeness

DATA = Path(__file__).parents[2] / "shared" / "data" / "revisions"
PICTURE = Path(__file__).parents[1] / "docs" / "revisit.png"
ARTICLES, HOSTS, DAYS, SEEDS = 500, 10, 45, (1, 2, 3)
BUDGET = 360  # requests an hour to a host, as shipped
REPLAY_SCALE = 10.0  # the replay goes over eight years; with a tenth of the requests it takes a minute or two
TIGHT = 20  # so few that the budget binds
NEAR = 0.005  # requests this near are equal
Make = Callable[[float], Rule]
OTHERS: tuple[Make, ...] = (
    lambda scale: Fixed("fixed interval", scale),
    lambda scale: Diffengine("diffengine's rule", scale),
    lambda scale: NewsDiffs("NewsDiffs' ladder", scale),
)


def ours(scale: float = 1.0) -> Rule:
    return Ours("ours", scale)


def known(scale: float = 1.0) -> Rule:
    return Known("known rates", scale)


@dataclass
class Outcome:
    """What a rule achieved: delays in seconds, one a change, until its first visit or the end; changes overwritten."""

    rule: str
    requests: int = 0
    delays: list[float] = field(default_factory=list)
    overwritten: int = 0
    most_in_an_hour: int = 0

    @property
    def mean(self) -> float:
        return mean(self.delays)


class Run:
    """Every article visited by a rule from its beginning to the end, its hosts' budgets kept by the service's own
    class.
    """

    def __init__(self, rule: Rule, stories: Sequence[Story], end: float, budget: int) -> None:
        self._rule, self._end = rule, end
        self._now = 0.0
        self._politeness = Politeness(budget, clock=lambda: self._now)
        self._seen = [Seen(story, story.born, story.born) for story in stories]
        self._due = [state.story.born + rule.wait(state) for state in self._seen]
        self._signalled = [False] * len(stories)
        self._queue = [(at, False, number) for number, story in enumerate(stories) for at in story.signals]
        self._queue += [(at, True, number) for number, at in enumerate(self._due)]
        heapq.heapify(self._queue)
        self._hours: dict[int, deque[float]] = defaultdict(deque)  # requests to a host, counted apart
        self.outcome = Outcome(rule.name)

    def go(self, most: float = inf) -> Outcome:
        """To the end, or until more than `most` requests were made."""
        while self._queue and self._queue[0][0] <= self._end and self.outcome.requests <= most:
            self._now, is_visit, number = heapq.heappop(self._queue)
            if not is_visit:
                self._signal(number)
            elif self._now == self._due[number]:  # else it was put forward meanwhile
                self._visit(number)
        for state in self._seen:
            self._count(state, self._end)
        return self.outcome

    def _signal(self, number: int) -> None:
        state = self._seen[number]
        at = max(self._now, state.last_visit + MIN)
        if self._due[number] > at and self._rule.follows(state, self._due[number] - at):
            self._signalled[number] = True
            self._plan(number, at)

    def _visit(self, number: int) -> None:
        state = self._seen[number]
        try:
            self._politeness.ask(str(state.story.host))
        except HostWaits as error:
            self._plan(number, self._now + max(1.0, error.wait.total_seconds()))  # a wait is rounded to microseconds
            return
        self.outcome.requests += 1
        hour = self._hours[state.story.host]
        hour.append(self._now)
        while hour[0] <= self._now - 3600:
            hour.popleft()
        self.outcome.most_in_an_hour = max(self.outcome.most_in_an_hour, len(hour))
        changed = self._count(state, self._now)
        self._rule.found(state, self._now, changed=changed, signalled=self._signalled[number])
        self._signalled[number] = False
        self._plan(number, self._now + max(MIN, self._rule.wait(state)))

    def _plan(self, number: int, at: float) -> None:
        self._due[number] = at
        heapq.heappush(self._queue, (at, True, number))

    def _count(self, state: Seen, now: float) -> bool:
        changes = state.story.changes
        new = changes[bisect_right(changes, state.last_visit) : bisect_right(changes, now)]
        self.outcome.delays += [now - at for at in new]
        self.outcome.overwritten += max(0, len(new) - 1)
        return bool(new)


def with_requests(make: Make, requests: int, stories: Sequence[Story], end: float, scale: float = 1.0) -> Outcome:
    """The rule at the scale, sought from `scale` on, at which it makes as many requests: they fall as it grows."""
    best = None
    for _ in range(8):
        found = Run(make(scale), stories, end, BUDGET).go(most=2 * requests)
        if best is None or abs(found.requests - requests) < abs(best.requests - requests):
            best = found
        if abs(found.requests / requests - 1) <= NEAR:
            break
        scale *= found.requests / requests
    assert best is not None
    return best


def compare(stories: Sequence[Story], end: float, *, with_known: bool, scale: float = 1.0) -> list[Outcome]:
    """Ours first, its waits longer by `scale` than as shipped, then the others at as many requests."""
    first = Run(ours(scale), stories, end, BUDGET).go()
    makes = (*OTHERS, known) if with_known else OTHERS
    return [first, *(with_requests(make, first.requests, stories, end, scale) for make in makes)]


def main() -> int:
    print(f"simulating {len(SEEDS)} worlds of {ARTICLES} articles over {DAYS} days", file=sys.stderr)
    worlds = [compare(simulated(ARTICLES, HOSTS, DAYS, seed), DAYS * DAY, with_known=True) for seed in SEEDS]
    rows = list(_of_worlds(worlds))
    runs = [outcome for outcomes in worlds for outcome in outcomes]
    if DATA.is_dir():
        stories = replayed(DATA)
        print(f"replaying the edits of {len(stories)} posts", file=sys.stderr)
        end = max(at for story in stories for at in story.changes) + DAY
        replay = compare(stories, end, with_known=False, scale=REPLAY_SCALE)
        rows += _of_replay(replay)
        runs += replay
    else:
        print(f"no reference data at {DATA}: the replay is left out", file=sys.stderr)
    tight = Run(ours(), simulated(200, 2, 15, 1), 15 * DAY, TIGHT).go()
    over = sum(max(0, run.most_in_an_hour - BUDGET) for run in runs) + max(0, tight.most_in_an_hour - TIGHT)
    rows.append(Row("requests in any hour to any host above its budget", over, 0, "lower", "requests"))
    rows += choosing()
    draw(worlds)
    publish("revisit", rows)
    return 0


def _of_worlds(worlds: Sequence[Sequence[Outcome]]) -> Iterator[Row]:
    first, others, optimum = [w[0] for w in worlds], [w[1:-1] for w in worlds], [w[-1] for w in worlds]
    changes = sum(len(run.delays) for run in first)
    gains = [min(o.mean for o in rest) / own.mean for own, rest in zip(first, others, strict=True)]
    limits = [min(o.mean for o in rest) / best.mean for best, rest in zip(optimum, others, strict=True)]
    shares = [best.mean / own.mean for own, best in zip(first, optimum, strict=True)]
    title = f"simulated ({changes} changes, {len(worlds)} worlds): mean delay"
    yield Row(f"{title}, best other rule ÷ ours", round(median(gains), 2), 2, "higher", "ratio", tuple(_told(worlds)))
    yield Row(f"{title}, best other rule ÷ known rates", round(median(limits), 2), 0, "higher", "ratio, for comparison")
    yield Row(f"{title}, known rates ÷ ours", round(median(shares), 2), 0.85, "higher", "ratio")
    best = min(sum(w[at].overwritten for w in worlds) for at in range(1, len(worlds[0]) - 1))
    yield Row(
        "simulated: changes never seen (target: fewer than the best other rule)",
        sum(run.overwritten for run in first),
        best - 1,
        "lower",
        "changes",
    )


def _of_replay(outcomes: Sequence[Outcome]) -> Iterator[Row]:
    own, *rest = outcomes
    gain = min(other.mean for other in rest) / own.mean
    title = f"replay of {len(own.delays)} real edits"
    yield Row(
        f"{title}: mean delay, best other rule ÷ ours", round(gain, 2), 2, "higher", "ratio", tuple(_told([outcomes]))
    )
    best = min(other.overwritten for other in rest)
    yield Row(f"{title}: edits never seen", own.overwritten, best - 1, "lower", "edits")


def _told(worlds: Sequence[Sequence[Outcome]]) -> Iterator[str]:
    """Each rule's own figures."""
    for runs in zip(*worlds, strict=True):
        delays = [delay for run in runs for delay in run.delays]
        yield (
            f"{runs[0].rule}: {sum(run.requests for run in runs)} requests, mean {mean(delays) / 60:.1f} min, "
            f"median {median(delays) / 60:.1f} min, {sum(run.overwritten for run in runs)} never seen"
        )


def draw(worlds: Sequence[Sequence[Outcome]]) -> None:
    """The share of changes seen within a delay, rule by rule, as a picture in docs/."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    for runs in zip(*worlds, strict=True):
        delays = sorted(delay for run in runs for delay in run.delays)
        shares = [(at + 1) / len(delays) for at in range(len(delays))]
        is_ours = runs[0].rule == "ours"
        axes.plot([max(d, 10) / 60 for d in delays], shares, label=runs[0].rule, linewidth=2.5 if is_ours else 1.2)
    axes.set(xscale="log", xlabel="minutes from change to visit", ylabel="share of changes seen", ylim=(0, 1))
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.savefig(PICTURE, dpi=130)


if __name__ == "__main__":
    sys.exit(main())
