"""Who said what: statements attributed to the topic's speakers, paragraph by paragraph.

A sentence belongs to a speaker when it names one of the speaker's names together with a verb of saying, when it
carries on from such a sentence ("it added", "the lawyers said", a quotation that simply goes on), or when it stands
under a heading that gives the speaker the floor ("NSO's response").
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from revisions.terms import compile_terms
from revisions.text import Paragraph, Role
from revisions.topic import Speaker
from revisions.words import fold, sentences

_QUOTATION = re.compile(r"[\"\u201c\u201e\u00ab\u300c]")
_OPENS_WITH_QUOTE = re.compile(r"^\s*[\"\u201c\u201e\u00ab\u2018\u2019']")
_LEAD = re.compile(r'^([^":]{2,60}):\s*"')  # NSO Group: "…"
_SPOKEN = frozenset({Role.BODY, Role.QUOTE, Role.LIST, Role.BOX})


class Outcome(StrEnum):
    ADDED = "added"
    WITHDRAWN = "withdrawn"
    REWORDED = "reworded"


@dataclass(frozen=True, slots=True)
class Statement:
    """Consecutive sentences of one paragraph by one speaker. `paragraph` is its index in the text."""

    speaker: str
    text: str
    quoted: bool
    paragraph: int
    silent: bool = False  # "declined to comment": a speaker who says nothing


@dataclass(frozen=True, slots=True)
class StatementChange:
    speaker: str
    action: Outcome
    text: str
    quoted: bool
    before: str = ""


@dataclass(frozen=True)
class _Saying:
    verbs: re.Pattern[str]
    carried: re.Pattern[str]
    silence: re.Pattern[str]
    label: re.Pattern[str]


@cache
def _saying() -> _Saying:
    data = tomllib.loads((resources.files("revisions") / "data" / "saying.toml").read_text("utf-8"))

    def any_of(key: str) -> str:
        forms = sorted({fold(form) for row in data.values() for form in row[key]}, key=len, reverse=True)
        return rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?!\w)"

    verbs, carriers = any_of("verbs"), any_of("carriers")
    # "it also added", "the company has since said"; or turned round at the end of a clause, "…, said the company."
    carried = rf"{carriers}\W+(?:\w+\W+){{0,2}}?(?P<before>{verbs})|(?P<after>{verbs})\W+{carriers}(?=\s*(?:[.,;:]|$))"
    patterns = (verbs, carried, any_of("silence"), any_of("label"))
    return _Saying(*(re.compile(pattern, re.IGNORECASE) for pattern in patterns))


class Attribution:
    """Finds the statements of given speakers in paragraphs."""

    def __init__(self, speakers: Sequence[Speaker]) -> None:
        self._speakers = [
            _Named(s.name, _stems(s.names), _surnames(s.aliases), p) for s in speakers if (p := compile_terms(s.names))
        ]

    def statements(self, paragraphs: Sequence[Paragraph]) -> list[Statement]:
        """All statements in reading order."""
        found: list[Statement] = []
        speaker = floor = ""
        for at, paragraph in enumerate(paragraphs):
            if paragraph.role is Role.HEADING:
                floor = speaker = self._given_the_floor(paragraph.text)
            elif paragraph.role in _SPOKEN and not (speaker or floor or self._named_in(fold(paragraph.text))):
                continue  # nobody we know is named here, and nobody has the floor
            elif paragraph.role in _SPOKEN:
                runs = list(self._runs(paragraph.text, speaker, floor))
                found += [_statement(name, run, at) for name, run in runs if name]
                speaker = runs[-1][0] if runs else ""
        return found

    def _given_the_floor(self, heading: str) -> str:
        return self._named_in(fold(heading)) if _saying().label.search(fold(heading)) else ""

    def _runs(self, text: str, speaker: str, floor: str) -> Iterator[tuple[str, list[str]]]:
        """The paragraph's sentences grouped by who speaks ("" for the outlet itself)."""
        run: list[str] = []
        current = ""
        last = speaker
        for sentence in sentences(text):
            who = self._speaker_of(sentence, last, floor, opens=not run)
            if run and who != current:
                yield current, run
                run = []
            current, run = who, [*run, sentence]
            last = who or ("" if _somebody_speaks(sentence) else last)
        if run:
            yield current, run

    def _speaker_of(self, sentence: str, last: str, floor: str, *, opens: bool) -> str:
        flat = fold(sentence)
        says = bool(_saying().verbs.search(flat) or _saying().silence.search(flat))
        outside = _outside_quotes(flat)
        if says and (named := self._named_in(outside) or self._named_in(flat)):
            return named
        if (lead := _LEAD.match(flat)) and (named := self._named_in(lead[1])):
            return named
        if floor:
            return floor
        if last and says and (_carries_on(outside, flat) or self._is_surname_of(last, outside)):
            return last
        if last and not says and _goes_on(sentence, opens=opens):
            return last
        return ""

    def _is_surname_of(self, name: str, outside: str) -> bool:
        """Does the text name a person of this speaker by the last word of the name alone?"""
        surnames = next((s.surnames for s in self._speakers if s.name == name), frozenset[str]())
        return not surnames.isdisjoint(word.removesuffix("'s") for word in outside.replace(",", " ").split())

    def _named_in(self, flat: str) -> str:
        """The speaker named first in folded text; the longer name where two begin together."""
        low = flat.lower()
        likely = (s for s in self._speakers if any(stem in low for stem in s.stems))
        hits = [(m.start(), -len(m[0]), s.name) for s in likely if (m := s.pattern.search(flat))]
        return min(hits)[2] if hits else ""


@dataclass(frozen=True, slots=True)
class _Named:
    """A speaker, with one telling word of each name as a quick test before the pattern that decides."""

    name: str
    stems: tuple[str, ...]
    surnames: frozenset[str]
    pattern: re.Pattern[str]


def _stems(names: Sequence[str]) -> tuple[str, ...]:
    return tuple({max(fold(name).lower().replace("-", " ").split(), key=len) for name in names if fold(name)})


def _surnames(aliases: Sequence[str]) -> frozenset[str]:
    """The last words of names that look like a person's: two words or three, each with a capital."""
    words = [fold(alias).split() for alias in aliases]
    return frozenset(name[-1] for name in words if 2 <= len(name) <= 3 and all(w[:1].isupper() for w in name))


def _carries_on(outside: str, flat: str) -> bool:
    """Is the one who says something in this sentence, quotations aside, the speaker named before?

    The verb itself may be part of the quotation: the company “categorically denies” it.
    """
    first = _saying().verbs.search(outside)
    if first is None:
        outside = flat.replace('"', " ")
        first = _saying().verbs.search(outside)
    carried = _saying().carried.search(outside)
    return bool(first and carried and first.start() in (carried.start("before"), carried.start("after")))


def _somebody_speaks(sentence: str) -> bool:
    """Someone else has the word now, so a later "he added" is no longer ours."""
    return bool(_saying().verbs.search(_outside_quotes(fold(sentence))))


def _outside_quotes(flat: str) -> str:
    return re.sub(r'"[^"]*"?', " ", flat)


def _goes_on(sentence: str, *, opens: bool) -> bool:
    """A quotation without words of its own around it: the one who was speaking goes on."""
    flat = fold(sentence)
    if not _OPENS_WITH_QUOTE.match(sentence):
        return not opens and flat.count('"') == 1 and flat.endswith('"')
    return len(_outside_quotes(flat).split()) <= 2


def _statement(speaker: str, run: list[str], at: int) -> Statement:
    text = " ".join(run)
    return Statement(speaker, text, bool(_QUOTATION.search(text)), at, bool(_saying().silence.search(fold(text))))
