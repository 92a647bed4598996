"""The message of a grouped alert: several changes told as one, the weightiest first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.fit import fit, one_line
from alerts.message import LONGEST_FACT, LONGEST_SUBJECT, Item, Message, payload
from alerts.wording import subject
from revisions.kinds import Significance
from storage.present import article_json, change_json, change_links
from storage.stream import ChangeRecord
from storage.tables import Alert, Article

MOST_ITEMS = 8
WHY = {
    "digest": "the digest of this channel",
    "quiet hours": "what came in during the quiet hours",
    "burst": "they came in together",
    "ceiling": "more came in than this channel takes in an hour",
    "released": "they were held back because the outlet's pages had changed shape, and were released",
}


@dataclass(frozen=True)
class Told:
    """One alert of a group: the change it is about, or the article newly found."""

    alert: Alert
    record: ChangeRecord | None
    article: Article


def for_group(head: Alert, told: Sequence[Told], public_url: str) -> Message:
    """One message for many alerts; its payload holds them all, its text the weightiest."""
    reason = (head.content or {}).get("reason", "")
    ordered = sorted(told, key=lambda t: (-_rank(t), t.alert.id or 0))
    items = tuple(_item(t, public_url) for t in ordered[:MOST_ITEMS])
    return Message(
        uid=head.uid,
        event=head.event,
        at=head.created_at,
        subject=fit(one_line(_subject(told)), LONGEST_SUBJECT),
        summary=fit(f"{_summary(told)}. Told together: {WHY.get(reason, reason)}.", LONGEST_FACT),
        payload=payload(
            head,
            {
                "reason": reason,
                "changes": [change_json(t.record, public_url) for t in told if t.record],
                "articles": [article_json(t.article) for t in told if t.record is None],
            },
        ),
        links=(("all changes", f"{public_url}/"),),
        items=items,
        more=len(told) - len(items),
    )


def _item(told: Told, public_url: str) -> Item:
    if told.record is None:
        about = one_line(f"{told.article.outlet} published: {told.article.title or told.article.url}")
        return Item(fit(about, LONGEST_SUBJECT), "new article on the story", f"{public_url}/articles/{told.article.id}")
    link = change_links(told.record, public_url)["diff"] or ""
    summary = f"{told.record.change.significance}: {told.record.change.summary}"
    return Item(fit(one_line(subject(told.record)), LONGEST_SUBJECT), fit(one_line(summary), LONGEST_SUBJECT), link)


def _rank(told: Told) -> int:
    return Significance(told.record.change.significance).rank if told.record else -1


def _subject(told: Sequence[Told]) -> str:
    """ "The Guardian and 2 more outlets: 12 articles changed, 1 new"."""
    outlets = [name for name, _ in Counter(t.article.outlet for t in told).most_common()]
    more = len(outlets) - 1
    who = outlets[0] + (f" and {more} more outlet{'s' if more > 1 else ''}" if more else "")
    changed = len({t.article.id for t in told if t.record})
    new = sum(t.record is None for t in told)
    counts = [f"{changed} article{'s' if changed > 1 else ''} changed"] if changed else []
    counts += [f"{new} new"] if new else []
    return f"{who}: {', '.join(counts)}"


def _summary(told: Sequence[Told]) -> str:
    weights = Counter(t.record.change.significance for t in told if t.record)
    speakers = Counter(s["speaker"] for t in told if t.record for s in t.record.change.statements)
    heaviest = sorted(Significance, key=lambda weight: -weight.rank)
    said = ", ".join(f"{weights[weight.value]} {weight.value}" for weight in heaviest if weights[weight.value])
    names = ", ".join(f"{name} ({count})" for name, count in speakers.most_common(3))
    return f"{said or 'new articles'}{f'; words of {names}' if names else ''}"
