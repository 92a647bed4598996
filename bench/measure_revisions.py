"""Real edits of published posts: found, weighed, their notices told."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench import revision_pages
from bench.reading import DATA, LABELS, read, step
from bench.report import Row
from revisions.errors import ExtractionError


def measure_revisions() -> Iterator[Row]:
    labels = {
        (row["commit"], row["path"]): row
        for row in map(json.loads, (LABELS / "revisions.jsonl").read_text("utf-8").splitlines())
    }
    seen = Counter[str]()
    missed, false, weighed, told = [], [], [], []
    for revision in revision_pages.load(DATA / "revisions"):
        try:
            old, new = (read("http://harbour.example/news/x", page) for page in revision.pages)
        except ExtractionError:
            seen["without text"] += 1
            continue
        change = step(old, new)
        name = f"{revision.commit[:8]} {revision.path}"
        if revision.is_visible:
            seen["visible"] += 1
            missed += [] if change else [name]
        elif change:
            false.append(f"{name}: {change.summary[:100]}")
        if change:
            label: dict[str, Any] = labels.get((revision.commit, revision.path), {"notices": []})
            if "significance" in label:
                seen["weighed"] += 1
                if change.significance.value != label["significance"]:
                    weighed.append(f"{name}: {change.significance.value}, labelled {label['significance']}")
            got, want = {n.kind.value for n in change.notices}, set(label["notices"])
            seen["notices right"] += len(got & want)
            seen["notices wrong"] += len(got - want)
            seen["notices missed"] += len(want - got)
            told += [f"{name}: {sorted(got)}, labelled {sorted(want)}"] if got != want else []
    visible = seen["visible"]
    yield Row(
        f"revisions: visible edits found ({visible}; {seen['without text']} pages have no text)",
        1 - len(missed) / max(1, visible),
        1,
        "higher",
        "share",
        tuple(missed),
    )
    yield Row("revisions: false versions where none is visible", len(false), 0, "lower", "versions", tuple(false))
    right = 1 - len(weighed) / max(1, seen["weighed"])
    yield Row(
        f"revisions: significance right ({seen['weighed']} labelled)",
        round(right, 4),
        0.95,
        "higher",
        "share",
        tuple(weighed),
    )
    found = seen["notices right"]
    yield Row(
        "revisions: notices, precision",
        found / max(1, found + seen["notices wrong"]),
        0.98,
        "higher",
        "share",
        tuple(told),
    )
    yield Row("revisions: notices, recall", found / max(1, found + seen["notices missed"]), 0.98, "higher", "share")
