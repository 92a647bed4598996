"""The article's region of a page: where it stands and how it reads there, so that an unchanged page is known early.

The region is learned when a page is read in full and found again by a fast parser. A page says what it said when what
it declares of its article (title, dates, names) is the same, when the region reads the same but for furniture that may
move in it, and when no line that could be a notice came up anywhere else. Whatever is not certain is "no", and the
page is read in full. Texts alone are compared: classes, addresses and white space may differ.
"""

import json
import re
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from crawler.furniture import is_furniture
from crawler.page import Page
from crawler.shown import (
    BREAK,
    DIGEST,
    Shown,
    Step,
    digest,
    divided,
    joined,
    may_be_notice,
    with_cues,
    without_furniture,
)
from revisions.notices import may_hold_notice
from revisions.seen import SENTENCE
from revisions.words import letters

READING = 1  # counts up when regions are learned or compared differently than before
BESIDE = 0.2  # of a region's letters: so many may stand around it for what stands there to be watched as well
LARGEST = 1_000_000  # bytes of a page that is looked at here; this holds up everything else
MOST_TELLING = 40  # new lines with words that notices have, from which on the page is read in full
RUN = 8  # texts, for its links and what is set in bold, that a notice's line may be
_ARTICLES = ("article", "main")
_DIGITS = re.compile(r"\d+")

Found = tuple[tuple[Step, ...], int, LexborNode]  # the way to an element, which of those it leads to, the element
Gap = tuple[int, bool]  # lines that are not the article's, and whether one of them is as long as a sentence


@dataclass(frozen=True)
class Region:
    """`url`: where the page was in the end; `size`, `body`: of its bytes. `path`: the way down to the region, the
    `nth` of the `of` elements it leads to. `wide`: something around the article is watched as well.

    `head`: digest of what the page declares; `article`: of what was read; `whole`: of the region. `lines`: of the
    article's lines in it; `gaps`: what stands before, between and behind them. `notices`: of those of the article that
    stand elsewhere, with what follows them. `cues`: of other lines of the page with words that notices have.
    """

    url: str
    size: int
    body: bytes
    path: tuple[Step, ...]
    nth: int
    of: int
    wide: bool
    head: bytes
    article: bytes
    whole: bytes
    lines: tuple[bytes, ...]
    gaps: tuple[Gap, ...]
    notices: tuple[bytes, ...]
    cues: frozenset[bytes]

    def pack(self) -> bytes:
        digests = [self.body, self.head, self.article, self.whole, b"".join(self.lines)]
        digests += [b"".join(self.notices), b"".join(sorted(self.cues))]
        gaps = [2 * count + is_long for count, is_long in self.gaps]
        plain = [READING, self.url, self.size, self.path, self.nth, self.of, self.wide, gaps]
        return json.dumps([*plain, *(b64encode(each).decode() for each in digests)], separators=(",", ":")).encode()

    @classmethod
    def unpack(cls, raw: bytes) -> "Region | None":
        """None for one that was learned by an earlier `READING`."""
        reading, *values = json.loads(raw)
        if reading != READING:
            return None
        url, size, path, nth, of, wide, gaps, *digests = values
        body, head, article, whole, lines, notices, cues = map(b64decode, digests)
        return cls(
            url=url,
            size=size,
            body=body,
            path=tuple((tag, name, tuple(classes)) for tag, name, classes in path),
            nth=nth,
            of=of,
            wide=wide,
            head=head,
            article=article,
            whole=whole,
            lines=tuple(_each(lines)),
            gaps=tuple((gap // 2, bool(gap % 2)) for gap in gaps),
            notices=tuple(_each(notices)),
            cues=frozenset(_each(cues)),
        )


def _each(digests: bytes) -> list[bytes]:
    return [digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST)]


def learn(
    page: Page, home: Sequence[Step], said: Iterable[str], notices: Iterable[str] = (), before: Region | None = None
) -> Region | None:
    """The region of a page whose article says `said`, all of its visible lines; None where it is not found again.

    `home`: the way down from the body to the innermost element that holds them; `notices` may stand anywhere. `before`:
    the region learned before, of which a page that says the same was not known again: then less around the article is
    watched.
    """
    shown = Shown(page)
    wanted, noticed = _keys(said), _keys(notices)
    found = _home(shown, _steady(tuple(home), before), wanted)
    if found is None or not wanted:
        return None
    path, nth, node = found
    article = "|".join([*wanted, *noticed])
    has_moved = before is not None and (before.head, before.article) == (shown.head, digest(article))
    wide = before is None or (before.wide and not has_moved)
    if wide:
        path, nth, node = _widened(shown, path, nth, node)
    whole = joined(node)
    held = letters(whole.replace(BREAK, ""))
    outside = _outside(shown.text, whole)
    apart = _places(outside, [key for key in noticed if key not in held])
    if apart is None:
        return None
    # A mark between two links has no letters and is the article's as well.
    lines, gaps, beside = _layout(node, lambda line: letters(line) in article)
    return Region(
        url=page.url,
        size=len(page.body),
        body=page.digest,
        path=path,
        nth=nth,
        of=len(shown.at(path)),
        wide=wide,
        head=shown.head,
        article=digest(article),
        whole=digest(whole),
        lines=tuple(map(digest, lines)),
        gaps=tuple(gaps),
        notices=tuple(apart),
        cues=frozenset(map(_key, with_cues([*outside, *beside]))),
    )


def _keys(lines: Iterable[str]) -> list[str]:
    return [key for line in lines if (key := letters(line))]


def _places(outside: Sequence[str], keys: Sequence[str]) -> list[bytes] | None:
    """Digests of the texts that make up each of these lines, with the one behind them; None where one is not found."""
    short = [letters(text) for text in outside]
    found = []
    for key in keys:
        starts = (at for at, text in enumerate(short) if text and key.startswith(text))
        runs = ((at, end) for at in starts for end in range(at + 1, at + RUN + 1))
        place = next(((at, end) for at, end in runs if "".join(short[at:end]) == key), None)
        if place is None:
            return None
        found.append(digest(BREAK.join(outside[place[0] : place[1] + 1])))
    return found


def still_reads(region: Region, page: Page) -> bool:
    """Does the page certainly say what it said when the region was learned?"""
    if page.url != region.url:
        return False
    if len(page.body) == region.size and page.digest == region.body:
        return True
    if len(page.body) > LARGEST:
        return False
    shown = Shown(page)
    nodes = shown.at(region.path) if shown.head == region.head else []
    if len(nodes) != region.of:
        return False
    whole = joined(nodes[region.nth])
    if not whole:
        return False
    outside = _outside(shown.text, whole)
    if not _stand(region.notices, outside):
        return False
    beside = [] if digest(whole) == region.whole else _beside(region, nodes[region.nth])
    if beside is None:
        return False
    return not (_new_notice(region, outside) or _new_notice(region, beside))


def _stand(notices: Sequence[bytes], outside: Sequence[str]) -> bool:
    """Does every one of the article's notices stand where it stood, with the same behind it?"""
    if not notices:
        return True
    missing = set(notices)
    for at, text in enumerate(outside):
        if may_hold_notice(text):
            for first in range(max(0, at - RUN), at + 1):
                missing -= {digest(BREAK.join(outside[first : end + 1])) for end in range(at + 1, at + RUN + 1)}
    return not missing


def _new_notice(region: Region, lines: Sequence[str]) -> bool:
    """Did a line come up that may be a notice?"""
    telling = {line for line in with_cues(lines) if _key(line) not in region.cues}
    if len(telling) > MOST_TELLING:
        return True
    return bool(telling) and any(may_be_notice(lines, at) for at, line in enumerate(lines) if line in telling)


def _beside(region: Region, node: LexborNode) -> list[str] | None:
    """The lines in the region that are not the article's, where those of the article stand among as many as before.

    A line that came is furniture only where another stood in its place that was as long. None where it is not certain.
    """
    missing = deque(region.lines)

    def is_next(line: str) -> bool:
        is_it = bool(missing) and digest(line) == missing[0]
        if is_it:
            missing.popleft()
        return is_it

    _, gaps, beside = _layout(node, is_next)
    same = len(gaps) == len(region.gaps) and all(
        now[0] == then[0] and now[1] <= then[1] for now, then in zip(gaps, region.gaps, strict=True)
    )
    return beside if same and not missing else None


def _layout(node: LexborNode, is_own: Callable[[str], bool]) -> tuple[list[str], list[Gap], list[str]]:
    """The article's own lines below an element, the gaps around them, and the lines that stand in those."""
    lines: list[str] = []
    gaps: list[Gap] = [(0, False)]
    beside: list[str] = []
    for line in divided(without_furniture(node)):
        if is_own(line):
            lines.append(line)
            gaps.append((0, False))
        elif not _is_furniture(line):
            gaps[-1] = gaps[-1][0] + 1, gaps[-1][1] or _is_long(line)
            beside.append(line)
    return lines, gaps, beside


def _is_furniture(line: str) -> bool:
    return bool(letters(line)) and is_furniture(line)


def _is_long(line: str) -> bool:
    return len(line.split()) >= SENTENCE


def _home(shown: Shown, home: tuple[Step, ...], wanted: Sequence[str]) -> Found | None:
    """The innermost element on the way that holds every line wanted; the two parsers may build a page differently."""
    for depth in range(len(home), -1, -1):
        for nth, node in enumerate(shown.at(home[:depth])):
            held = letters(joined(node).replace(BREAK, ""))
            if all(key in held for key in wanted):
                return home[:depth], nth, node
    return None


def _steady(home: tuple[Step, ...], before: Region | None) -> tuple[Step, ...]:
    """The way with those names left out that were others before."""
    if before is None or len(before.path) > len(home):
        return home
    together = zip(home, before.path, strict=False)
    if any(tag != was_tag for (tag, _, _), (was_tag, _, _) in together):
        return home
    kept = [
        (tag, name if name == was_name else "", tuple(c for c in classes if c in was))
        for (tag, name, classes), (_, was_name, was) in zip(home, before.path, strict=False)
    ]
    return (*kept, *home[len(kept) :])


def _widened(shown: Shown, path: tuple[Step, ...], nth: int, node: LexborNode) -> Found:
    """The outermost element on the way around which little else stands, within what the page marks as the article."""
    most = (1 + BESIDE) * len(joined(node))
    while len(path) > 1 and path[-1][0] not in _ARTICLES:
        outer = shown.at(path[:-1])
        at = next((at for at, each in enumerate(outer) if node.parent is not None and each == node.parent), None)
        if at is None or len(joined(outer[at])) > most:
            break
        path, nth, node = path[:-1], at, outer[at]
    return path, nth, node


def _outside(text: str, whole: str) -> list[str]:
    """The lines of a page around a region."""
    before, _, behind = text.partition(whole)
    return [*divided(before), *divided(behind)]


def _key(line: str) -> bytes:
    """What a line that may hold a notice is known by: "updated 5 minutes ago" says the same a minute later."""
    return digest(_DIGITS.sub("0", line))
