"""A seeded world of articles that change, and of feeds that sometimes say so, for comparing rules of revisiting.

Its articles appear over the first half of the time watched, at outlets of different liveliness, and change by the
process of `scheduler.hazard`, whose figures and sources stand there; here every article has a liveliness of its own,
drawn from the Gamma distribution, and every outlet a factor, drawn from a log-normal one. Half of the changes are
signalled by the feed within minutes, and as many signals mean nothing: both are assumptions.
"""

import json
import lzma
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp, log
from pathlib import Path

from scheduler.hazard import BRANCHING, EVERY_FOLD, FOLLOW_UPS, FRESH, SHAPE

DAY = 86400.0
OUTLETS_DIFFER = 0.7  # standard deviation of the logarithm of their factors
SIGNALLED = 0.5  # of the changes
SIGNAL_WITHIN = 600.0  # s
_DATED = re.compile(r"/(\d{4})-(\d{1,2})-(\d{1,2})")  # in a path
_DATE = re.compile(r"^date *[:=] *\W?(\d{4})-(\d{2})-(\d{2})", re.MULTILINE)  # in front matter


@dataclass(frozen=True)
class Story:
    """An article: when it appeared, its host, its true liveliness, when it changes and when its feed says so."""

    born: float
    host: int
    liveliness: float
    changes: tuple[float, ...]
    signals: tuple[float, ...] = ()


def simulated(articles: int, hosts: int, days: float, seed: int) -> list[Story]:
    """Times in seconds from the beginning; nothing happens after `days`."""
    draw = random.Random(seed)
    factors = [draw.lognormvariate(-(OUTLETS_DIFFER**2) / 2, OUTLETS_DIFFER) for _ in range(hosts)]
    return [_story(draw, factors, days * DAY) for _ in range(articles)]


def _story(draw: random.Random, factors: list[float], end: float) -> Story:
    host = draw.randrange(len(factors))
    born = draw.uniform(0, end / 2)
    own = factors[host] * draw.gammavariate(SHAPE, 1 / SHAPE)
    changes = sorted(_changes(draw, own, born, end))
    signals = [at + draw.uniform(0, SIGNAL_WITHIN) for at in changes if draw.random() < SIGNALLED]
    signals += _idle_signals(draw, own, born, end)
    return Story(born, host, own, tuple(changes), tuple(sorted(at for at in signals if at < end)))


def _changes(draw: random.Random, own: float, born: float, end: float) -> Iterator[float]:
    """Changes that come by themselves, each with the follow-ups it brings."""
    for at in _by_themselves(draw, own * EVERY_FOLD, born, end):
        family = [at]
        while family:
            parent = family.pop()
            yield parent
            count = _poisson(draw, BRANCHING)
            family += [t for _ in range(count) if (t := parent + draw.expovariate(1 / draw.choice(FOLLOW_UPS))) < end]


def _by_themselves(draw: random.Random, every_fold: float, born: float, end: float) -> Iterator[float]:
    """A Poisson process with the rate every_fold / (FRESH + age), by its inverse."""
    folds, last = 0.0, log(1 + (end - born) / FRESH)
    while every_fold and (folds := folds + draw.expovariate(every_fold)) < last:
        yield born + FRESH * (exp(folds) - 1)


def _idle_signals(draw: random.Random, own: float, born: float, end: float) -> list[float]:
    return list(_by_themselves(draw, own * EVERY_FOLD * SIGNALLED / (1 - BRANCHING), born, end))


def _poisson(draw: random.Random, mean: float) -> int:
    left, count = exp(-mean), 0
    product = draw.random()
    while product > left:
        product *= draw.random()
        count += 1
    return count


def replayed(folder: Path) -> list[Story]:
    """The real edits in the reference data: a post appears on its date; no signals, one host a blog."""
    edits: dict[tuple[int, str], list[float]] = defaultdict(list)
    born: dict[tuple[int, str], float] = {}
    for host, file in enumerate(sorted(folder.glob("*.jsonl.xz"))):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                edits[host, row["path"]].append(float(row["at"]))
                if dated := _DATED.search(row["path"]) or _DATE.search(row["old"]):
                    year, month, day = map(int, dated.groups())
                    born.setdefault((host, row["path"]), datetime(year, month, day, tzinfo=UTC).timestamp())
    first = min(born.values())
    found = []
    for key, times in edits.items():
        later = tuple(sorted(at - first for at in times if key in born and at > born[key]))
        if later:
            found.append(Story(born[key] - first, key[0], 1.0, later))
    return found
