"""Alerts to whoever runs the service: written like any other, told once each."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b

from sqlmodel import Session, col, select

from storage.tables import Alert

EVENT = "operator"


@dataclass(frozen=True)
class Trouble:
    """Something the operator should know. `key` makes it one trouble: what has the same key is told only once."""

    kind: str
    key: str
    subject: str
    text: str


def tell_operator(session: Session, channels: Sequence[str], trouble: Trouble, at: datetime) -> int:
    """Write an alert for every channel that was not told yet; returns how many."""
    uids = {channel: trouble_uid(trouble, channel) for channel in channels}
    known = set(session.exec(select(Alert.uid).where(col(Alert.uid).in_(list(uids.values())))))
    new = [(channel, uid) for channel, uid in uids.items() if uid not in known]
    for channel, uid in new:
        session.add(
            Alert(uid=uid, channel=channel, event=EVENT, content=asdict(trouble), created_at=at, next_attempt_at=at)
        )
    return len(new)


def trouble_uid(trouble: Trouble, channel: str) -> str:
    """The same for the same trouble on the same channel, whoever writes it and however often."""
    about = f"{trouble.key}\n{channel}"
    return f"msg_{blake2b(about.encode(), digest_size=16).hexdigest()}"
