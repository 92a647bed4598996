"""Kinds of change and how much one matters, as DESIGN.md names them."""

from enum import StrEnum


class Kind(StrEnum):
    HEADLINE = "headline"
    STANDFIRST = "standfirst"
    BYLINE = "byline"
    BODY = "body"
    STATEMENT = "statement"
    NOTICE = "notice"
    FIGURES = "figures"
    REMOVAL = "removal"
    MEDIA = "media"
    GONE = "gone"
    RESTORED = "restored"


class Significance(StrEnum):
    COSMETIC = "cosmetic"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        return ("cosmetic", "minor", "major").index(self.value)
