"""A service that is killed again and again while articles change, and what must hold of its record afterwards."""

import json
import os
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine, bindparam, create_engine, event, text

from storage.columns import UTCDateTime
from tests.newsroom.server import Answer, Newsroom
from tests.program import SECRET, Program
from tests.receivers import Receiver
from tests.zygote import Zygote

ARTICLES = 12
LONGEST_LIFE = 3.0  # s, where the moment that was waited for does not come
HOOK = '[[channels]]\nname = "hook"\ntype = "webhook"\nurl = "{}/hook"\nsecret = "{}"\n'
BODY = (
    "Forty inspectors stand on a list of numbers that clients of NSO Group chose, a laboratory found in harbour {n}.",
    "The laboratory examined the handsets of inspector {n} for Pegasus spyware and found traces on seven of them.",
    "A harbour master said that nobody had told the inspectors in district {n} why their numbers were on it.",
)
COMMENT = (
    "NSO Group said: “We examined claim {revision} about harbour {n} and found {number} numbers that are not ours.”"
)


@dataclass
class Harbours:
    """A newsroom whose articles are edited once what they said before is in the record, and never sooner.

    So every revision must be found in the record in the end, in its order.
    """

    newsroom: Newsroom
    revisions: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for number in range(ARTICLES):
            self._show(number)
        links = "".join(
            f"<item><title>Pegasus spyware at harbour {n}</title><link>{self.url(n)}</link></item>"
            for n in range(ARTICLES)
        )
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbours</title>{links}</channel></rss>'
        self.newsroom.pages["/harbours/feed"] = Answer(200, feed.encode(), "application/rss+xml")

    def url(self, number: int) -> str:
        return f"{self.newsroom.url}/harbours/{number}"

    def edit(self, number: int) -> None:
        self.revisions[number] += 1
        self._show(number)

    def told(self, number: int, revision: int) -> str:
        """The comment that this revision has and no other."""
        return COMMENT.format(n=number, revision=revision, number=revision * 37 + number)

    def _show(self, number: int) -> None:
        body = [line.format(n=number) for line in BODY]
        if revision := self.revisions[number]:
            body.append(self.told(number, revision))
        paragraphs = "".join(f"<p>{line}</p>" for line in body)
        title = f"Pegasus spyware at harbour {number}"
        page = (
            f'<!doctype html><html lang="en"><head><title>{title}</title><link rel="canonical" href="{self.url(number)}">'
            f"</head><body><main><article><h1>{title}</h1>{paragraphs}</article></main></body></html>"
        )
        self.newsroom.pages[f"/harbours/{number}"] = Answer(200, page.encode())


@dataclass
class Moments:
    """Kills at a moment that is chosen beforehand: while a page is asked for, just after, while an alert is handed over."""

    kill: Callable[[], None]
    chance: random.Random
    wanted: str = ""
    came: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, moment: str) -> None:
        """Until it came and the service was killed, or for so long that it will not come."""
        self.came.clear()
        self.wanted = moment
        self.came.wait(LONGEST_LIFE)
        self.wanted = ""

    def on_request(self) -> None:
        if self.wanted == "crawling" and self.chance.random() < 0.3:
            self._now()
        elif self.wanted == "recording" and self.chance.random() < 0.3:
            self.wanted = ""
            threading.Timer(self.chance.uniform(0.0, 0.4), self._now).start()

    def on_alert(self) -> None:
        if self.wanted == "delivering" and self.chance.random() < 0.6:
            self._now()

    def _now(self) -> None:
        self.wanted = ""
        self.kill()
        self.came.set()


@dataclass
class Killing:
    """`run` kills the service so often; `counted` says at which moments."""

    program: Program
    newsroom: Newsroom
    receiver: Receiver
    seed: int = 9

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.harbours = Harbours(self.newsroom)
        self.engine: Engine = create_engine(self.program.database)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=30000"))
        self.counted: Counter[str] = Counter()
        self.pid = 0
        self.program.configure(
            {"harbours": f"{self.newsroom.url}/harbours/feed"},
            HOOK.format(self.receiver.url, SECRET),
            crawl='browser = ""',
        )
        self.moments = Moments(self.kill, self.chance)
        self.newsroom.on_request = self.moments.on_request
        self.receiver.on_receipt = lambda _: self.moments.on_alert()

    def run(self, kills: int) -> None:
        with self.prepared():
            while self.counted.total() < kills:
                (moment,) = self.chance.choices(("crawling", "recording", "delivering", "whenever"), (2, 3, 3, 1))
                self.counted[self.live_until(moment)] += 1

    @contextmanager
    def prepared(self) -> Iterator[None]:
        """Everything is at its first version; in the end there are passes that nobody disturbs."""
        self.program.run("check")
        with Zygote(self.program.config, self.program.home / "killed.log") as self.zygote:
            yield
        self._come_to_rest()

    def live_until(self, moment: str) -> str:
        """One life of the service; returns the moment at which it was killed."""
        self.begin()
        if moment == "whenever":
            time.sleep(self.chance.uniform(0.0, 1.5))
        else:
            self.moments.wait_for(moment)
            moment = moment if self.moments.came.is_set() else "whenever"
        self.kill()
        return moment

    def begin(self) -> None:
        self._edit()
        self._make_due()
        self.pid = self.zygote.start()

    def kill(self) -> None:
        pid, self.pid = self.pid, 0
        if pid:
            self.zygote.kill(pid)

    def _edit(self) -> None:
        """Some of the articles whose last revision is recorded."""
        recorded = self._recorded()
        settled = [
            n for n in range(ARTICLES) if recorded.get(self.harbours.url(n), 0) == self.harbours.revisions[n] + 1
        ]
        for number in self.chance.sample(settled, min(len(settled), 4)):
            self.harbours.edit(number)

    def _recorded(self) -> dict[str, int]:
        """The number of versions of each article."""
        with self.engine.connect() as connection:
            return {row.url: row.versions for row in connection.execute(text("SELECT url, versions FROM article"))}

    def _make_due(self) -> None:
        """Everything is looked at again at once, and what waits for another try is tried."""
        long_ago = bindparam("then", datetime(2001, 1, 1, tzinfo=UTC), type_=UTCDateTime())
        with self.engine.begin() as connection:
            for due in (
                "UPDATE article SET next_visit_at = :then",
                "UPDATE alert SET next_attempt_at = :then WHERE state = 'waiting'",
            ):
                connection.execute(text(due).bindparams(long_ago))
            connection.execute(text("DELETE FROM channel_state"))

    def _come_to_rest(self) -> None:
        """Two passes that nobody disturbs; the second delivers what the first one's claims held up."""
        for _ in range(2):
            self._make_due()
            self.program.run("check", "--all")
        self.engine.dispose()


@dataclass(frozen=True)
class Found:
    """What is wrong with the record; nothing where all of it is empty."""

    missing: list[str]
    numbering: list[str]
    untold: list[int]
    twice: list[int]
    unfit: str
    edits: int
    alerts: int


def examine(killing: Killing) -> Found:
    """Every revision is there, in its order, and each was told at least once, always under one id."""
    program, harbours = killing.program, killing.harbours
    missing, numbering = [], []
    for article in program.json("articles"):
        number = int(article["url"].rsplit("/", 1)[1])
        expected = harbours.revisions[number]
        lines = [json.loads(line) for line in program.run("export", str(article["id"])).splitlines()]
        versions = sorted((line["version"] for line in lines if line["version"]), key=lambda version: version["number"])
        if [v["number"] for v in versions] != list(range(1, len(versions) + 1)):
            numbering.append(article["url"])
        said = [" ".join(p["text"] for p in v["text"]["paragraphs"]) for v in versions]
        wanted = [harbours.told(number, revision) for revision in range(1, expected + 1)]
        if len(said) != expected + 1 or any(w not in s for w, s in zip(wanted, said[1:], strict=True)):
            missing.append(f"{article['url']}: {len(said) - 1} of {expected} revisions")
    ids = defaultdict(set)
    for received in killing.receiver.received:
        data = json.loads(received.body)["data"]
        told = [data["change"]] if "change" in data else []  # others are for the operator
        for change in data.get("changes") or told:
            ids[change["id"]].add(received.headers["webhook-id"])
    changes = {change["id"] for change in program.json("changes", "--limit", "100000")}
    proof = json.loads(program.run("verify", "--json"))
    return Found(
        missing=missing,
        numbering=numbering,
        untold=sorted(changes - set(ids)),
        twice=sorted(change for change, found in ids.items() if len(found) > 1),
        unfit="" if proof["fits"] and not proof["waiting"] else str(proof),
        edits=harbours.revisions.total(),
        alerts=len(killing.receiver.received),
    )


def killed_throughout(program: Program, newsroom: Newsroom, receiver: Receiver) -> None:
    """As often as ADDENDUM_KILLS says, or 150 times, so 300 on both databases; then everything must hold."""
    kills = int(os.environ.get("ADDENDUM_KILLS", "150"))
    killing = Killing(program, newsroom, receiver)
    killing.run(kills)
    assert killing.counted.total() >= kills
    assert min(killing.counted[moment] for moment in ("crawling", "recording", "delivering")) >= kills // 12
    found = examine(killing)
    print(f"killed {dict(killing.counted)}; {found.edits} edits, {found.alerts} alerts received")
    assert found.missing == []
    assert found.numbering == []
    assert found.untold == []
    assert found.twice == []
    assert found.unfit == ""
    assert found.edits >= kills // 4
