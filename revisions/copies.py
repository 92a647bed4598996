"""The same article at a syndicator or in another edition: who repeats whom, and which words a copy carries.

Near-duplicates are found by the share of word runs they have in common (w-shingling: Broder, "On the resemblance and
containment of documents", SEQUENCES 1997).
"""

from collections.abc import Iterable
from enum import StrEnum

from revisions.text import Role, Text
from revisions.words import is_word, letters, tokens

RUN = 5  # words of a shingle
FEWEST_SHINGLES = 60  # a shorter text is too little to tell a copy by
COPY = 0.7  # share of the shorter text's shingles found in the longer one
OPENING = 4  # paragraphs among which two copies must share one: an article opens with its own words, a box does not


class Carries(StrEnum):
    """What a copy reads where its original was changed."""

    OLD = "old"
    NEW = "new"
    OTHER = "other"


def likeness(one: Text, other: Text) -> float:
    """The share, 0 to 1, of the shorter text's shingles that the longer one has; 0 for texts too short to tell.

    Explanatory boxes and notices do not count, they stand in other articles, too.
    """
    a, b = _shingles(one), _shingles(other)
    fewer, more = sorted((a, b), key=len)
    if len(fewer) < FEWEST_SHINGLES or not _open_alike(one, other):
        return 0.0
    return len(fewer & more) / len(fewer)


def carried(copy: Text, old: Text, new: Text) -> Carries:
    """Does `copy` read as `old` or as `new` where the two differ?"""
    went, came = _difference(old, new)
    has = _passages(copy)
    if letters(copy.headline) in (letters(old.headline), letters(new.headline)):
        went |= {letters(old.headline)} - {letters(new.headline)}
        came |= {letters(new.headline)} - {letters(old.headline)}
        has |= {letters(copy.headline)}
    if went & has:
        return Carries.OLD
    if came:
        return Carries.NEW if came <= has else Carries.OTHER if came & has else Carries.OLD
    return Carries.NEW if went else Carries.OTHER


def catches_up(old: Text, new: Text, original: Text, earlier: Iterable[Text]) -> bool:
    """Did a copy, changed from `old` to `new`, only take over what `original` reads now and did not read before?"""
    went, came = _difference(old, new)
    before = set().union(*map(_passages_and_headline, earlier))
    now = _passages_and_headline(original)
    if letters(old.headline) != letters(new.headline):
        went, came = went | {letters(old.headline)}, came | {letters(new.headline)}
    return bool(went or came) and came <= now and went <= before and not went & now


def _difference(old: Text, new: Text) -> tuple[set[str], set[str]]:
    before, after = _passages(old), _passages(new)
    return before - after, after - before


def _passages(text: Text) -> set[str]:
    return {key for p in text.paragraphs if p.role is not Role.CAPTION and (key := letters(p.text))}


def _passages_and_headline(text: Text) -> set[str]:
    return _passages(text) | {letters(text.headline)}


def _open_alike(one: Text, other: Text) -> bool:
    return bool(_opening(one) & _passages(other)) and bool(_opening(other) & _passages(one))


def _opening(text: Text) -> set[str]:
    return {letters(paragraph) for paragraph in _own(text)[:OPENING]}


def _own(text: Text) -> list[str]:
    """The paragraphs that are the article's own."""
    return [p.text for p in text.paragraphs if p.role in (Role.BODY, Role.QUOTE, Role.LIST)]


def _shingles(text: Text) -> set[int]:
    words = [token.key for paragraph in _own(text) for token in tokens(paragraph) if is_word(token.key)]
    return {hash(tuple(words[at : at + RUN])) for at in range(len(words) - RUN + 1)}
