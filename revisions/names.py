"""Names of people and organisations beside a verb of saying, for speakers the topic does not list.

Only in scripts with capitals: a name is two words or more that begin with one, an acronym, or the last word of a name
that stood earlier in the text. The name is kept as the outlet first wrote it.
"""

import re




_CAPITAL = r"[A-Z\u00c0-\u00d6\u00d8-\u00de\u0150\u0170\u0160\u017d\u0106\u010c]"
_WORD = rf"(?:{_CAPITAL}[\w'.-]*\w|{_CAPITAL}\.)"
_PARTICLE = r"(?:of|for|the|de|del|della|di|da|dos|van|von|der|den|ter|la|le|el|al|bin|ibn|y|e|et)"
NAME = rf"{_WORD}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{_WORD}){{0,5}}"
_TITLE = re.compile(
    r"^(?:according to|selon|laut|según|volgens|secondo|what|how|why|where|who|which|the|a|an|in|on|at|but|and|as|when|while|after|before|since|then|however|yet|he|she|it|they|we|i|you|this|that"
    r"|mr|mrs|ms|dr|prof|sir|le|la|les|l'|un|une|mais|et|der|die|das|ein|eine|el|los|las|de|het|il|lo|gli|az?|egy)\.?\s+",
    re.IGNORECASE,
)
_POSSESSED = re.compile(r"(?:'s|s')$")
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december montag dienstag mittwoch donnerstag freitag samstag sonntag".split()
)


class Names:
    """The names of one text as they come up, so that a surname later on is understood."""

    def __init__(self) -> None:
        self._full: dict[str, str] = {}

    def read(self, text: str) -> None:
        """Remember the full names of a paragraph."""
        for match in re.finditer(NAME, text):
            name = bare(match[0])
            if len(name.split()) >= 2:
                self._full.setdefault(name.split()[-1], name)

    def known(self, found: str) -> str:
        """The name as first written in full, or "" for a word that only begins with a capital."""
        name = bare(found)
        words = name.split()
        if not words or all(word.lower() in _CALENDAR for word in words):
            return ""
        if words[-1] in self._full:
            return self._full[words[-1]]
        is_acronym = len(words) == 1 and name.isupper() and len(name) >= 3
        return name if len(words) >= 2 or is_acronym else ""


def bare(name: str) -> str:
    """Without titles and articles in front and a possessive behind."""
    name = _POSSESSED.sub("", name.strip(" .,"))
    while (shorter := _TITLE.sub("", name)) != name:
        name = shorter
    return name.strip(" .,")


