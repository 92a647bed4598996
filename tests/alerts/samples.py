"""Messages to render, hostile ones among them."""

from datetime import UTC, datetime, timedelta, tzinfo

from alerts.grouped import Told, for_group
from alerts.message import Message, for_change
from revisions.change import compare
from revisions.copies import Carries
from revisions.text import Paragraph, Role, Text
from revisions.topic import Speaker
from storage.stream import ChangeRecord
from storage.tables import Alert, Article, Change, Version

NOW = datetime(2021, 7, 19, 8, 30, tzinfo=UTC)
PUBLIC_URL = "https://addendum.example"
HOSTILE = (
    "<script>alert(1)</script> <!channel> <@U123> *bold* \r\nBcc: thief@example.org \u202egnirts {{7*7}} & \x00\x1b[31m"
    "<a href=javascript:alert(1) onclick=alert(1)>x</a></p></body> <http://evil.example|click> ]]> --> '\""
)
SAID = "The list is a fantasy."


def message(
    title: str = "A list of numbers",
    said: str = SAID,
    outlet: str = "The Courier",
    *,
    zone: tzinfo = UTC,
    with_copies: bool = False,
) -> Message:
    """A change that adds a statement with the given words, as it leaves the outbox."""
    return for_change(_alert(), record(title, said, outlet, with_copies=with_copies), PUBLIC_URL, zone)


def grouped(count: int, title: str = "A list of numbers", outlet: str = "The Courier") -> Message:
    """Several such changes, one of them at another outlet, told as one."""
    return _group([record(title, SAID, outlet if number else "The Echo") for number in range(count)])


def burst() -> Message:
    """Ten stories that all got the company's comment in one morning, for the pictures."""
    told = ("harbour inspectors", "a river pilot", "two archivists", "the bell founder", "a chess federation")
    return _group(
        [
            record(f"Pegasus spyware list names {who}", outlet=outlet)
            for outlet in ("The Harbour Courier", "Northern Dispatch")
            for who in told
        ]
    )


def _group(records: list[ChangeRecord]) -> Message:
    head = Alert(id=99, uid="msg_g", channel="desk", event="group", content={"reason": "burst"}, created_at=NOW)
    told = []
    for number, one in enumerate(records, start=1):
        one.article.id = number
        told.append(Told(_alert(number), one, one.article))
    return for_group(head, told, PUBLIC_URL)


def record(
    title: str = "A list of numbers", said: str = SAID, outlet: str = "The Courier", *, with_copies: bool = False
) -> ChangeRecord:
    old = Text(title, (Paragraph("Forty inspectors stand on the list of $14m."), Paragraph("It rained all day.")))
    new = Text(
        title,
        (
            Paragraph("Forty inspectors stand on the list of $11m."),
            Paragraph(f"NSO said: “{said}”"),
            Paragraph("It rained all day."),
            Paragraph("Update: comment was added.", Role.NOTICE),
        ),
    )
    copies = ((_article(4, title, "The Wire"), Carries.OLD), (_article(5, title, "The Echo"), Carries.NEW))
    return _record(title, outlet, old, new, copies if with_copies else ())


def _alert(number: int = 1) -> Alert:
    return Alert(
        id=number, uid=f"msg_{number}", channel="desk", event="updated", article_id=3, change_id=7, created_at=NOW
    )


def _article(number: int, title: str, outlet: str) -> Article:
    return Article(
        id=number,
        url="https://news.example/list",
        title=title,
        outlet=outlet,
        first_seen_at=NOW,
        published_at=NOW - timedelta(hours=16, minutes=30),
    )


def _record(title: str, outlet: str, old: Text, new: Text, copies: tuple[tuple[Article, Carries], ...]) -> ChangeRecord:
    found = compare(old, new, (Speaker("NSO Group", ("NSO",)),))
    assert found is not None
    versions = [
        Version(
            id=n,
            article_id=3,
            number=n,
            captured_at=NOW,
            sha256=t.sha256,
            headline=title,
            words=t.words,
        )
        for n, t in ((1, old), (2, new))
    ]
    change = Change(
        id=7,
        article_id=3,
        from_version=1,
        to_version=2,
        detected_at=NOW,
        last_unchanged_at=NOW - timedelta(minutes=30),
        kinds=[k.value for k in found.kinds],
        significance=found.significance.value,
        reason=found.reason,
        summary=found.summary,
        words_added=found.words_added,
        words_removed=found.words_removed,
        statements=[
            {"speaker": s.speaker, "action": s.action.value, "quoted": s.quoted, "text": s.text}
            for s in found.statements
        ],
        notices=[{"kind": n.kind.value, "action": n.action, "text": n.text} for n in found.notices],
    )
    return ChangeRecord(change, _article(3, title, outlet), versions[0], versions[1], copies=copies, texts=(old, new))


def story() -> Message:
    """A change of the newsroom's own story, for the pictures: comment added, a figure corrected, a notice."""
    title = "Pegasus spyware list names harbour inspectors and a river pilot"
    list_ = "Forty harbour inspectors, two archivists and a river pilot appear on a list of {} telephone numbers."
    old = Text(
        title,
        (
            Paragraph(list_.format("1,200")),
            Paragraph("NSO Group did not respond to questions sent before publication."),
        ),
    )
    new = Text(
        title,
        (
            Paragraph(list_.format("1,020")),
            Paragraph(
                "In a statement sent after publication, NSO Group said: “The envelope describes a telephone book, not a "
                "list of targets, and its arithmetic is a fairy tale.”"
            ),
            Paragraph(
                "This article was updated to reflect comment from NSO Group, received after publication.", Role.NOTICE
            ),
        ),
    )
    copies = ((_article(4, title, "Northern Dispatch"), Carries.OLD),)
    return for_change(_alert(), _record(title, "The Harbour Courier", old, new, copies), PUBLIC_URL, UTC)
