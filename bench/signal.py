"""`make bench-signal`: the right text, the right story, and what a change means, against labelled data.

The reference data lies beside the project; labels made for it, and titles and articles written for it, are kept in
`bench/labels`. Rules for labelling stand in `bench/labels/README.md`.
"""

import gzip
import json
import random
import re
import statistics
import sys
import time
import tomllib
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from addendum import build
from addendum.configfile import load
from bench import notices, revision_pages, statements
from bench.furniture import perturbed
from bench.real_pages import RealPage, real_pages
from bench.report import Row, publish
from crawler.extract import extract
from crawler.furniture import remove_machinery
from crawler.lines import page_lines
from crawler.page import Page
from crawler.urls import words_of
from revisions.change import Change, compare
from revisions.doubt import is_another_page
from revisions.errors import ExtractionError
from revisions.notices import recognise
from revisions.seen import Seen, reconcile
from revisions.text import Role, Text
from revisions.topic import Relevance, Topic
from revisions.words import letters

DATA = Path(__file__).parents[2] / "shared" / "data"
LABELS = statements.LABELS
ROUNDS = 3  # over all pages for the speed; the median counts
PERTURBATIONS = 20
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Reading:
    """A page as the service reads it."""

    text: Text
    seen: Seen


def read(url: str, markup: bytes) -> Reading:
    page = Page(url, markup, "text/html")
    return Reading(extract(page).text, page.seen())


def step(old: Reading, new: Reading) -> Change | None:
    """The change the service would record from one page to the next."""
    before = Seen.unpack(old.seen.pack())
    return compare(old.text, reconcile(old.text, new.text, before, new.seen), _config_topic().speakers)


@cache
def _config_topic() -> Topic:
    return build.topic(load(str(Path(__file__).parents[1] / "config.toml")))


# Pages


def body_text(text: Text) -> str:
    """The article's body as the benchmark's annotators marked it: without what is written under pictures."""
    return "\n".join(p.text for p in text.paragraphs if p.role is not Role.CAPTION)


def _shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1)))


def _precision_recall(found: str, truth: str) -> tuple[float, float]:
    a, b = _shingles(found), _shingles(truth)
    right = sum((a & b).values())
    return right / max(1, sum(a.values())), right / max(1, sum(b.values()))


def measure_pages(pages: Sequence[RealPage]) -> Iterator[Row]:
    scores = [_precision_recall(body_text(read(p.url, p.html).text), p.article_body) for p in pages]
    precision, recall = (statistics.fmean(side) for side in zip(*scores, strict=True))
    f1 = 2 * precision * recall / (precision + recall)
    worst = sorted(zip((min(s) for s in scores), pages, strict=True), key=lambda pair: pair[0])[:5]
    yield Row(
        "pages: body text F1 (4-word shingles, macro)",
        round(f1, 4),
        0.975,
        "higher",
        "F1",
        tuple(f"{page.name[:8]} {score:.3f} {page.url}" for score, page in worst),
    )
    yield Row("pages: extraction on one core", round(_speed(pages), 1), 90, "higher", "pages/s")


def _speed(pages: Sequence[RealPage]) -> float:
    rates = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for page in pages:
            extract(Page(page.url, page.html, "text/html"))
        rates.append(len(pages) / (time.process_time() - start))
    return statistics.median(rates)


def measure_kept_notices(pages: Sequence[RealPage]) -> Row:
    """Every line of the raw page that reads as a notice, and every phrase labelled as one, is in the text."""
    labelled = [p for p in notices.load(DATA / "notices.jsonl") if p.kinds]
    present = kept = 0
    missing: list[str] = []
    for page in pages:
        text = letters("\n".join(p.text for p in extract(Page(page.url, page.html, "text/html")).text.paragraphs))
        for line in _notice_lines(page, labelled):
            present += 1
            kept += letters(line) in text
            if letters(line) not in text:
                missing.append(f"{page.name[:8]} {line[:120]}")
    return Row(
        f"pages: notices kept ({present} in the raw pages)",
        kept / max(1, present),
        1,
        "higher",
        "share",
        tuple(missing),
    )


def _notice_lines(page: RealPage, labelled: Sequence[notices.Phrase]) -> list[str]:
    tree = Page(page.url, page.html, "text/html").tree()
    remove_machinery(tree)
    lines = [line.text for body in tree.iter("body") for line in page_lines(body)]
    contexts = [letters(p.context) for p in labelled]
    matches = [p.match for p in labelled]
    return [
        line
        for line in lines
        if recognise(line)
        or any(
            m in line and len(letters(line)) > 30 and letters(line) in c for m, c in zip(matches, contexts, strict=True)
        )
    ]


def measure_furniture(pages: Sequence[RealPage]) -> Row:
    seed = random.Random(20210718)
    false: list[str] = []
    for page in pages:
        plain = read(page.url, page.html)
        for _ in range(PERTURBATIONS):
            change = step(plain, read(page.url, perturbed(page.html, seed)))
            if change is not None:
                false.append(f"{page.name[:8]} {change.summary[:120]}")
    name = f"pages: false versions in {PERTURBATIONS} perturbations of furniture each"
    return Row(name, len(false), 0, "lower", f"of {PERTURBATIONS * len(pages)}", tuple(false))


# Recrawls


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


# Notices


def measure_notices() -> Iterator[Row]:
    phrases = list(notices.load(DATA / "notices.jsonl"))
    found = [(phrase, notices.found(phrase)) for phrase in phrases]
    right = sum(kind in phrase.kinds for phrase, kind in found)
    wrong = [f"{kind}: {p.match}" for p, kind in found if kind and kind not in p.kinds]
    missed = [p.match for p, kind in found if p.kinds and kind not in p.kinds]
    yield Row(
        "notices: precision, with type", right / max(1, right + len(wrong)), 0.98, "higher", "share", tuple(wrong)
    )
    yield Row("notices: recall, with type", right / max(1, right + len(missed)), 0.95, "higher", "share", tuple(missed))


# Revisions


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


# Statements


def measure_statements() -> Row:
    right = wrong = missed = 0
    cases = []
    for name, paragraphs, labelled in (*statements.seeds(DATA / "seeds"), *statements.articles()):
        found = statements.found(_config_topic().speakers, paragraphs)
        right, wrong, missed = (
            right + len(found & labelled),
            wrong + len(found - labelled),
            missed + len(labelled - found),
        )
        cases += [f"{name} paragraph {at}: {who} found" for at, _, who in sorted(found - labelled)]
        cases += [f"{name} paragraph {at}: {who} missed" for at, _, who in sorted(labelled - found)]
    f1 = statements.f1(right, wrong, missed)
    return Row("statements: speaker and sentence, F1", round(f1, 4), 0.9, "higher", "F1", tuple(cases))


# Topic


def measure_topic() -> Iterator[Row]:
    """Right at once, or left to the article's text; turned away for good is a miss."""
    topic = _config_topic()
    verdicts = [
        (core, topic.judge_entry(title, "", address).relevance, title or address) for core, title, address in _entries()
    ]
    yes = [core for core, relevance, _ in verdicts if relevance is Relevance.YES]
    wrong = tuple(what for core, relevance, what in verdicts if relevance is Relevance.YES and not core)
    missed = tuple(what for core, relevance, what in verdicts if core and relevance is Relevance.NO)
    core_count = sum(core for core, _, _ in verdicts)
    unsure = sum(relevance is Relevance.UNSURE for _, relevance, _ in verdicts)
    yield Row(
        f"topic: precision of what is followed at once ({len(verdicts)} entries)",
        sum(yes) / max(1, len(yes)),
        0.98,
        "higher",
        "share",
        wrong,
    )
    yield Row(
        f"topic: recall, {unsure} entries left to the article's text",
        round(1 - len(missed) / max(1, core_count), 4),
        0.98,
        "higher",
        "share",
        missed,
    )


def _entries() -> Iterator[tuple[bool, str, str]]:
    for line in (DATA / "relevance.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row["label"] == "core", row["title"] or "", words_of(row["url"])
    for language in _own_titles().values():
        for label, titles in language.items():
            yield from ((label == "core", title, "") for title in titles)


def _own_titles() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((LABELS / "topic.toml").read_text("utf-8"))


def main() -> int:
    if not DATA.is_dir():
        sys.stderr.write(f"no reference data at {DATA}: nothing can be measured\n")
        return 1
    warnings.simplefilter("ignore")
    pages = real_pages(DATA / "pages")
    publish(
        "signal",
        [
            *measure_pages(pages),
            measure_kept_notices(pages),
            measure_furniture(pages),
            *measure_recrawls(),
            *measure_notices(),
            *measure_revisions(),
            measure_statements(),
            *measure_topic(),
        ],
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
