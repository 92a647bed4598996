"""From an alert in the outbox to the message it stands for."""

from datetime import UTC, tzinfo

from alerts.grouped import Told, for_group
from alerts.message import Message, for_change, for_discovery, for_operator
from storage import groups
from storage.database import Database
from storage.queries import get_article
from storage.stream import get_change
from storage.tables import Alert


def message_for(database: Database, alert: Alert, public_url: str, zone: tzinfo = UTC) -> Message:
    """Times in the message are given in `zone`."""
    if alert.event == groups.EVENT:
        assert alert.id is not None
        members = groups.members_of(database, alert.id)
        return for_group(alert, [_told(database, member) for member in members], public_url)
    if alert.article_id is None:
        return for_operator(alert)
    told = _told(database, alert)
    if told.record:
        return for_change(alert, told.record, public_url, zone)
    original = get_article(database, str(told.article.copy_of)) if told.article.copy_of else None
    return for_discovery(alert, told.article, public_url, zone, original)


def _told(database: Database, alert: Alert) -> Told:
    if alert.change_id is not None:
        record = get_change(database, alert.change_id)
        return Told(alert, record, record.article)
    return Told(alert, None, get_article(database, str(alert.article_id)))
