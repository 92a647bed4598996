"""Pairs of captures of one page: edits found, and none where a reader sees none."""

import gzip
import json
from collections.abc import Iterator

from bench.reading import DATA, LABELS, Reading, read, step
from bench.report import Row
from revisions.doubt import is_another_page
from revisions.errors import ExtractionError


def measure_recrawls() -> Iterator[Row]:
    pairs = [json.loads(line) for line in (LABELS / "recrawls.jsonl").read_text("utf-8").splitlines()]
    readings = {name: _capture(name) for pair in pairs for name in (pair["old"], pair["new"])}
    false, taken, missed = [], set(), []
    for pair in pairs:
        old, new = readings[pair["old"]], readings[pair["new"]]
        taken |= {name for name in pair.get("no_article", ()) if readings[name] is not None}
        if old is None or new is None:
            continue
        is_other = is_another_page(old.text, new.text)
        if pair["label"] == "another story" and not is_other:
            taken.add(pair["new"])
        change = None if is_other else step(old, new)
        if pair["label"] == "same" and change is not None:
            false.append(f"{pair['new']} {change.summary[:120]}")
        if pair["label"] == "edited" and change is None:
            missed.append(pair["new"])
    per_hundred = round(100 * len(false) / len(pairs), 2)
    yield Row("recrawls: versions where a reader sees no edit", per_hundred, 1, "lower", "in 100 pairs", tuple(false))
    yield Row(
        "recrawls: captures of no article taken for one", len(taken), 0, "lower", "captures", tuple(sorted(taken))
    )
    edited = sum(pair["label"] == "edited" for pair in pairs)
    yield Row("recrawls: real edits missed", len(missed), 0, "lower", f"of {edited}", tuple(missed))


def _capture(name: str) -> Reading | None:
    markup = gzip.decompress((DATA / "recrawls" / name).read_bytes())
    try:
        return read(f"http://site.example/news/{name}", markup)
    except ExtractionError:
        return None
