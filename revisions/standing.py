"""What became of an article's statements in its next version, sentence by sentence.

A ledger keeps one entry for the sentences that came together. When some of them go, the entry stands for those that
stay, and those that went are an entry of their own that ended; so what a speaker is quoted with is dated to the
version in which it first stood there.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import groupby

from rapidfuzz.distance import Indel, LCSseq

from revisions.ledger import SAME_STATEMENT, word_keys
from revisions.statements import Statement, is_quoted
from revisions.words import fold, letters, sentences

MARKS = 6  # digests a statement is found again by
SHINGLE = 3  # words that make one of them
SHORTEST = 6  # words of a statement that can be told from others by its words
SAME_WORDS = 0.6  # share of the shorter statement's words, in their order, that stand in the other as well
LIKE_WORDS = 0.5  # share of words in common of statements as long as each other


@dataclass(frozen=True, slots=True)
class Entry:
    """Sentences of one speaker that came together and stand. `id`: what the ledger knows them by."""

    id: int
    speaker: str
    text: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Fragment:
    """Some sentences of a speaker."""

    speaker: str
    text: str
    quoted: bool
    silent: bool


@dataclass(frozen=True)
class Standing:
    """What the next version did to the entries: which stand, shorter or not, and what else came or went.

    `kept`: entry → its sentences that stand (all of them, or some). `ended`: entry and those of its sentences that
    went, with the index of the one in `came` that replaced them, or None. `came`: what the version says for the first
    time.
    """

    kept: dict[int, str]
    ended: list[tuple[Entry, Fragment, int | None]]
    came: list[Fragment]


def follow(standing: Sequence[Entry], statements: Sequence[Statement]) -> Standing:
    """What becomes of the `standing` entries in a version that says `statements`."""
    said = {(s.speaker, letters(sentence)) for s in statements for sentence in sentences(s.text)}
    known = {(e.speaker, letters(sentence)) for e in standing for sentence in sentences(e.text)}
    came = [part for s in statements for part in _parts(s, known) if part is not None]
    kept: dict[int, str] = {}
    went: list[tuple[Entry, Fragment]] = []
    for entry in standing:
        stays = [s for s in sentences(entry.text) if (entry.speaker, letters(s)) in said]
        if stays:
            kept[entry.id] = " ".join(stays)
        went += [(entry, part) for part in _parts(entry, said)]
    return Standing(kept, list(_with_successors(went, came)), came)


def _parts(statement: Statement | Entry, without: set[tuple[str, str]]) -> Iterator[Fragment]:
    """The runs of its sentences that are not in `without`."""
    marked = [(sentence, (statement.speaker, letters(sentence)) in without) for sentence in sentences(statement.text)]
    for is_known, run in groupby(marked, key=lambda pair: pair[1]):
        if not is_known:
            text = " ".join(sentence for sentence, _ in run)
            yield Fragment(statement.speaker, text, is_quoted(text), statement.silent)


def _with_successors(
    went: Sequence[tuple[Entry, Fragment]], came: Sequence[Fragment]
) -> Iterator[tuple[Entry, Fragment, int | None]]:
    """Each fragment that went with what replaced it: the same said otherwise, or words after silence."""
    free = set(range(len(came)))
    for entry, fragment in went:
        likely = {at: _likeness(fragment, came[at]) for at in free if came[at].speaker == fragment.speaker}
        best = max(likely, key=lambda at: (likely[at], -at), default=None)
        is_answer = fragment.silent and best is not None and not came[best].silent
        if best is not None and (is_answer or likely[best] >= SAME_STATEMENT):
            free.remove(best)
            yield entry, fragment, best
        else:
            yield entry, fragment, None


def _likeness(a: Fragment, b: Fragment) -> float:
    return float(Indel.normalized_similarity(word_keys(a.text), word_keys(b.text))) if a.silent == b.silent else 0.0


_IN_QUOTES = re.compile(r'"([^"]{12,})"')


def marks(text: str) -> frozenset[int]:
    """Digests by which the same statement is found in another outlet's words; none for one too short to tell.

    The smallest of the digests of all runs of `SHINGLE` words (Broder, "On the resemblance and containment of
    documents", 1997): texts that share many such runs share some of these. What is quoted is what outlets share.
    """
    words = word_keys(" ".join(_IN_QUOTES.findall(fold(text))) or text)
    if len(words) < SHORTEST:
        words = word_keys(text)
    if len(words) < SHORTEST:
        return frozenset()
    runs = {" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
    digests = (blake2b(run.encode(), digest_size=8).digest() for run in runs)
    return frozenset(sorted(int.from_bytes(digest, "big", signed=True) for digest in digests)[:MARKS])


def is_same_statement(a: str, b: str) -> bool:
    """Do two outlets report the same words of one speaker, each in its own way?"""
    first, second = word_keys(a), word_keys(b)
    shorter = min(len(first), len(second))
    if shorter < SHORTEST:
        return first == second
    quoted = [word_keys(" ".join(_IN_QUOTES.findall(fold(text)))) for text in (a, b)]
    if min(map(len, quoted)) >= SHORTEST and _is_within(*quoted):
        return True
    return _is_within(first, second) or float(Indel.normalized_similarity(first, second)) >= LIKE_WORDS


def _is_within(a: Sequence[str], b: Sequence[str]) -> bool:
    return float(LCSseq.similarity(a, b)) / min(len(a), len(b)) >= SAME_WORDS


def without_repeats(statements: Iterable[Statement]) -> list[Statement]:
    """Statements in order, each sentence of a speaker only where it stands first (a pull quote repeats one)."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for statement in statements:
        fresh = []
        for sentence in sentences(statement.text):
            key = (statement.speaker, letters(sentence))
            if key not in seen:
                seen.add(key)
                fresh.append(sentence)
        if fresh:
            kept.append(replace(statement, text=" ".join(fresh)))
    return kept
