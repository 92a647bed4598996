"""All that a page shows, article or not: what tells an edit from a page that is laid out or read differently.

A paragraph that is missing from the text but still stands on the page was not taken out, and one that is new in the
text but stood on the page before was not put in. Where a page was built anew, short lines that are no sentences come
and go with the layout. Of the page before only digests are kept.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from hashlib import blake2b

from revisions.align import Action, Step, align
from revisions.text import Paragraph, Role, Text
from revisions.words import count_words, letters

DIGEST = 8  # bytes kept of each line; two lines of one page share them by chance once in 10^14 pages
COUNT = 4  # bytes in front of a packed page: how many of its digests are lines
REBUILT = 0.5  # share of class names in common below which a page was built anew
FEWEST_NAMES = 8  # class names a page must have for that to mean anything
SENTENCE = 8  # words from which a line can be a sentence
_END = re.compile(r"[.!?\u2026\u3002\u0964\u06d4\u061f][\"'\u201d\u2019\u00bb)\]\u300d]*\s*$")
LETTERS = 8  # that count as a word in scripts without spaces
_LABELS = frozenset({Role.CAPTION, Role.HEADING, Role.LIST})
TELLING = 10  # letters from which two lines that read the same are no accident
WITHIN = 60  # letters from which a line inside another is none


@dataclass(frozen=True)
class Seen:
    """The lines of a page and the class names of its mark-up, as digests.

    `whole` is empty for a page known only by its digests.
    """

    lines: frozenset[bytes] = frozenset()
    names: frozenset[bytes] = frozenset()
    whole: str = ""

    @classmethod
    def of(cls, lines: Iterable[str], names: Iterable[str] = ()) -> "Seen":
        keys = [key for line in lines if (key := letters(line))]
        return cls(frozenset(map(_digest, keys)), frozenset(map(_digest, names)), "|".join(keys))

    @classmethod
    def unpack(cls, raw: bytes) -> "Seen":
        body = raw[COUNT:]
        digests = [body[at : at + DIGEST] for at in range(0, len(body), DIGEST)]
        count = int.from_bytes(raw[:COUNT], "big")
        return cls(frozenset(digests[:count]), frozenset(digests[count:]))

    def pack(self) -> bytes:
        """The digests as bytes, without `whole`."""
        return len(self.lines).to_bytes(COUNT, "big") + b"".join([*sorted(self.lines), *sorted(self.names)])

    def holds(self, line: str) -> bool:
        """Was this a line of the page? Of a page known whole, a long one may stand within another line."""
        key = letters(line)
        return self.holds_alone(line) or (len(key) >= WITHIN and key in self.whole)

    def holds_alone(self, line: str) -> bool:
        """Was this a line of its own?"""
        return _digest(letters(line)) in self.lines

    def is_built_like(self, other: "Seen") -> bool:
        """Do the two pages come from one template, as far as their class names tell?"""
        if min(len(self.names), len(other.names)) < FEWEST_NAMES:
            return True
        return len(self.names & other.names) >= REBUILT * len(self.names | other.names)


def _digest(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=DIGEST).digest()


def reconcile(old: Text, new: Text, before: Seen, now: Seen) -> Text:
    """What the page now says, where only what came onto the page or left it counts as come or gone.

    `before` and `now` are the lines of the page `old` was read from and of the one `new` was read from.
    """
    if old.sha256 == new.sha256:
        return new
    is_rebuilt = not before.is_built_like(now)
    kept = _Kept(old.paragraphs, new.paragraphs, before, now, letters(new.headline), is_rebuilt)
    return replace(
        new,
        headline=_line(old.headline, new.headline, before, now),
        standfirst=_line(old.standfirst, new.standfirst, before, now),
        paragraphs=tuple(kept.paragraphs(align(old.paragraphs, new.paragraphs))),
    )


def _line(old: str, new: str, before: Seen, now: Seen) -> str:
    """A headline or standfirst that is only another line of the same page is none that was written anew."""
    if letters(old) == letters(new):
        return new
    is_still_there = not old or now.holds_alone(old)
    was_there_before = not new or before.holds_alone(new)
    return old if is_still_there and was_there_before else new


@dataclass(frozen=True)
class _Kept:
    old: Sequence[Paragraph]
    new: Sequence[Paragraph]
    before: Seen
    now: Seen
    headline: str
    is_rebuilt: bool

    def paragraphs(self, steps: Iterable[Step]) -> Iterator[Paragraph]:
        read_before, read_now = _lines(self.old), _lines(self.new)
        for step in steps:
            if step.action is Action.REMOVED:
                yield from (self.old[i] for i in step.old if self._stands(self.now, self.old[i], read_now))
            elif step.action is Action.ADDED:
                yield from (self.new[j] for j in step.new if not self._stands(self.before, self.new[j], read_before))
            elif step.differs and self.is_rebuilt and self._are_labels(step):
                yield from (self.old[i] for i in step.old)
            else:
                yield from (self.new[j] for j in step.new)

    def _are_labels(self, step: Step) -> bool:
        """An edit of what a layout words as it likes: captions with their credits, headings, buttons."""
        sides = [*(self.old[i] for i in step.old), *(self.new[j] for j in step.new)]
        if any(_is_prose(p) for p in sides):
            return False
        return step.role in _LABELS or any(count_words(p.text) < SENTENCE // 2 for p in sides)

    def _stands(self, page: Seen, paragraph: Paragraph, text: Set[tuple[str, Role]]) -> bool:
        """Is the paragraph on the page, though not in the text that was read from it (`_lines`)?

        A sentence the text has elsewhere is what stands there. A label may stand there twice, which digests do not
        count. Where a page was built anew, what is no prose counts as being there anyway.
        """
        key = letters(paragraph.text)
        if self.is_rebuilt and (key == self.headline or not _is_prose(paragraph)):
            return True
        if len(key) < TELLING or key == self.headline or not page.holds(paragraph.text):
            return False
        is_label = not page.whole and count_words(paragraph.text) < SENTENCE // 2
        return is_label or (key, paragraph.role) not in text


def _lines(paragraphs: Iterable[Paragraph]) -> frozenset[tuple[str, Role]]:
    return frozenset((letters(p.text), p.role) for p in paragraphs)


def _is_prose(paragraph: Paragraph) -> bool:
    """A notice or a sentence, not a label, a caption or a name."""
    if paragraph.role is Role.NOTICE:
        return True
    words = max(count_words(paragraph.text), len(paragraph.text) // LETTERS)
    is_sentence = words >= SENTENCE and bool(_END.search(paragraph.text))
    return paragraph.role is not Role.CAPTION and (is_sentence or words >= 2 * SENTENCE)
