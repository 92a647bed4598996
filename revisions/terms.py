"""Finding names and terms in running text: whole words, whatever the script, inflected where a language inflects."""

import re
from collections.abc import Iterable

from revisions.words import WORD_LETTER, fold

_LATIN_ENDING = r"(?:['-]?\w{0,4})?"  # "Pegasusa", "Pegasusszal", "Amnestys"
_SHORT_ENDING = r"(?:'s|s'|-\w{1,4})?"  # "NSO's", "NSO-val", never "NSOU"
_HEBREW_PREFIX = r"[ושהבלמכ]{0,3}[-\"]?"
_ARABIC_AND = "[\u0648\u0641]?"  # "and" and "then" are written in one with the verb
_ARABIC_PREFIX = r"(?:[وفبلك]{0,2}(?:ال)?)?"
_WORD = re.compile(rf"{WORD_LETTER}+")
_HEBREW = re.compile(r"[\u0590-\u05ff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def term_pattern(term: str) -> re.Pattern[str]:
    """A pattern that finds `term` in folded text."""
    return _whole_words([_body(term)])


def compile_terms(terms: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern that finds any of `terms` in folded text, the longest first, or None where there are none."""
    bodies = [_body(term) for term in sorted(set(terms), key=len, reverse=True) if fold(term)]
    return _whole_words(bodies) if bodies else None


def any_form(forms: Iterable[str]) -> str:
    """A pattern for any of `forms` as a whole word, in folded text, the longest where one begins with another.

    Beginnings that forms share are tried once (a trie), so that it hardly matters how many forms there are.
    """
    plain = {form for form in forms if not _ARABIC.match(form)}
    arabic = _trie(set(forms) - plain)
    bodies = [body for body in (_trie(plain), rf"{_ARABIC_AND}{arabic}" if arabic else "") if body]
    return rf"(?<!{WORD_LETTER})(?:{'|'.join(bodies)})(?!{WORD_LETTER})"


def first_words(forms: Iterable[str]) -> set[str]:
    """The words, in small letters, that a match of `any_form` can begin with."""
    first = {word[0].lower() for form in forms if (word := _WORD.match(form))}
    return first | {f"{joined}{word}" for word in first if _ARABIC.match(word) for joined in "\u0648\u0641"}


def _trie(forms: set[str]) -> str:
    branches = [
        re.escape(first) + _trie({form[1:] for form in forms if form[:1] == first})
        for first in sorted({form[0] for form in forms if form})
    ]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 and "" not in forms else f"(?:{'|'.join(branches)})"
    return f"{body}?" if "" in forms else body


def _whole_words(bodies: list[str]) -> re.Pattern[str]:
    """The test for a word's beginning stands before all alternatives, so that few places are tried at all."""
    return re.compile(rf"(?<!{WORD_LETTER})(?:{'|'.join(bodies)})(?!{WORD_LETTER})", re.IGNORECASE)


def _body(term: str) -> str:
    words = fold(term).split()
    body = r"[\s-]+".join(re.escape(word) for word in words)
    if _HEBREW.search(term):
        return rf"{_HEBREW_PREFIX}{body}"
    if _ARABIC.search(term):
        return rf"{_ARABIC_PREFIX}{body}\w{{0,2}}"
    return body + (_LATIN_ENDING if words and len(words[-1]) >= 5 and len(words) == 1 else _SHORT_ENDING)
