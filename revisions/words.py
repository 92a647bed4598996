"""Words and sentences of a text, and the typography that makes no difference between them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Apostrophes, quotation marks, dashes, spaces and ellipses that say the same thing.
_SAME: dict[str, str] = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f", ""),
    # Vowel points of Hebrew and Arabic, and the stroke that stretches an Arabic word.
    **{chr(code): "" for code in (*range(0x0591, 0x05BE), *range(0x064B, 0x0653), 0x0640)},
    "\u2026": "...",
}
# Python's \w knows no vowel signs, without which a Hindi word falls to pieces.
WORD_LETTER = r"[\w\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963]"
_TYPOGRAPHY = re.compile(f"[{''.join(_SAME)}]")
# A word with inner apostrophes, points, commas and hyphens ("NSO's", "$50,000", "11%", "end-use"), or one mark.
# A full stop between a word and a capital joins two sentences that lost the space between them.
_RUN_ON = r"(?<=[^\W_]{2})\.(?=[A-Z][a-z])"
# Remains of mark-up that some pages show: "{:class=…}", ":emoji_name:".
_REMAINS = r"\{:[^}]*\}|(?<!\w):[a-z]+(?:_[a-z]+)*:(?!\w)"
_TOKEN = re.compile(
    rf"(https?://\S+|-{{2,3}}(?=\s)|{_REMAINS}|[$€£¥₹₪]?{WORD_LETTER}+(?:(?!{_RUN_ON})['\u2019.,:\u2011-]{WORD_LETTER}+)*%?|[^\w\s])(\s*)"
)
_DASHES = frozenset({"--", "---"})
_HYPHENS = re.compile(r" -{2,3}(?= )")
_WORD = re.compile(rf"[^\W_]{WORD_LETTER}*(?:['\u2019.,:\u2011-]{WORD_LETTER}+)*")
_MARKS = re.compile(r"[\W_]+")
_SENTENCE_END = re.compile(r"[.!?\u2026\u061f\u06d4\u0964]+[\"'\u201d\u2019\u00bb)\]]*\s+(?=\S)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Gen|Col|Lt|Sen|Rep|Gov|No|Inc|Ltd|Co|vs|etc|ca|bzw|Nr|Abs|dt|ie|eg)"
    r"|\b(?:\w\.)+\w|\b[A-Z]|\b(?:a|p)\.m)\.$"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word or mark: as printed, the white space after it, and what it is compared by."""

    text: str
    space: str
    key: str


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The text with typographic differences removed: quotes, dashes, spaces, soft hyphens, Unicode forms."""
    if text.isascii():
        return _one_dash(" ".join(text.replace("`", "'").split()))
    text = unicodedata.normalize("NFKC", _plain(text))
    return _one_dash(" ".join(_plain(text).split()))


def _one_dash(text: str) -> str:
    """Two hyphens, or three, between words stand for a dash."""
    return _HYPHENS.sub(" -", text) if " --" in text else text


def _plain(text: str) -> str:
    return _TYPOGRAPHY.sub(lambda mark: _SAME[mark[0]], text)


def letters(text: str) -> str:
    """What a line is found again by: its letters and digits alone, in lower case."""
    return _MARKS.sub("", fold(text)).lower()


def tokens(text: str) -> list[Token]:
    """The words and marks of `text` in order, keyed by their folded form."""
    clean = text.replace("\u00ad", "").replace("\u200b", "")
    return [Token(m[1], m[2], fold(m[1]) if m[1] not in _DASHES else "-") for m in _TOKEN.finditer(clean)]


def is_word(key: str) -> bool:
    """Marks and remains of mark-up are none, and an address is a link."""
    return any(ch.isalnum() for ch in key) and not key.startswith(("http://", "https://", "{:", ":"))


def count_words(text: str) -> int:
    """How many words, marks not counted."""
    return len(_WORD.findall(text))


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph; a full stop of an abbreviation or initial does not end one."""
    return list(_sentences(text))


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        head = text[start : end.end()].rstrip()
        if _ABBREVIATION.search(head) or text[end.end()].islower():
            continue
        yield head
        start = end.end()
    if tail := text[start:].strip():
        yield tail
