"""Who said what, paragraph by paragraph: quoted and reported speech with its speaker.

A sentence belongs to whom the verb of saying has for its subject: one of the topic's speakers by any of their names,
another name as the outlet writes it, or "the company" and "it" for the one who spoke before. A quotation belongs
whole to the one it is attributed to; under a heading that gives a speaker the floor ("NSO's response") all is theirs.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources

from revisions.names import Names, bare, name_pattern
from revisions.terms import any_form, compile_terms, first_words
from revisions.text import Paragraph, Role
from revisions.topic import Speaker
from revisions.words import WORD_LETTER, fold, sentences

LONGEST_NAME = 4  # words of a heading that is only a name
LONGEST_QUESTION = 12  # words of a question that stands above its answer
_QUOTED = "\u00b6"  # stands in for a quotation
_QUOTATION = re.compile(r"[\"\u201c\u201e\u00ab\u300c]")
_QUOTATIONS = re.compile(r'"[^"]*"?')
_LEAD = re.compile(r'^([^":]{2,60}):\s*"')  # NSO Group: "…"
_APPOSITION = re.compile(r",\s*([^,]{3,60}),")
_WORDS = re.compile(rf"{WORD_LETTER}+")
_SPOKEN = frozenset({Role.BODY, Role.QUOTE, Role.LIST, Role.BOX})
_NO_CAPITALS = re.compile(r"[\u0590-\u05ff\u0600-\u06ff\u0900-\u097f]")  # Hebrew, Arabic, Devanagari


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
class _Lead:
    """A pattern for what leads to a speaker, and the words that it cannot be without."""

    pattern: str
    words: frozenset[str]


@dataclass(frozen=True)
class _Saying:
    """Patterns over folded text, from `data/saying.toml`; those that are compiled, over text in small letters.

    `words`: the verbs of one word; `begin`: what the longer ones, and what says that nothing was said, begin with.
    """

    words: frozenset[str]
    begin: frozenset[str]
    verbs: re.Pattern[str]
    carried: re.Pattern[str]
    silence: re.Pattern[str]
    label: re.Pattern[str]
    before: str  # what may stand between a speaker and the verb, with the verb
    behind: tuple[_Lead, ...]  # what may stand before a speaker, with "according to" or the verb


@cache
def _saying() -> _Saying:
    data = tomllib.loads((resources.files("revisions") / "data" / "saying.toml").read_text("utf-8"))

    def any_of(key: str, *languages: str) -> str:
        return any_form(forms_of(key, *languages))

    def forms_of(key: str, *languages: str) -> set[str]:
        rows = [data[language] for language in languages] if languages else list(data.values())
        return {fold(form).lower() for row in rows for form in row.get(key, ())}

    others = [language for language in data if language != "en"]
    verbs, carriers, silence = any_of("verbs"), any_of("carriers"), any_of("silence")
    said = forms_of("verbs") | forms_of("silence")
    longer = {form for form in said if not _WORDS.fullmatch(form)}
    says = rf"(?i:{silence}|{verbs})"
    # "it also added", "the company has since said"; or turned round at the end of a clause, "…, said the company."
    before = rf"{carriers}\W+(?:\w+\W+){{0,3}}?(?P<before>{verbs})"
    after = rf"(?P<after>{verbs})\W+{carriers}(?=\s*(?:[.,;:\u00b6]|$))"
    aside = r"(?:\s*,[^,\"]{2,110},|\s*\([^)]{1,60}\))"
    word = r"(?:\s+(?!(?:that|which|who|whose|because|if|when)\b)[\w'.-]+)"
    relative = r"(?:,?\s+(?:who|which|die|der|das|qui|que|quien|che|aki|amely))"
    # Nothing but words, or words around an aside: as one pattern it would be tried in many ways that are the same.
    between = rf"(?:{word}{{0,10}}?|{word}{{0,6}}?(?:{aside}{relative}?|{relative}){word}{{0,4}}?)"
    # English turns subject and verb round only behind a quotation or a comma; other languages do so anywhere.
    clause = r"(?:(?<=^)|(?<=[,\u00b6])|(?<=[,\u00b6] ))\s*(?!told)"
    few = r"(?:\s+[\w'.-]+){0,5}?\s+"
    source = rf"(?i:{any_of('sources')})\s+(?:(?!that|which|who)[\w'.-]+\s+){{0,4}}?"

    def lead(pattern: str, key: str, *languages: str) -> _Lead:
        return _Lead(pattern, frozenset(first_words(forms_of(key, *languages))))

    return _Saying(
        words=frozenset(first_words(said - longer)),
        begin=frozenset(first_words(longer)),
        verbs=re.compile(rf"{silence}|{verbs}"),
        carried=re.compile(f"{before}|{after}"),
        silence=re.compile(silence),
        label=re.compile(rf"{any_of('label')}|{any_of('closing')}\W*$"),
        before=rf"(?:'s|')?{between}\s*,?\s*{_QUOTED}?\s*{says}",
        behind=(
            lead(source, "sources"),
            lead(rf"{clause}(?i:{any_of('verbs', 'en')}){few}", "verbs", "en"),
            lead(rf"(?i:{any_of('verbs', *others)}){few}", "verbs", *others),
        ),
    )


@lru_cache(maxsize=4096)
def _words_of(flat: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(flat.lower()))


def _speaks(flat: str) -> bool:
    """Does somebody say something, or say nothing, in folded text? A single word tells, or a word that begins more."""
    low = flat.lower()
    saying, words = _saying(), _words_of(flat)
    if not saying.words.isdisjoint(words):
        return True
    return not saying.begin.isdisjoint(words) and bool(saying.verbs.search(low))


def _is_silent(flat: str) -> bool:
    """Does it say of somebody in folded text that he said nothing?"""
    return _speaks(flat) and bool(_saying().silence.search(flat.lower()))


class Attribution:
    """Finds the statements in paragraphs; `speakers` are reported by their configured names."""

    def __init__(self, speakers: Sequence[Speaker]) -> None:
        self._speakers = [
            _Named(s.name, _stems(s.names), _surnames(s.aliases), p) for s in speakers if (p := compile_terms(s.names))
        ]
        self._organisations = {fold(s.organisation).lower(): s.name for s in reversed(speakers) if s.organisation}
        self._stems = tuple({stem for speaker in self._speakers for stem in speaker.stems})
        listed = "|".join(s.pattern.pattern for s in self._speakers)
        name = rf"(?<!\w){name_pattern()}"
        self._subjects = _subjects(rf"(?P<who>{f'(?i:{listed})|' if listed else ''}{name})")
        self._unlisted = _subjects(rf"(?P<who>{name})")  # much quicker, for where no speaker of the topic is named
        source, *verbs = (lead.words for lead in _saying().behind)
        self._needed = (source, frozenset[str](), *verbs)  # words without which each of them finds nothing
        self._search = lru_cache(maxsize=4096)(self._search_once)  # versions of an article share most sentences

    def _search_once(self, which: int, outside: str, at: int) -> tuple[str, str, int] | None:
        """The next subject of that pattern: with what ties it to its verb, itself, and where it begins."""
        needed = self._needed[which]
        if needed and needed.isdisjoint(_words_of(outside)):
            return None
        patterns = self._subjects if self._may_name(outside.lower()) else self._unlisted
        match = patterns[which].search(outside, at)
        return (match[0], match["who"], match.start("who")) if match else None

    def statements(self, paragraphs: Sequence[Paragraph]) -> list[Statement]:
        """All statements in reading order."""
        found: list[Statement] = []
        names = Names()
        article, box = _Place(), _Place()
        for at, paragraph in enumerate(paragraphs):
            names.read(fold(paragraph.text))
            if paragraph.role is not Role.BOX:
                box = _Place()  # what was said in a box does not carry over to the text around it, nor back
            place = article if paragraph.role is not Role.BOX else box
            if _is_heading(paragraph):
                self._under(paragraph.text, place)
            elif paragraph.role in _SPOKEN:
                runs = list(self._runs(paragraph.text, place.speaker, place.floor, names))
                found += [_statement(name, run, at) for name, run in runs if name]
                place.speaker = runs[-1][0] if runs else ""
        return found

    def _under(self, heading: str, place: "_Place") -> None:
        """What a heading says of the paragraphs below it: "NSO's response", or "Hungary" among the responses."""
        flat = fold(heading)
        named = self._named_in(flat)
        if _saying().label.search(flat.lower()):
            place.are_responses = place.are_responses or not named
            place.floor = named
        else:
            is_name = place.are_responses and len(flat.split()) <= LONGEST_NAME
            place.floor = (named or self._organisations.get(flat.lower(), "")) if is_name else ""
        place.speaker = place.floor

    def _runs(self, text: str, speaker: str, floor: str, names: Names) -> Iterator[tuple[str, list[str]]]:
        """The paragraph's sentences grouped by who speaks ("" for the outlet itself)."""
        run: list[str] = []
        current = ""
        last = speaker
        for unit in _units(text):
            who = self._speaker_of(unit, last, floor, names, opens=not run)
            if run and who != current:
                yield current, run
                run = []
            current, run = who, [*run, *unit.sentences]
            last = who or ("" if unit.somebody_speaks else last)
        if run:
            yield current, run

    def _speaker_of(self, unit: "_Unit", last: str, floor: str, names: Names, *, opens: bool) -> str:
        if floor:
            return floor if not _is_silent(unit.flat) else self._subject(unit, names) or floor
        if unit.says and (subject := self._subject(unit, names)):
            return subject
        if unit.lead and (named := self._named_in(unit.lead)):
            return named
        if last and unit.says and (_carries_on(unit) or self._is_surname_of(last, unit.outside)):
            return last
        if last and not unit.says and _goes_on(unit, opens=opens):
            return last
        return ""

    def _subject(self, unit: "_Unit", names: Names) -> str:
        """Whom the verb of saying has for its subject, or ""."""
        outside = unit.outside
        if _NO_CAPITALS.search(unit.flat):
            return self._named_in(outside) or self._named_in(unit.flat)
        for which in range(len(self._subjects) if unit.somebody_speaks else 1):
            at = 0
            while (found := self._search(which, outside, at)) is not None:
                subject, who, begin = found
                if speaker := self._in_apposition(subject) or self._resolved(who, names):
                    return speaker
                at = begin + 1
        return ""

    def _in_apposition(self, subject: str) -> str:
        """The configured speaker who stands alone between commas: "the minister, Ashwini Vaishnaw, told …"."""
        between = _APPOSITION.search(subject)
        named = self._named_in(between[1]) if between else ""
        return named if between and any(s.pattern.fullmatch(between[1]) for s in self._speakers) else ""

    def _resolved(self, who: str, names: Names) -> str:
        """The configured speaker a name stands for, by name or by organisation; else the name itself."""
        known = names.known(who)
        return self._named_in(who) or self._organisations.get(bare(who).lower()) or known

    def _is_surname_of(self, name: str, outside: str) -> bool:
        """Does the text name a person of this speaker by the last word of the name alone?"""
        surnames = next((s.surnames for s in self._speakers if s.name == name), frozenset[str]())
        return not surnames.isdisjoint(word.removesuffix("'s") for word in outside.replace(",", " ").split())

    def _may_name(self, low: str) -> bool:
        """Is a telling word of one of the topic's speakers in the text, which is in small letters?"""
        return any(map(low.__contains__, self._stems))

    def _named_in(self, flat: str) -> str:
        """The speaker named first in folded text; the longer name where two begin together."""
        low = flat.lower()
        if not self._may_name(low):
            return ""
        likely = (s for s in self._speakers if any(stem in low for stem in s.stems))
        hits = [(m.start(), -len(m[0]), s.name) for s in likely if (m := s.pattern.search(flat))]
        return min(hits)[2] if hits else ""


def _subjects(who: str) -> tuple[re.Pattern[str], ...]:
    """How a speaker can be the subject of a verb of saying: behind "according to", before the verb, and behind it."""
    source, *verbs = (re.compile(lead.pattern + who) for lead in _saying().behind)
    return (source, re.compile(who + _saying().before), *verbs)


@dataclass(slots=True)
class _Place:
    """Where in a text we are: who spoke last, who has the floor, and whether the sections are responses."""

    speaker: str = ""
    floor: str = ""
    are_responses: bool = False


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


def _is_heading(paragraph: Paragraph) -> bool:
    """A heading, or in a box a line that reads like one: "What does NSO Group say?"."""
    if paragraph.role is not Role.BOX:
        return paragraph.role is Role.HEADING
    return len(paragraph.text.split()) <= LONGEST_QUESTION and paragraph.text.rstrip().endswith("?")


@dataclass(frozen=True, slots=True)
class _Unit:
    """Sentences that are attributed together. `flat`: their folded words; `outside`: those around quotations.

    `lead`: what stands before a colon and a quotation. `says`: somebody says something, and it is no question of the
    outlet's own. `somebody_speaks`: so he does outside the quotations.
    """

    sentences: tuple[str, ...]
    flat: str
    outside: str
    lead: str
    says: bool
    somebody_speaks: bool


@lru_cache(maxsize=2048)
def _units(text: str) -> tuple[_Unit, ...]:
    """The units of a paragraph. Two versions of an article share most of their paragraphs."""
    return tuple(map(_unit, _attributed_together(text)))


def _attributed_together(text: str) -> Iterator[list[str]]:
    """Sentences, those within one quotation together: it is attributed once, before it or behind it."""
    unit: list[str] = []
    marks = 0
    for sentence in sentences(text):
        unit.append(sentence)
        marks += fold(sentence).count('"')
        if marks % 2 == 0:
            yield unit
            unit, marks = [], 0
    if unit:
        yield unit


def _unit(said: Sequence[str]) -> _Unit:
    flat = fold(" ".join(said))
    is_question = flat.endswith(("?", "\u061f")) and not _QUOTATION.search(flat)
    outside = _QUOTATIONS.sub(f" {_QUOTED} ", flat)
    lead = _LEAD.match(flat)
    speaks = _speaks(flat)
    return _Unit(
        sentences=tuple(said),
        flat=flat,
        outside=outside,
        lead=lead[1] if lead else "",
        says=speaks and not is_question,
        somebody_speaks=speaks if outside == flat else _speaks(outside),
    )


def _carries_on(unit: _Unit) -> bool:
    """Is the one who says something in this sentence, quotations aside, the speaker named before?

    The verb itself may be part of the quotation: the company “categorically denies” it.
    """
    said = unit.outside.lower() if unit.somebody_speaks else unit.flat.replace('"', " ").lower()
    first = _saying().verbs.search(said)
    carried = _saying().carried.search(said) if first else None
    return bool(first and carried and first.start() in (carried.start("before"), carried.start("after")))


def _goes_on(unit: _Unit, *, opens: bool) -> bool:
    """A quotation without words of its own around it: the one who was speaking goes on."""
    words = [word for word in unit.outside.split() if word != _QUOTED]
    return _QUOTED in unit.outside and len(words) <= 2 and (not opens or unit.flat.startswith(('"', "'")))


def _statement(speaker: str, run: list[str], at: int) -> Statement:
    text = " ".join(run)
    return Statement(speaker, text, is_quoted(text), at, _is_silent(fold(text)))


def is_quoted(text: str) -> bool:
    """Are there words in quotation marks?"""
    return bool(_QUOTATION.search(text))
