"""The reference pages with the article body as people marked it."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RealPage:
    name: str
    url: str
    html: bytes
    article_body: str


def real_pages(folder: Path) -> list[RealPage]:
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    return [
        RealPage(name, row["url"], gzip.decompress((folder / f"{name}.html.gz").read_bytes()), row["article_body"])
        for name, row in truth.items()
    ]
