"""Rules: which changes go to which channels."""

from collections.abc import Sequence
from dataclasses import dataclass

from revisions.classify import Kind, Significance
from storage.facts import Draft, Event, Route

EVENTS = ("updated", "gone", "restored", "discovered")


@dataclass(frozen=True)
class Rule:
    """All conditions must hold; an empty one does not count. Speakers and outlets are compared without case."""

    name: str
    channels: tuple[str, ...]
    events: tuple[str, ...] = EVENTS
    significance: Significance = Significance.MINOR
    kinds: frozenset[Kind] = frozenset()
    speakers: frozenset[str] = frozenset()
    outlets: frozenset[str] = frozenset()
    stealth: bool | None = None

    def matches(self, event: Event) -> bool:
        if event.type not in self.events or (self.outlets and not self._names_outlet(event)):
            return False
        change = event.change
        if change is None:  # a discovery has no kinds or speakers; a rule that asks for some is not about it
            return not (self.kinds or self.speakers or self.stealth is not None)
        if change.significance.rank < self.significance.rank:
            return False
        if self.kinds and not self.kinds & set(change.kinds):
            return False
        if self.speakers and not self.speakers & {s.speaker.lower() for s in change.statements}:
            return False
        return self.stealth is None or self.stealth == change.stealth

    def _names_outlet(self, event: Event) -> bool:
        return event.article.outlet.lower() in self.outlets


def router(rules: Sequence[Rule], channels: Sequence[str]) -> Route:
    """What the write path asks for every event. Without rules every channel hears of everything at least minor."""
    in_force = tuple(rules) or (Rule("everything", tuple(channels)),)

    def route(event: Event) -> list[Draft]:
        matched: dict[str, list[str]] = {}
        for rule in in_force:
            if rule.matches(event):
                for channel in rule.channels:
                    matched.setdefault(channel, []).append(rule.name)
        return [Draft(channel, tuple(names)) for channel, names in matched.items()]

    return route
