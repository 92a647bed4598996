"""Which paragraph became which, and the words that differ inside them.

Paragraphs are compared by their folded words, so typography and mark-up never make a difference. Inside a stretch
that differs, paragraphs are paired in reading order by similarity; what is left over may have moved, been split or
been merged before it counts as removed or added.
"""

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel, LCSseq

from revisions.text import Paragraph, Role
from revisions.words import Token, fold, is_word, tokens

SAME_PARAGRAPH = 0.5  # share of common words from which two paragraphs are one that was edited
LIVES_ON = 0.8  # share of a short paragraph's words that a longer one has, which has taken it in
MOVED = 0.8  # the same for a paragraph found again elsewhere
REJOINED = 0.9  # the same for one paragraph and the several it was split into

# However large two texts are, and however little alike: beyond this many pairs in a stretch that differs only
# paragraphs that read the same are found again, and beyond this many cells a difference has one span that came and
# one that went. The largest live blogs we know have some 2,000 paragraphs, of which few differ.
MOST_PAIRS = 250_000
MOST_CELLS = 200_000_000  # words × words, or paragraphs × paragraphs; a bit of memory each


class Action(StrEnum):
    EQUAL = "equal"
    EDITED = "edited"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


class Edit(StrEnum):
    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words that stayed, came or went. `text` keeps its trailing white space."""

    edit: Edit
    text: str

    @property
    def words(self) -> int:
        return sum(is_word(t.key) for t in tokens(self.text))


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one stretch: indices into the old and new paragraphs, and the words by span.

    Several old indices mean paragraphs that were merged, several new ones a paragraph that was split.
    """

    action: Action
    old: tuple[int, ...]
    new: tuple[int, ...]
    role: Role
    spans: tuple[Span, ...]

    @property
    def inserted(self) -> list[Span]:
        return [s for s in self.spans if s.edit is Edit.INSERT]

    @property
    def deleted(self) -> list[Span]:
        return [s for s in self.spans if s.edit is Edit.DELETE]

    @property
    def differs(self) -> bool:
        return bool(self.inserted or self.deleted)


@dataclass(frozen=True, slots=True)
class _Words:
    """A paragraph, or several read as one, ready to compare. `code`: a character for each word (see `_Coder`)."""

    at: tuple[int, ...]
    role: Role
    tokens: list[Token]
    code: str


class _Coder:
    """Writes words as characters, the same for the same word, since strings are compared much faster than lists."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def words(self, paragraphs: Sequence[Paragraph], at: int) -> _Words:
        found = tokens(paragraphs[at].text)
        return _Words((at,), paragraphs[at].role, found, "".join(self._character(t.key) for t in found))

    def _character(self, key: str) -> str:
        known = self._known.get(key)
        if known is None:
            number = min(len(self._known), _LAST)  # whatever comes after it counts as one word
            known = self._known[key] = chr(number if number < 0xD800 else number + 0x800)  # no surrogates
        return known


_LAST = 0x10FFFF - 0x800


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of two sequences that is equal, or not. `old` and `new` are where it stands in them."""

    equal: bool
    old: range
    new: range


def _blocks(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[_Block]:
    """The longest common subsequence as runs, or what both begin and end with where they are too large for it."""
    if not _is_large(old, new):
        for op in LCSseq.opcodes(old, new):
            yield _Block(op.tag == "equal", range(op.src_start, op.src_end), range(op.dest_start, op.dest_end))
        return
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - head) if old[-1 - i] != new[-1 - i]), shorter - head)
    yield _Block(True, range(head), range(head))
    yield _Block(False, range(head, len(old) - tail), range(head, len(new) - tail))
    yield _Block(True, range(len(old) - tail, len(old)), range(len(new) - tail, len(new)))


def diff_words(old: Sequence[Token], new: Sequence[Token]) -> tuple[Span, ...]:
    """The shortest way from `old` to `new` by whole words, with crumbs between two edits folded into them."""
    runs: list[tuple[Edit, Sequence[Token]]] = []
    for block in _blocks([t.key for t in old], [t.key for t in new]):
        before, after = old[block.old.start : block.old.stop], new[block.new.start : block.new.stop]
        if block.equal:
            pairs = zip(before, after, strict=True)
            runs.append((Edit.EQUAL, [Token(b.text, b.space or a.space, b.key) for a, b in pairs]))
            continue
        if before:
            runs.append((Edit.DELETE, before))
        if after:
            runs.append((Edit.INSERT, after))
    return tuple(_spans(_absorb_crumbs(runs)))


def _absorb_crumbs(runs: list[tuple[Edit, Sequence[Token]]]) -> list[tuple[Edit, Sequence[Token]]]:
    """An "of" or a comma that two longer edits happen to share is no island: it reads as part of them."""
    out: list[tuple[Edit, Sequence[Token]]] = []
    for at, (edit, run) in enumerate(runs):
        if edit is Edit.EQUAL and 0 < at < len(runs) - 1 and _is_crumb(runs, at):
            out += [(Edit.DELETE, run), (Edit.INSERT, run)]
        else:
            out.append((edit, run))
    return out


def _is_crumb(runs: list[tuple[Edit, Sequence[Token]]], at: int) -> bool:
    words = sum(is_word(t.key) for t in runs[at][1])
    before = sum(len(run) for edit, run in runs[max(0, at - 2) : at] if edit is not Edit.EQUAL)
    after = sum(len(run) for edit, run in runs[at + 1 : at + 3] if edit is not Edit.EQUAL)
    kinds = {edit for edit, _ in runs[max(0, at - 2) : at + 3]}
    return words <= 1 and before >= 4 and after >= 4 and {Edit.DELETE, Edit.INSERT} <= kinds


def _spans(runs: list[tuple[Edit, Sequence[Token]]]) -> list[Span]:
    """Neighbouring runs joined, each gap between two equal runs ordered as deleted, then inserted."""
    spans: list[Span] = []
    gap: dict[Edit, str] = {Edit.DELETE: "", Edit.INSERT: ""}

    def close_gap() -> None:
        spans.extend(Span(edit, text) for edit, text in gap.items() if text)
        gap.update({Edit.DELETE: "", Edit.INSERT: ""})

    for edit, run in runs:
        text = "".join(t.text + t.space for t in run)
        if edit is Edit.EQUAL:
            close_gap()
            spans.append(Span(edit, text))
        else:
            gap[edit] += text
    close_gap()
    return spans


def diff_text(old: str, new: str) -> tuple[Span, ...]:
    """Word-level difference of two short texts, such as headlines."""
    return diff_words(tokens(old), tokens(new))


def align(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> tuple[Step, ...]:
    """Every paragraph of both versions exactly once, in the order of the new version."""
    steps: list[Step] = []
    lost: list[_Words] = []
    found: list[_Words] = []
    old_keys, new_keys = [fold(p.text) for p in old], [fold(p.text) for p in new]
    coder = _Coder()
    for equal, before, after in _stretches(old_keys, new_keys):
        if equal:
            steps += [_unchanged(i, j, new[j]) for i, j in zip(before, after, strict=True)]
            continue
        paired, rest_old, rest_new = _pair([coder.words(old, i) for i in before], [coder.words(new, j) for j in after])
        steps += paired
        lost += rest_old
        found += rest_new
    moved, lost, found = _match(lost, found)
    steps += moved
    steps += [_one_sided(Action.REMOVED, words) for words in lost]
    steps += [_one_sided(Action.ADDED, words) for words in found]
    return tuple(_in_reading_order(steps))


def _stretches(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, range, range]]:
    """Alternating stretches that are equal or differ, as ranges into both sides."""
    i = j = 0
    for block in _blocks(old, new):
        if not (block.equal and block.old):
            continue
        if block.old.start > i or block.new.start > j:
            yield False, range(i, block.old.start), range(j, block.new.start)
        i, j = block.old.stop, block.new.stop
        yield True, block.old, block.new
    if i < len(old) or j < len(new):
        yield False, range(i, len(old)), range(j, len(new))


def _unchanged(i: int, j: int, paragraph: Paragraph) -> Step:
    return Step(Action.EQUAL, (i,), (j,), paragraph.role, (Span(Edit.EQUAL, paragraph.text),))


def _one_sided(action: Action, words: _Words) -> Step:
    edit = Edit.INSERT if action is Action.ADDED else Edit.DELETE
    spans = (Span(edit, "".join(t.text + t.space for t in words.tokens)),)
    old, new = ((), words.at) if action is Action.ADDED else (words.at, ())
    return Step(action, old, new, words.role, spans)


def _two_sided(action: Action, old: _Words, new: _Words) -> Step:
    return Step(action, old.at, new.at, new.role, diff_words(old.tokens, new.tokens))


def similarity(old: _Words, new: _Words) -> float:
    """Share of words in common, 0 to 1; a short paragraph that lives on inside a longer one counts as kept.

    Less than `SAME_PARAGRAPH` is 0.
    """
    indel = _likeness(old, new, SAME_PARAGRAPH)
    shorter = min(len(old.code), len(new.code))
    if shorter < 8 or _is_large(old.code, new.code):
        return indel
    kept = LCSseq.similarity(old.code, new.code, score_cutoff=int(LIVES_ON * shorter)) / shorter
    return max(indel, kept if kept >= LIVES_ON else 0.0)


def _likeness(old: _Words, new: _Words, least: float) -> float:
    """Share of words in common, 0 to 1; less than `least` is 0, and sooner told. Of large ones in whatever order."""
    if _is_large(old.code, new.code):
        common = (Counter(old.code) & Counter(new.code)).total()
        return _at_least(least, 2 * common / (len(old.code) + len(new.code)))
    cutoff = least - 0.01  # rapidfuzz leaves out what is just as much
    found: float = Indel.normalized_similarity(old.code, new.code, score_cutoff=cutoff)
    return _at_least(least, found)


def _at_least(least: float, found: float) -> float:
    return found if found >= least else 0.0


def _is_large(old: Sequence[Hashable], new: Sequence[Hashable]) -> bool:
    return len(old) * len(new) > MOST_CELLS


def _pair(old: list[_Words], new: list[_Words]) -> tuple[list[Step], list[_Words], list[_Words]]:
    """Pairs in reading order with the greatest total similarity, after splits and merges are taken out."""
    if len(old) * len(new) > MOST_PAIRS:
        return [], old, new
    steps, old, new = _rejoin(old, new)
    best = _best_pairs(old, new)
    steps += [_two_sided(Action.EDITED, old[i], new[j]) for i, j in best]
    kept_old, kept_new = {i for i, _ in best}, {j for _, j in best}
    return (
        steps,
        [w for i, w in enumerate(old) if i not in kept_old],
        [w for j, w in enumerate(new) if j not in kept_new],
    )


def _best_pairs(old: list[_Words], new: list[_Words]) -> list[tuple[int, int]]:
    """Longest-common-subsequence over similarities (Needleman-Wunsch without gap cost)."""
    score = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    like = [[similarity(a, b) for b in new] for a in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            take = like[i][j] + score[i + 1][j + 1] if like[i][j] else 0.0
            score[i][j] = max(take, score[i + 1][j], score[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new) and score[i][j] > 0:
        if score[i][j] == score[i + 1][j]:
            i += 1
        elif score[i][j] == score[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _rejoin(old: list[_Words], new: list[_Words]) -> tuple[list[Step], list[_Words], list[_Words]]:
    """Take out one paragraph that became several, or several that became one; or all, where only breaks moved."""
    if len(old) != len(new) and old and new and _is_rejoined(_joined(old), _joined(new)):
        return [_two_sided(Action.EDITED, _joined(old), _joined(new))], [], []
    steps: list[Step] = []
    for one, many, is_split in ((old, new, True), (new, old, False)):
        for whole in list(one):
            if parts := _parts_of(whole, many):
                pair = (whole, _joined(parts)) if is_split else (_joined(parts), whole)
                steps.append(_two_sided(Action.EDITED, *pair))
                one.remove(whole)
                for part in parts:
                    many.remove(part)
    return steps, old, new


def _parts_of(whole: _Words, many: list[_Words]) -> list[_Words]:
    """The run of two or three neighbours in `many` that together read as `whole`, if there is one."""
    lengths = [len(part.code) for part in many]
    for size in (2, 3):
        for start in range(len(many) - size + 1):
            if not _is_as_long(len(whole.code), sum(lengths[start : start + size])):
                continue
            run = many[start : start + size]
            if _is_rejoined(whole, _joined(run)):
                return run
    return []


def _joined(parts: list[_Words]) -> _Words:
    at = tuple(at for p in parts for at in p.at)
    return _Words(at, parts[0].role, [t for p in parts for t in p.tokens], "".join(p.code for p in parts))


def _is_rejoined(old: _Words, new: _Words) -> bool:
    if not _is_as_long(len(old.code), len(new.code)):
        return False
    return _likeness(old, new, REJOINED) > 0


def _is_as_long(old: int, new: int) -> bool:
    """Lengths in words."""
    return abs(old - new) <= 0.1 * new + 1


def _match(old: list[_Words], new: list[_Words]) -> tuple[list[Step], list[_Words], list[_Words]]:
    """Paragraphs that left one place and turn up in another."""
    if len(old) * len(new) > MOST_PAIRS:
        return _match_exactly(old, new)
    steps: list[Step] = []
    for source in list(old):
        target = max(new, key=lambda w: _likeness(source, w, MOVED), default=None)
        if target and _likeness(source, target, MOVED):
            steps.append(_two_sided(Action.MOVED, source, target))
            old.remove(source)
            new.remove(target)
    return steps, old, new


def _match_exactly(old: list[_Words], new: list[_Words]) -> tuple[list[Step], list[_Words], list[_Words]]:
    """Paragraphs that read the same in another place, however many there are."""
    places: dict[str, deque[_Words]] = defaultdict(deque)
    for words in new:
        places[words.code].append(words)
    pairs = [(source, places[source.code].popleft()) for source in old if places[source.code]]
    kept_old, kept_new = {source.at for source, _ in pairs}, {target.at for _, target in pairs}
    return (
        [_two_sided(Action.MOVED, *pair) for pair in pairs],
        [words for words in old if words.at not in kept_old],
        [words for words in new if words.at not in kept_new],
    )


def _in_reading_order(steps: list[Step]) -> list[Step]:
    """By place in the new version; what was removed stands after the paragraph it used to follow."""
    place = {step.old[-1]: step.new[-1] for step in steps if step.old and step.new and step.action is not Action.MOVED}
    placed = sorted(place)

    def key(step: Step) -> tuple[int, int, int]:
        if step.new:
            return (step.new[0], 0, 0)
        before = bisect_left(placed, step.old[0])
        return (place[placed[before - 1]] if before else -1, 1, step.old[0])

    return sorted(steps, key=key)
