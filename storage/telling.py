"""Writing the alerts of an event, in the transaction that records it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from storage.facts import Draft, Event, Route
from storage.holds import is_held
from storage.tables import Alert, Change


class Teller:
    """`route` says which channels hear of an event; `operator` are the channels of whoever runs the service."""

    def __init__(self, route: Route, operator: Sequence[str]) -> None:
        self._route = route
        self._operator = operator

    def discovery(self, session: Session, event: Event, at: datetime) -> None:
        _write(session, event, self._route(event), at, None, "waiting")

    def change(self, session: Session, event: Event, row: Change, original: Change | None) -> None:
        """Alerts for the channels that the rules name, but for those that were told of it with `original`."""
        drafts = self._route(event)
        if original is not None:
            told = set(session.exec(select(Alert.channel).where(Alert.change_id == original.id)))
            drafts = [draft for draft in drafts if draft.channel not in told]
            if not drafts:
                row.told_with, row.untold = original.id, f"it catches up with change {original.id} of another copy"
        held = bool(drafts) and is_held(session, event, row.detected_at, self._operator)
        _write(session, event, drafts, row.detected_at, row.id, "held" if held else "waiting")


def _write(
    session: Session, event: Event, drafts: Sequence[Draft], at: datetime, change_id: int | None, state: str
) -> None:
    for draft in drafts:
        session.add(
            Alert(
                uid=f"msg_{uuid.uuid4().hex}",
                channel=draft.channel,
                event=event.type,
                article_id=event.article.id,
                change_id=change_id,
                rules=list(draft.rules),
                created_at=at,
                state=state,
                next_attempt_at=at if state == "waiting" else None,
            )
        )
