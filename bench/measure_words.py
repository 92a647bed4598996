"""What single phrases, sentences and titles are taken for: notices, statements, the topic."""

import json
import tomllib
from collections.abc import Iterator

from bench import notices, statements
from bench.reading import DATA, LABELS, shipped_topic
from bench.report import Row
from crawler.urls import words_of
from revisions.topic import Relevance


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


def measure_statements() -> Row:
    right = wrong = missed = 0
    cases = []
    for name, paragraphs, labelled in (*statements.seeds(DATA / "seeds"), *statements.articles()):
        found = statements.found(shipped_topic().speakers, paragraphs)
        right, wrong, missed = (
            right + len(found & labelled),
            wrong + len(found - labelled),
            missed + len(labelled - found),
        )
        cases += [f"{name} paragraph {at}: {who} found" for at, _, who in sorted(found - labelled)]
        cases += [f"{name} paragraph {at}: {who} missed" for at, _, who in sorted(labelled - found)]
    f1 = statements.f1(right, wrong, missed)
    return Row("statements: speaker and sentence, F1", round(f1, 4), 0.9, "higher", "F1", tuple(cases))


def measure_topic() -> Iterator[Row]:
    """Right at once, or left to the article's text; turned away for good is a miss."""
    topic = shipped_topic()
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
