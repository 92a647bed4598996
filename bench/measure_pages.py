"""The reference pages: body text, speed, notices kept, furniture that moves."""

import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from bench import notices
from bench.furniture import perturbed
from bench.reading import DATA, read, step
from bench.real_pages import RealPage
from bench.report import Row
from crawler.extract import extract
from crawler.furniture import remove_machinery
from crawler.lines import page_lines
from crawler.page import Page
from revisions.notices import recognise
from revisions.text import Role, Text
from revisions.words import letters

ROUNDS = 3  # over all pages for the speed; the median counts
PERTURBATIONS = 20
_WORD = re.compile(r"\w+")


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
