"""An outlet whose pages change shape is held back, told to the operator once, and can be released."""

from datetime import UTC, datetime, timedelta

import pytest

from revisions.errors import AddendumError
from revisions.text import Paragraph, Role, Text
from revisions.topic import Speaker, Topic
from storage import groups, holds, outbox
from storage.database import Database
from storage.facts import Course, Draft, Event, Planned, VisitFacts
from storage.record import Recorder
from storage.tables import Article

START = datetime(2021, 7, 18, 16, tzinfo=UTC)
TOPIC = Topic("Pegasus", ("Pegasus",), ("spyware",), speakers=(Speaker("NSO Group", ("NSO",)),))
WHO = (
    "miller",
    "organist",
    "ferryman",
    "clerk",
    "baker",
    "warden",
    "cooper",
    "smith",
    "tanner",
    "weaver",
    "mason",
    "glazier",
)


@pytest.fixture
def outlet(database: Database) -> Database:
    """Twelve articles of one outlet, read the day before and several times since."""
    with database.write() as session:
        for who in WHO:
            session.add(Article(url=f"https://n.example/{who}", outlet="The Courier", first_seen_at=START, quiet=True))
    for hour in (0, 3, 6, 12, 20, 23):
        for number in range(1, len(WHO) + 1):
            visit(database, number, timedelta(hours=hour), body(number))
    return database


def body(number: int, *more: str) -> Text:
    who = WHO[number - 1]
    own = (
        f"The {who} has kept a diary since the ledger was found.",
        f"Nobody in the {who}'s street will say who brought the papers.",
        f"The town clerk has promised the {who} an answer by the time the lindens are in flower.",
    )
    return Text(f"The {who} and the Pegasus ledger", tuple(Paragraph(p, _role(p)) for p in (*own, *more)))


def _role(paragraph: str) -> Role:
    return Role.NOTICE if paragraph.startswith("This article was") else Role.BODY


def visit(database: Database, number: int, after: timedelta, text: Text) -> None:
    def route(_: Event) -> list[Draft]:
        return [Draft("desk", ("everything",))]

    def plan(course: Course) -> Planned:
        return Planned(course.now + timedelta(hours=1))

    at = START + after
    Recorder(database, TOPIC, route, plan, ["ops"]).visit(number, VisitFacts(at, at, "text", text=text, status=200))


def redesign(database: Database, numbers: range = range(1, len(WHO) + 1), *, hours: float = 24) -> None:
    """Every page shows a line more, another one each time."""
    for number in numbers:
        line = f"By our correspondent in {WHO[number - 1]} street, number {number}"
        visit(database, number, timedelta(hours=hours, seconds=number), body(number, line))


def by_state(database: Database) -> dict[str, int]:
    found: dict[str, int] = {}
    for alert, _ in outbox.list_alerts(database, limit=1000):
        found[f"{alert.event} {alert.state}"] = found.get(f"{alert.event} {alert.state}", 0) + 1
    return found


def test_a_redesign_is_one_message_to_the_operator_and_its_alerts_are_held(outlet: Database) -> None:
    redesign(outlet)
    assert by_state(outlet) == {"updated held": 12, "operator waiting": 1}
    ((trouble, _),) = [found for found in outbox.list_alerts(outlet) if found[0].event == "operator"]
    assert trouble.channel == "ops"
    assert trouble.content is not None
    assert trouble.content["subject"] == "The Courier: this outlet's pages changed shape"
    ((hold, count),) = holds.list_holds(outlet, START + timedelta(hours=25))
    assert (hold.outlet, count) == ("The Courier", 12)


def test_what_a_redesign_cannot_invent_is_told_all_the_same(outlet: Database) -> None:
    redesign(outlet, range(1, 12))
    comment = "NSO Group said: “We have never heard of a glazier, and we do not read diaries.”"
    visit(outlet, 12, timedelta(hours=24, minutes=5), body(12, comment, "By our correspondent in glazier street"))
    assert by_state(outlet)["updated waiting"] == 1


def test_a_notice_of_its_own_is_told_and_one_that_all_get_is_not(outlet: Database) -> None:
    for number in range(1, len(WHO) + 1):
        own = "This article was amended on 19 July 2021 to name the glazier's street."
        line = own if number == 12 else "This article was updated to reflect the paper's new address."
        visit(outlet, number, timedelta(hours=24, seconds=number), body(number, line))
    waiting = [
        alert for alert, _ in outbox.list_alerts(outlet) if alert.event == "updated" and alert.state == "waiting"
    ]
    assert [alert.article_id for alert in waiting] == [12]


def test_an_articles_next_change_is_read_in_its_new_shape_and_told(outlet: Database) -> None:
    redesign(outlet)
    line = "By our correspondent in miller street, number 1"
    visit(outlet, 1, timedelta(hours=26), body(1, line, "On Sunday the diary was taken to the magistrate under guard."))
    assert by_state(outlet)["updated waiting"] == 1


def test_released_alerts_are_told_together_and_the_outlet_is_held_no_more(outlet: Database) -> None:
    redesign(outlet)
    now = START + timedelta(hours=25)
    assert holds.release(outlet, "The Courier", now) == 12
    assert by_state(outlet) == {"updated grouped": 12, "group waiting": 1, "operator waiting": 1}
    (head,) = [alert for alert, _ in outbox.list_alerts(outlet) if alert.event == groups.EVENT]
    assert head.content == {"reason": "released"}
    assert holds.list_holds(outlet, now) == []
    with pytest.raises(AddendumError, match="nothing is held"):
        holds.release(outlet, "The Courier", now)


def test_a_few_edits_in_an_hour_are_edits(outlet: Database) -> None:
    redesign(outlet, range(1, 7))
    assert by_state(outlet) == {"updated waiting": 6}


def test_another_outlet_is_not_held(outlet: Database) -> None:
    redesign(outlet)
    with outlet.write() as session:
        session.add(Article(url="https://w.example/a", outlet="The Wire", first_seen_at=START, quiet=True))
    visit(outlet, 13, timedelta(hours=24), body(1))
    visit(outlet, 13, timedelta(hours=25), body(1, "On Sunday the diary was taken to the magistrate under guard."))
    assert by_state(outlet)["updated waiting"] == 1
