"""Is this our story? The topic's terms, weighed with their context, and the speakers whose words matter."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from revisions.terms import term_pattern
from revisions.words import fold

ENOUGH = 2  # weight from which a text is about the topic
DECISIVE, AMBIGUOUS, CONTEXT, EXCLUDED = 2, 1, 1, -3


@dataclass(frozen=True)
class Speaker:
    """Someone whose words matter: the name reported, other names for the same voice, and whom it speaks for."""

    name: str
    aliases: tuple[str, ...] = ()
    organisation: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


class Relevance(StrEnum):
    YES = "yes"
    UNSURE = "unsure"  # a term without its context: the article's own text decides
    NO = "no"


@dataclass(frozen=True)
class Verdict:
    """What was decided and why: each word that counted, as written in the topic, with its weight."""

    relevance: Relevance
    weight: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Topic:
    """Terms, context terms and exclusions as in the configuration.

    A term of several words ("NSO Group") decides alone. A term of one word ("Pegasus") may mean something else, so
    where context terms are given it needs one of them, or a second term, beside it. An exclusion outweighs one term
    and its context, not an article that is plainly about the story and mentions the airline.
    """

    name: str
    terms: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    speakers: tuple[Speaker, ...] = field(default=())

    @cached_property
    def _weighed(self) -> list[tuple[str, int, re.Pattern[str]]]:
        rows = [(term, self._weight_of(term)) for term in self.terms]
        rows += [(term, CONTEXT) for term in self.context]
        rows += [(term, EXCLUDED) for term in self.exclude]
        return [(term, weight, term_pattern(term)) for term, weight in rows if fold(term)]

    def _weight_of(self, term: str) -> int:
        return AMBIGUOUS if self.context and len(fold(term).split()) == 1 else DECISIVE

    def judge(self, text: str) -> Verdict:
        """Weigh a title with its summary, or a whole article."""
        flat = fold(text)
        found = [(term, weight) for term, weight, pattern in self._weighed if pattern.search(flat)]
        return Verdict(*self._decide(found), tuple(found))

    def _decide(self, found: list[tuple[str, int]]) -> tuple[Relevance, int]:
        own = sum(weight for term, weight in found if term in self.terms)
        against = min((weight for _, weight in found if weight < 0), default=0)
        support = min(2, sum(weight for term, weight in found if term in self.context))
        total = own + support + against
        if own and total >= ENOUGH:
            return Relevance.YES, total
        return (Relevance.UNSURE if own and not against else Relevance.NO), total
