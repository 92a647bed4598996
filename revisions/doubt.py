"""Reasons to doubt that what a page shows is the article it stood for."""

from revisions.live import is_live
from revisions.text import Text
from revisions.words import fold

TEASER = 0.7  # share of an article's words above which what is shown is no teaser of it
STRANGE = 0.1  # share of paragraphs in common below which a page with another headline is another page
SAME_HEADLINE = 0.3  # share of words in common from which a headline is the old one, reworded
SAME_STORY = 0.35  # the same for two texts


def is_another_page(old: Text, new: Text) -> bool:
    """Nothing of the article is left, not even its headline: an error page or another story, never an edit."""
    if fold(old.headline) == fold(new.headline) or (is_live(old) and is_live(new)):
        return False
    if _shared_words(old.headline, new.headline) > SAME_HEADLINE:
        return False
    before, after = ({fold(p.text) for p in text.paragraphs} for text in (old, new))
    if len(before & after) > STRANGE * max(len(before), 1):
        return False
    return _shared_words(old.plain, new.plain) < SAME_STORY


def _shared_words(old: str, new: str) -> float:
    """Share of the words of the shorter text that the other has too, 0 to 1."""
    before, after = set(fold(old).lower().split()), set(fold(new).lower().split())
    return len(before & after) / max(1, min(len(before), len(after)))


def is_cut_short(old: Text, new: Text) -> bool:
    """Is `new` nothing but the beginning of `old`, the last paragraph perhaps broken off? So a paywall shows it.

    A page that lost less than `TEASER` leaves is no teaser: there somebody took out the end.
    """
    if new.words > TEASER * old.words:
        return False
    before, after = ([fold(p.text) for p in text.paragraphs] for text in (old, new))
    whole = [line for line in after if line in before]
    rest = [line for line in after if line not in before]
    broken = all(any(line.startswith(part.rstrip(" .")) for line in before) for part in rest)
    return len(after) < len(before) and before[: len(whole)] == whole and len(rest) <= 1 and broken
