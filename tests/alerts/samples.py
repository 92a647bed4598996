"""Messages to render, hostile ones among them."""

from datetime import UTC, datetime

from alerts.message import Message, for_change
from revisions.change import compare
from revisions.text import Paragraph, Role, Text
from revisions.topic import Speaker
from storage.queries import ChangeRecord
from storage.tables import Alert, Article, Change, Version

NOW = datetime(2021, 7, 19, 8, 30, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script> <!channel> <@U123> *bold* \r\nBcc: thief@example.org \u202egnirts {{7*7}} & \x00\x1b[31m"
)


def message(
    title: str = "A list of numbers", said: str = "The list is a fantasy.", outlet: str = "The Courier"
) -> Message:
    """A change that adds a statement with the given words, as it leaves the outbox."""
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
    return for_change(_alert(), _record(title, outlet, old, new), "https://addendum.example")


def _alert() -> Alert:
    return Alert(id=1, uid="msg_1", channel="desk", event="updated", article_id=3, change_id=7, created_at=NOW)


def _record(title: str, outlet: str, old: Text, new: Text) -> ChangeRecord:
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
            content=t.to_json(),
        )
        for n, t in ((1, old), (2, new))
    ]
    change = Change(
        id=7,
        article_id=3,
        from_version=1,
        to_version=2,
        detected_at=NOW,
        last_unchanged_at=NOW,
        kinds=[k.value for k in found.kinds],
        significance=found.significance.value,
        reason=found.reason,
        summary=found.summary,
        statements=[
            {"speaker": s.speaker, "action": s.action.value, "quoted": s.quoted, "text": s.text}
            for s in found.statements
        ],
        notices=[{"kind": n.kind.value, "action": n.action, "text": n.text} for n in found.notices],
    )
    article = Article(
        id=3, url="https://news.example/list", title=title, outlet=outlet, first_seen_at=NOW, published_at=NOW
    )
    return ChangeRecord(change, article, *versions)
