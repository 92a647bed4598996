"""The one write path of visits: version, change and alerts in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session, select

from revisions import change as changes
from revisions.awaited import awaits_answer
from revisions.boxes import passages
from revisions.change import Change as Difference
from revisions.doubt import is_another_page, is_cut_short
from revisions.kinds import Kind
from revisions.live import has_new_posts, is_live
from revisions.text import Text
from revisions.topic import Relevance, Topic
from storage.aliases import settle_address
from storage.backfill import tie_to_archive
from storage.boxes import Told, keep_passages, news_beside_box
from storage.changes import change_row, index_change
from storage.copies import link_copies, standing_of_copies, told_by_original
from storage.database import Database, hold_names
from storage.evidence import Evidence
from storage.facts import Event, Plan, Provenance, Route, VisitFacts, VisitResult
from storage.habits import SIBLING, Habits, learned, look_soon
from storage.ledger import keep_words
from storage.regions import keep_region
from storage.tables import Article, Feed, Version, Visit
from storage.telling import Teller
from storage.texts import text_of
from storage.unchanged import note_unchanged
from storage.versions import add_version, last_in_time, latest_version, number_of, was_told_lately

GONE_AFTER = timedelta(minutes=10)  # a 404 must be seen twice, this far apart, before an article is gone
AT_ONCE = 410  # "Gone" says so itself (RFC 9110, 15.5.11)


class Recorder:
    """Records visits. `route` decides which channels hear of an event, `plan` when to look again.

    `operator`: the channels of whoever runs the service. `by`: what reads the pages, which are kept if `keeps_pages`.
    """

    def __init__(
        self,
        database: Database,
        topic: Topic,
        route: Route,
        plan: Plan,
        operator: Sequence[str] = (),
        *,
        by: Provenance = Provenance(),
        keeps_pages: bool = True,
    ) -> None:
        self._database = database
        self._evidence = Evidence(database, by, keeps_pages=keeps_pages)
        self._topic = topic
        self._plan = plan
        self._teller = Teller(route, operator)

    def visit(self, article_id: int, facts: VisitFacts) -> VisitResult:
        """Compare what was found with the record and write what follows, all or nothing.

        Safe for two visits of one article that finish at once: the article's row is locked first, and the one that
        was asked for earlier does not overwrite what the later one has already recorded.
        """
        packed = self._evidence.pack(article_id, facts)
        with self._database.write() as session:
            article = _lock(session, article_id)
            if facts.is_overtaken_by(article.last_requested_at):
                return VisitResult(article_id, "unchanged")
            if facts.text is not None:
                article = settle_address(session, article, facts)
            result = self._apply(session, article, facts)
            self._note(session, article, facts, result)
            self._evidence.keep(session, article, facts, result, packed)
            return result

    def confirm(self, visits: Sequence[tuple[int, VisitFacts]]) -> list[VisitResult]:
        """Record visits that found nothing new, all in one transaction, in the order given.

        One that says more than that (an article that was gone can be read again) is recorded by itself.
        """
        with self._database.write() as session:
            noted = note_unchanged(session, visits, self._plan)
        return [
            VisitResult(number, facts.outcome) if number in noted else self.visit(number, facts)
            for number, facts in visits
        ]

    def _apply(self, session: Session, article: Article, facts: VisitFacts) -> VisitResult:
        assert article.id is not None
        if facts.text is not None:
            return self._text(session, article, facts, facts.text)
        if facts.outcome == "gone":
            return self._missing(session, article, facts)
        if facts.outcome == "not modified" and article.status == "gone":
            return self._changed(session, article, facts, changes.restored(None), None)
        return VisitResult(article.id, facts.outcome)

    def _text(self, session: Session, article: Article, facts: VisitFacts, text: Text) -> VisitResult:
        assert article.id is not None
        latest = latest_version(session, article.id)
        if latest is None:
            return self._first(session, article, facts, text)
        old = replace(text_of(session, latest), modified_at=article.modified_at)
        if is_another_page(old, text):
            return VisitResult(article.id, "wall", summary="the page shows something else than the article")
        if facts.limited and is_cut_short(old, text):
            return VisitResult(article.id, "wall", summary="the page shows less than the article and asks to subscribe")
        difference = changes.compare(old, text, self._topic.speakers)
        if article.status == "gone":
            return self._changed(session, article, facts, changes.restored(difference), text if difference else None)
        if difference is None:
            return self._grown(session, article, facts, old, text)
        return self._changed(session, article, facts, difference, text)

    def _grown(self, session: Session, article: Article, facts: VisitFacts, old: Text, text: Text) -> VisitResult:
        """New posts of a live blog are recorded, for edits of them to be seen later; they are no change."""
        assert article.id is not None
        if not has_new_posts(old, text):
            return VisitResult(article.id, "unchanged")
        version = self._keep(session, article, facts, text)
        return VisitResult(article.id, "changed", version=version.number, summary="new posts")

    def _first(self, session: Session, article: Article, facts: VisitFacts, text: Text) -> VisitResult:
        assert article.id is not None
        if article.status == "candidate":
            about = self._topic.judge(f"{text.headline}\n{text.standfirst}\n{text.plain}")
            article.status = "followed" if about.relevance is Relevance.YES else "ignored"
            if article.status == "ignored":
                return VisitResult(article.id, "unchanged", summary="not about the topic")
        _take_turns(session, text)
        version = self._keep(session, article, facts, text)
        tie_to_archive(session, article, version, self._topic.speakers)
        article.changed_at = facts.at
        if not article.quiet:
            event = Event("discovered", article, feed=_feed_name(session, article))
            self._teller.discovery(session, event, facts.at)
        return VisitResult(article.id, "changed", version=version.number, summary="first version")

    def _missing(self, session: Session, article: Article, facts: VisitFacts) -> VisitResult:
        assert article.id is not None
        since = article.missing_since or facts.at
        article.missing_since = since
        sure = facts.status == AT_ONCE or facts.at - since >= GONE_AFTER
        if not sure or article.status == "gone" or latest_version(session, article.id) is None:
            return VisitResult(article.id, "gone")
        return self._changed(session, article, facts, changes.gone(facts.status), None)

    def _changed(
        self, session: Session, article: Article, facts: VisitFacts, difference: Difference, text: Text | None
    ) -> VisitResult:
        """Write the change, the version it leads to if the text differs, and its alerts."""
        assert article.id is not None
        latest = latest_version(session, article.id)
        old = replace(text_of(session, latest), modified_at=article.modified_at) if latest else None
        _take_turns(session, old, text, outlet=article.outlet)
        is_repeated = False
        if text and latest and (before := number_of(session, article.id, text.sha256)):
            difference = replace(difference, summary=f"back to version {before}; {difference.summary}")
            is_repeated = was_told_lately(session, article.id, latest.sha256, text.sha256, facts.at)
        told = Told(difference)
        if old and text and Kind.RESTORED not in difference.kinds:
            told = news_beside_box(session, article, facts.at, difference, text, self._topic)
        if told.is_box_alone:
            summary = f"{difference.summary} in a box of {len(told.others) + 1} articles"
            difference = replace(difference, summary=summary)
        version = self._keep(session, article, facts, text) if text else None
        is_gone = Kind.GONE in difference.kinds
        row = change_row(article, facts.at, difference, latest, version or (None if is_gone else latest))
        row.box_key, row.box_articles, row.told_with = told.key, sorted(told.others) or None, told.with_change
        row.copies = standing_of_copies(session, article, old, text) or None
        for copy in row.copies or ():
            look_soon(session, session.get_one(Article, copy["article"]), facts.at, None, SIBLING)
        session.add(row)
        session.flush()
        index_change(session, row)
        article.status = "gone" if is_gone else "followed"
        article.changed_at = facts.at
        if is_repeated:
            row.untold = "the same step, there or back, was told within the last three days"
        elif told.difference is None:
            row.untold = f"the same edit was told with change {told.with_change}"
        else:
            texts = (old, text) if old and text else None
            original = told_by_original(session, article, facts.at, *texts) if texts else None
            event = Event.of(article, told.difference, _feed_name(session, article), texts)
            self._teller.change(session, event, row, original)
        outcome = "gone" if is_gone else "changed"
        return VisitResult(article.id, outcome, version.number if version else None, row.id, difference.summary)

    def _keep(self, session: Session, article: Article, facts: VisitFacts, text: Text) -> Version:
        """A new version, what people will ask of it, and what later visits compare with beside it."""
        assert article.id is not None
        keep_passages(session, article.id, text)
        article.seen = facts.seen
        article.awaits_answer = awaits_answer(text)
        article.kind = "live" if is_live(text) else "article"
        before = last_in_time(session, article.id)
        version = add_version(session, article, facts.at, text)
        keep_words(session, article, version, text, before, self._topic.speakers, facts.said)
        article.published_at = article.published_at or text.published_at
        link_copies(session, article, text)
        return version

    def _note(self, session: Session, article: Article, facts: VisitFacts, result: VisitResult) -> None:
        """What every visit leaves behind, whatever it found."""
        assert article.id is not None
        failed = result.outcome in ("failed", "wall")
        read_before = article.last_read_at
        error = (facts.error or result.summary) if failed else ""
        session.add(Visit(article_id=article.id, at=facts.at, outcome=result.outcome, status=facts.status, error=error))
        article.last_visit_at = facts.at
        article.last_requested_at = facts.requested_at
        article.failures = article.failures + 1 if failed else 0
        article.error = error
        if not failed and result.outcome != "gone":
            article.missing_since = None
            article.last_read_at = facts.at
            _keep_validators(article, facts)
        if facts.text is not None and not failed:
            _take_over(article, facts.text)
        habits = Habits.of(session, [article])
        planned = habits.plan(
            article,
            facts.at,
            self._plan,
            changed=result.change_id is not None or (result.version is not None and read_before is not None),
            failed=failed,
            read_before=read_before,
        )
        habits.save(session)
        for column, value in learned(article, planned, failed=failed).items():
            setattr(article, column, value)
        ahead = planned.at
        if article.missing_since and article.status != "gone":
            ahead, article.due_why = min(ahead, facts.at + GONE_AFTER), "its page was missing; another look decides"
        article.next_visit_at = None if article.status == "ignored" else max(ahead, facts.not_before or ahead)
        session.add(article)
        if facts.region is not None and not failed and article.versions:
            keep_region(session, article.id, facts.region)


def _take_turns(session: Session, *texts: Text | None, outlet: str = "") -> None:
    """Articles with a paragraph in common, and changes at one outlet, are recorded one after the other.

    So that each sees what the other left behind: copies and boxes are recognised, and what is told once is told once.
    """
    shared = {f"passage:{key}" for text in texts if text for key in passages(text)}
    hold_names(session, shared | ({f"outlet:{outlet}"} if outlet else set()))


def _lock(session: Session, article_id: int) -> Article:
    return session.exec(select(Article).where(Article.id == article_id).with_for_update()).one()


def _keep_validators(article: Article, facts: VisitFacts) -> None:
    """A page brings its validators; "not modified" confirms the old ones unless it names new ones."""
    if facts.outcome == "not modified":
        article.etag = facts.etag or article.etag
        article.last_modified = facts.last_modified or article.last_modified
    else:
        article.etag, article.last_modified = facts.etag, facts.last_modified


def _take_over(article: Article, text: Text) -> None:
    """What the page now says of itself; a modification date is only ever replaced by one."""
    article.title = text.headline or article.title
    article.language = text.language or article.language
    article.published_at = article.published_at or text.published_at
    article.modified_at = text.modified_at or article.modified_at


def _feed_name(session: Session, article: Article) -> str:
    feed = session.get(Feed, article.feed_id) if article.feed_id else None
    return feed.name if feed else ""
