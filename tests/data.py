"""The reference data beside the project, for checks that run when it is there."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"


def needs(folder: str) -> pytest.MarkDecorator:
    """Skips, saying so, where the reference data is absent."""
    return pytest.mark.skipif(not (DATA / folder).is_dir(), reason=f"no reference data at {DATA / folder}")


@dataclass(frozen=True)
class RealPage:
    name: str
    url: str
    html: bytes
    article_body: str


def real_pages() -> list[RealPage]:
    """Real news pages with the article body as people marked it."""
    truth = json.loads((DATA / "pages" / "ground-truth.json").read_text("utf-8"))
    return [
        RealPage(
            name, row["url"], gzip.decompress((DATA / "pages" / f"{name}.html.gz").read_bytes()), row["article_body"]
        )
        for name, row in truth.items()
    ]


def feed_files() -> Iterator[Path]:
    return (path for path in sorted((DATA / "feeds").rglob("*")) if path.is_file())
