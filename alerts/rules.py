"""Rules: which changes go to which channels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from revisions.align import Edit
from revisions.kinds import Kind, Significance
from revisions.render import lines
from revisions.terms import compile_terms
from revisions.words import fold
from storage.facts import Draft, Event, Route

EVENTS = ("updated", "gone", "restored", "discovered")
OF_CHANGES = ("kinds", "speakers", "stealth")


@dataclass(frozen=True)
class Rule:
    """All conditions must hold; an empty one does not count. Names are compared without case.

    `words`: any of them among the words that came or went; of a discovery, in its title. `languages`: "de" stands for
    "de-CH", too.
    """

    name: str
    channels: tuple[str, ...]
    events: tuple[str, ...] = EVENTS
    significance: Significance = Significance.MINOR
    kinds: frozenset[Kind] = frozenset()
    speakers: frozenset[str] = frozenset()
    outlets: frozenset[str] = frozenset()
    feeds: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    words: tuple[str, ...] = field(default=())
    stealth: bool | None = None

    def matches(self, event: Event) -> bool:
        return next(self.misses(event), None) is None

    def misses(self, event: Event) -> Iterator[str]:
        """Why the rule does not match, a reason for each condition that does not hold."""
        if event.type not in self.events:
            yield f"it is about {_listed(self.events)}, this is {event.type}"
        if not _has(self.outlets, [event.article.outlet]):
            yield f"the outlet is {event.article.outlet}, not {_listed(self.outlets)}"
        if not _has(self.feeds, [event.feed]):
            yield f"it was found in the feed {event.feed or '(none)'}, not in {_listed(self.feeds)}"
        language = event.article.language
        if not _has(self.languages, [language, language.split("-")[0]]):
            yield f"the language is {language or 'not known'}, not {_listed(self.languages)}"
        yield from self._misses_change(event) if event.significance else self._misses_discovery()
        if self.words and not self._finds_words(event):
            yield f"none of the words {_listed(self.words)} came or went"

    def _misses_change(self, event: Event) -> Iterator[str]:
        assert event.significance is not None
        if event.significance.rank < self.significance.rank:
            yield f"it is {event.significance.value}, the rule asks for at least {self.significance.value}"
        if not _has(self.kinds, event.kinds):
            yield f"it is of the kinds {_listed(event.kinds)}, not {_listed(self.kinds)}"
        if not _has(self.speakers, event.speakers):
            yield f"no words of {_listed(self.speakers)} came or went"
        if self.stealth is not None and self.stealth != event.stealth:
            yield f"it is {'' if event.stealth else 'no '}stealth"

    def _misses_discovery(self) -> Iterator[str]:
        """A discovery has no kinds or speakers; a rule that asks for some is not about it."""
        if self.kinds or self.speakers or self.stealth is not None:
            yield "it asks for kinds, speakers or stealth, which a new article does not have"

    def _finds_words(self, event: Event) -> bool:
        wanted = compile_terms(self.words)
        return bool(wanted and wanted.search(fold(_words_of(event))))


def _words_of(event: Event) -> str:
    if event.texts is None:
        return event.article.title
    edits = (span.text for line in lines(*event.texts) for span in line.spans if span.edit is not Edit.EQUAL)
    return "\n".join(edits)


def _has(wanted: frozenset[str] | frozenset[Kind], found: Sequence[str] | frozenset[str] | frozenset[Kind]) -> bool:
    return not wanted or bool({w.lower() for w in wanted} & {f.lower() for f in found})


def _listed(names: Sequence[str] | frozenset[str] | frozenset[Kind]) -> str:
    return ", ".join(sorted(names)) or "none"


def in_force(rules: Sequence[Rule], channels: Sequence[str]) -> tuple[Rule, ...]:
    """Without rules every channel hears of everything at least minor."""
    return tuple(rules) or (Rule("everything", tuple(channels)),)


def router(rules: Sequence[Rule]) -> Route:
    """What the write path asks for every event."""

    def route(event: Event) -> list[Draft]:
        matched: dict[str, list[str]] = {}
        for rule in rules:
            if rule.matches(event):
                for channel in rule.channels:
                    matched.setdefault(channel, []).append(rule.name)
        return [Draft(channel, tuple(names)) for channel, names in matched.items()]

    return route
