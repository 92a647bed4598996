"""Is this our story? The topic's terms, weighed with their context, and the speakers whose words matter."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from revisions.terms import term_pattern
from revisions.words import fold

ENOUGH = 2  # weight from which a text is about the topic
DECISIVE, AMBIGUOUS, CONTEXT, EXCLUDED = 2, 1, 1, -3
SUPPORT = 2  # the most that context adds to a term
_WEIGHT = re.compile(r"\^([1-9])$")


@dataclass(frozen=True)
class Speaker:
    """Someone whose words matter: the name reported, other names for the same voice, and whom it speaks for."""

    name: str
    aliases: tuple[str, ...] = ()
    organisation: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


def speaker_key(name: str) -> str:
    """What a speaker is found by, however the name is written."""
    return fold(name).casefold()


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
    and its context, not an article that is plainly about the story and mentions the airline. A weight of its own may
    stand behind any of them ("spyware^2"); a context term of weight 2 leaves an entry without any term to its text.
    """

    name: str
    terms: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    speakers: tuple[Speaker, ...] = field(default=())

    def speaker_named(self, name: str) -> str:
        """The speaker one of whose names this is, by the name reported; a name nobody has is left as it is."""
        key = speaker_key(name)
        return next((s.name for s in self.speakers if key in map(speaker_key, s.names)), name)

    @cached_property
    def _weighed(self) -> list["_Term"]:
        rows = [_term(written, _Part.TERM, self._weight_of(written)) for written in self.terms]
        rows += [_term(written, _Part.CONTEXT, CONTEXT) for written in self.context]
        rows += [_term(written, _Part.EXCLUDED, EXCLUDED) for written in self.exclude]
        return [row for row in rows if fold(row.words)]

    def _weight_of(self, written: str) -> int:
        return AMBIGUOUS if self.context and len(fold(split_weight(written)[0]).split()) == 1 else DECISIVE

    def judge(self, text: str) -> Verdict:
        """Weigh a title with its summary, or a whole article."""
        flat = fold(text)
        found = [term for term in self._weighed if term.pattern.search(flat)]
        return Verdict(*_decide(found), tuple((term.words, term.weight) for term in found))

    def judge_entry(self, title: str, summary: str, address: str) -> Verdict:
        """Weigh a feed's entry by its title, summary and the words of its address.

        An entry without a title says too little to be turned away; its article's text decides.
        """
        verdict = self.judge(f"{title}\n{summary}\n{address}")
        if verdict.relevance is Relevance.NO and not title.strip() and not any(w < 0 for _, w in verdict.reasons):
            return replace(verdict, relevance=Relevance.UNSURE)
        return verdict


class _Part(StrEnum):
    TERM = "term"
    CONTEXT = "context"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class _Term:
    words: str
    part: _Part
    weight: int
    pattern: re.Pattern[str]


def split_weight(written: str) -> tuple[str, int]:
    """A term as configured and its weight: "spyware^2" is ("spyware", 2); 0 where none is given."""
    match = _WEIGHT.search(written)
    return (written[: match.start()].strip(), int(match[1])) if match else (written, 0)


def _term(written: str, part: _Part, weight: int) -> _Term:
    words, own = split_weight(written)
    return _Term(words, part, (-own if part is _Part.EXCLUDED else own) or weight, term_pattern(words))


def _decide(found: list[_Term]) -> tuple[Relevance, int]:
    own = sum(term.weight for term in found if term.part is _Part.TERM)
    against = min((term.weight for term in found if term.part is _Part.EXCLUDED), default=0)
    context = [term.weight for term in found if term.part is _Part.CONTEXT]
    total = own + min(SUPPORT, sum(context)) + against
    if own and total >= ENOUGH:
        return Relevance.YES, total
    may_be = own or max(context, default=0) >= DECISIVE
    return (Relevance.UNSURE if may_be and not against else Relevance.NO), total
