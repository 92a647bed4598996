"""Names of people and organisations beside a verb of saying, for speakers the topic does not list.

Only in scripts with capitals: a name is two words or more that begin with one, an acronym, or the last word of a name
that stood earlier in the text. The name is kept as the outlet first wrote it.
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from revisions.dates import calendar_words

_CAPITAL = r"[A-Z\u00c0-\u00d6\u00d8-\u00de\u0150\u0170\u0160\u017d\u0106\u010c]"
_WORD = rf"(?:{_CAPITAL}[\w'.-]*\w|{_CAPITAL}\.)"
_POSSESSED = re.compile(r"(?:'s|s')$")
SHORTEST_ACRONYM = 3  # letters


@cache
def _any_of(key: str) -> str:
    data = tomllib.loads((resources.files("revisions") / "data" / "names.toml").read_text("utf-8"))
    words = sorted({word for row in data.values() for word in row[key]}, key=len, reverse=True)
    return "|".join(map(re.escape, words))


@cache
def name_pattern() -> str:
    """A name in folded text, upper and lower case told apart."""
    return rf"{_WORD}(?:\s+(?:(?:{_any_of('particles')})\s+){{0,2}}{_WORD}){{0,5}}"


@cache
def _name() -> re.Pattern[str]:
    return re.compile(name_pattern())


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"^(?:{_any_of('before')})\.?\s+", re.IGNORECASE)


class Names:
    """The names of one text as they come up, so that a surname later on is understood."""

    def __init__(self) -> None:
        self._full: dict[str, str] = {}

    def read(self, text: str) -> None:
        """Remember the full names of a paragraph."""
        for surname, name in _full_names(text):
            self._full.setdefault(surname, name)

    def known(self, found: str) -> str:
        """The name as first written in full, or "" for a word that may only begin with a capital."""
        name = bare(found)
        words = name.split()
        if not words or all(word.lower() in calendar_words() for word in words):
            return ""
        if words[-1] in self._full:
            return self._full[words[-1]]
        has_inner_capital = len(words) == 1 and re.search(r"[a-z][A-Z]", name) is not None  # WhatsApp
        is_acronym = len(words) == 1 and name.isupper() and name.isalpha() and len(name) >= SHORTEST_ACRONYM
        return name if len(words) >= 2 or is_acronym or has_inner_capital else ""


@lru_cache(maxsize=4096)
def _full_names(text: str) -> tuple[tuple[str, str], ...]:
    """Names of two words or more, each behind its last word. Versions of a text share most paragraphs."""
    names = (bare(match[0]) for match in _name().finditer(text))
    return tuple((name.split()[-1], name) for name in names if " " in name)


@lru_cache(maxsize=8192)
def bare(name: str) -> str:
    """Without titles and articles in front and a possessive behind."""
    name = _POSSESSED.sub("", name.strip(" .,"))
    while (shorter := _before().sub("", name)) != name:
        name = shorter
    return name.strip(" .,")
