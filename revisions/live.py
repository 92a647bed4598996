"""Live blogs: the post is the unit. New posts are how such a page works; an edited post is an edit.

Posts keep their keys from visit to visit, so a post that is new, or that fell off the page's far end because newer
ones came, is told apart from one that was edited or taken out.
"""

from dataclasses import replace

from revisions.text import Role, Text


def is_live(text: Text) -> bool:
    return any(p.post for p in text.paragraphs)


def has_new_posts(old: Text, new: Text) -> bool:
    """Did posts come since `old` was read?"""
    return is_live(old) and bool({p.post for p in new.paragraphs} - {p.post for p in old.paragraphs})


def comparable(old: Text, new: Text) -> tuple[Text, Text]:
    """Both texts as they would stand had no post come since, nor fallen off the end. Notices in new posts stay."""
    if not (is_live(old) and is_live(new)):
        return old, new
    before, after = _posts(old), _posts(new)
    came = set(after) - set(before)
    fell_off = _fallen_off(before, after, came)
    return (
        replace(old, paragraphs=tuple(p for p in old.paragraphs if p.post not in fell_off)),
        replace(new, paragraphs=tuple(p for p in new.paragraphs if p.post not in came or p.role is Role.NOTICE)),
    )


def _posts(text: Text) -> list[str]:
    """The keys of the posts in the order of the page."""
    return list(dict.fromkeys(p.post for p in text.paragraphs if p.post))


def _fallen_off(before: list[str], after: list[str], came: set[str]) -> set[str]:
    """Old posts missing at the end where the page is cut: the one away from the new posts."""
    if not came:
        return set()
    still_there = set(after)
    common = [key for key in before if key in still_there]
    if not common:
        return set(before)
    newest_first = after.index(next(key for key in after if key in came)) < after.index(common[0])
    at = before.index(common[-1] if newest_first else common[0])
    return set(before[at + 1 :] if newest_first else before[:at])
