"""What was extracted from a page: the article as a person reads it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from revisions.words import count_words, fold


class Role(StrEnum):
    BODY = "body"
    HEADING = "heading"
    QUOTE = "quote"
    LIST = "list"
    CAPTION = "caption"
    BOX = "box"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`post`: in a live blog, the key of the post it belongs to, the same from visit to visit."""

    text: str
    role: Role = Role.BODY
    post: str = ""


@dataclass(frozen=True)
class Text:
    """Headline, standfirst, byline, dates (aware, UTC), language (ISO 639-1) and ordered paragraphs."""

    headline: str
    paragraphs: tuple[Paragraph, ...]
    standfirst: str = ""
    byline: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str = ""

    @cached_property
    def sha256(self) -> str:
        """Digest of the words alone: equal exactly when two texts read the same, dates and typography aside."""
        parts = [self.headline, self.standfirst, self.byline, *(p.text for p in self.paragraphs)]
        return hashlib.sha256("\n".join(fold(part) for part in parts).encode()).hexdigest()

    @property
    def words(self) -> int:
        return sum(count_words(p.text) for p in self.paragraphs)

    @property
    def plain(self) -> str:
        return "\n\n".join(p.text for p in self.paragraphs)

    def to_json(self) -> str:
        return json.dumps(
            {
                "headline": self.headline,
                "standfirst": self.standfirst,
                "byline": self.byline,
                "published_at": self.published_at and self.published_at.isoformat(),
                "modified_at": self.modified_at and self.modified_at.isoformat(),
                "language": self.language,
                "paragraphs": [[p.role.value, p.text, *filter(None, [p.post])] for p in self.paragraphs],
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, raw: str) -> "Text":
        data: dict[str, Any] = json.loads(raw)
        for key in ("published_at", "modified_at"):
            data[key] = data[key] and datetime.fromisoformat(data[key])
        data["paragraphs"] = tuple(Paragraph(text, Role(role), *post) for role, text, *post in data["paragraphs"])
        return cls(**data)
