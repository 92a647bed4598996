"""Two versions of an article and what lies between them, for the page, the API and what others embed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from revisions.change import compare
from revisions.errors import QuestionError
from revisions.text import Text
from storage import queries, stream
from storage.database import Database
from storage.tables import Article, Change, Version
from web.reading import Shown, show


@dataclass(frozen=True)
class Difference:
    """From one version to another. `change`: the step as it was recorded, where the two follow each other."""

    article: Article
    source: Version
    target: Version
    old: Text
    new: Text
    change: Change | None

    @property
    def step(self) -> str:
        return f"{self.source.number}..{self.target.number}"

    @property
    def path(self) -> str:
        return f"/articles/{self.article.id}/diff/{self.step}"

    @cached_property
    def shown(self) -> list[Shown]:
        return show(self.old, self.new, *self._told())

    def _told(self) -> tuple[Sequence[dict[str, Any]], Sequence[dict[str, Any]]]:
        if self.change:
            return self.change.notices, self.change.statements
        found = compare(self.old, self.new)
        return ([asdict(n) for n in found.notices], [asdict(s) for s in found.statements]) if found else ((), ())


def steps_in(step: str) -> tuple[int, int]:
    """The two versions that a step such as "1..2" names."""
    source, dots, target = step.partition("..")
    if not (dots and source.isascii() and source.isdigit() and target.isascii() and target.isdigit()):
        raise QuestionError("a difference is named by two versions, such as 1..2", step)
    return int(source[:12]), int(target[:12])


def get_difference(database: Database, article: Article, source: int, target: int) -> Difference:
    """Raises `AddendumError` for a version that does not exist."""
    assert article.id is not None
    before, old = queries.get_version(database, article.id, source)
    after, new = queries.get_version(database, article.id, target)
    change = stream.change_between(database, article.id, source, target)
    return Difference(article, before, after, old, new, change)
