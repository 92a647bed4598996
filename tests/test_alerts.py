"""Alerts through the installed command line: rules explained and previewed, holds, copies, files, groups."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.newsroom import Newsroom
from tests.newsroom.stories import Stage, Story
from tests.program import SECRET, Program, on_every_database
from tests.receivers import MailServer, Receiver

WHO = ("miller", "organist", "ferryman", "clerk", "baker", "warden", "cooper", "smith", "tanner", "weaver")

pytestmark = on_every_database


def stage(who: str, *more: str) -> Stage:
    return Stage(
        f"Pegasus spyware and the {who}",
        (
            f"The {who} says the telephone on the counter grew warm whenever the spyware inquiry sat in the town hall.",
            f"Nobody in the {who}'s street will say who brought the papers, or why they were wrapped in wax cloth.",
            f"The town clerk has promised the {who} an answer by the time the lindens are in flower again.",
            f"Until then the {who} keeps a diary, which we were allowed to read as long as we did not turn the page.",
            *more,
        ),
    )


STORIES = tuple(
    Story(
        who,
        "courier",
        (stage(who), stage(who, f"Readers of the {who}'s diary are asked to sign at the gate number {number}.")),
    )
    for number, who in enumerate(WHO)
)
COMMENT = "NSO said it had read no diary and knew of no miller who could have written one."


@pytest.fixture
def courier() -> Iterator[Newsroom]:
    """Ten articles of one outlet."""
    with Newsroom(STORIES) as running:
        yield running


def channel(receiver: Receiver, name: str = "hook", more: str = "") -> str:
    url = f"{receiver.url}/{name}"
    return f'[[channels]]\nname = "{name}"\ntype = "webhook"\nurl = "{url}"\nsecret = "{SECRET}"\n{more}\n'


def told(receiver: Receiver, name: str = "hook") -> list[dict[str, object]]:
    return [json.loads(received.body) for received in receiver.at(f"/{name}")]


def test_explain_says_which_rules_matched_and_why_others_did_not(
    program: Program, newsroom: Newsroom, receiver: Receiver
) -> None:
    rules = (
        '[[rules]]\nname = "NSO speaks"\nchannels = ["hook"]\nspeakers = ["nso group"]\n'
        '[[rules]]\nname = "Lamps"\nchannels = ["hook"]\nwords = ["lamps"]\nlanguages = ["fr"]\n'
    )
    program.configure({"courier": newsroom.feed_url("courier")}, channel(receiver) + rules)
    program.check()
    newsroom.advance("harbour-list")
    program.check("--all")
    (change,) = program.json("changes")

    said = program.run("alerts", "explain", str(change["id"]))
    assert "rule “NSO speaks”: matches → hook" in said
    assert "rule “Lamps”: the language is en, not fr; none of the words lamps came or went" in said
    assert "alert 1 for hook: sent" in said
    (explained,) = program.json("alerts", "explain", str(change["id"]))
    assert [rule["matches"] for rule in explained["rules"]] == [True, False]
    assert "no such change" in program.run("alerts", "explain", "99", expect=1)


def test_preview_shows_what_a_changed_configuration_would_have_sent_and_sends_nothing(
    program: Program, newsroom: Newsroom, receiver: Receiver
) -> None:
    program.configure({"courier": newsroom.feed_url("courier")}, channel(receiver))
    program.check()
    newsroom.advance("harbour-list")
    newsroom.advance("lamp-shop")
    program.check("--all")
    before = len(receiver.received)
    changed = program.home / "changed.toml"
    rule = '[[rules]]\nname = "NSO"\nchannels = ["hook"]\nspeakers = ["NSO Group"]\n'
    changed.write_text(program.config.read_text("utf-8") + rule, "utf-8")

    assert len(program.json("alerts", "preview", "--since", "7d")) == 2
    (would,) = program.json("--config", str(changed), "alerts", "preview", "--since", "7d")
    assert would["rules"] == ["NSO"]
    assert would["channels"] == ["hook"]
    assert "harbour" in would["article"]["url"]
    assert program.json("alerts", "preview", "--since", "2099-01-01") == []
    assert len(receiver.received) == before


def test_an_outlet_whose_pages_change_shape_is_one_message_and_its_alerts_can_be_released(
    program: Program, courier: Newsroom, receiver: Receiver
) -> None:
    channels = channel(receiver) + channel(receiver, "ops")
    program.configure({"courier": courier.feed_url("courier")}, channels)
    named = program.config.read_text("utf-8").replace("[service]", '[service]\noperator = ["ops"]')
    rule = '[[rules]]\nname = "all"\nchannels = ["hook"]\n'
    program.config.write_text(named + rule, "utf-8")
    assert program.check()["versions"] == 10
    for who in WHO:
        courier.advance(who)
    result = program.check("--all")
    assert result["changes"] == 10
    assert result["alerts"]["waiting"] == 10
    (trouble,) = told(receiver, "ops")
    assert trouble["type"] == "operator.trouble"
    assert trouble["data"]["kind"] == "outlet"  # type: ignore[index]
    assert told(receiver) == []
    (held,) = program.json("alerts", "held")
    assert (held["outlet"], held["alerts"]) == ("courier", 10)
    assert len(program.json("alerts", "list", "--state", "held")) == 10
    assert "nothing is held" in program.run("alerts", "release", "elsewhere", expect=1)

    program.run("alerts", "release", "courier")
    program.check()
    (released,) = told(receiver)
    assert released["type"] == "alerts.grouped"
    assert len(released["data"]["changes"]) == 10  # type: ignore[index]
    assert program.json("alerts", "held") == []


def test_copies_are_shown_and_one_that_catches_up_is_told_once(program: Program, receiver: Receiver) -> None:
    steps = (stage("miller"), stage("miller", COMMENT))
    stories = (
        Story("miller", "courier", steps),
        replace(Story("miller-again", "dispatch", steps), published="2021-07-19T09:00:00Z"),
    )
    with Newsroom(stories) as newsroom:
        feeds = {outlet: newsroom.feed_url(outlet) for outlet in ("courier", "dispatch")}
        program.configure(feeds, channel(receiver))
        program.check()
        original, copy = program.json("copies", newsroom.article_url("miller-again"))
        assert (original["outlet"], original["original"], copy["original"]) == ("courier", True, False)
        assert original["likeness"] == 1.0
        assert "copy" in program.run("copies", newsroom.article_url("miller"))

        newsroom.advance("miller")
        program.check("--all")
        (first,) = told(receiver)
        change = first["data"]["change"]  # type: ignore[index]
        assert [(c["outlet"], c["carries"]) for c in change["copies"]] == [("dispatch", "old")]
        newsroom.advance("miller-again")
        result = program.check("--all")
        assert (result["changes"], len(told(receiver))) == (1, 1)
        assert "catches up with change 1" in program.run("alerts", "explain", "2")


def test_alerts_go_to_a_file_and_to_standard_output(program: Program, newsroom: Newsroom) -> None:
    path = program.home / "alerts.jsonl"
    channels = (
        f'[[channels]]\nname = "log"\ntype = "file"\npath = "{path}"\n[[channels]]\nname = "out"\ntype = "stdout"\n'
    )
    program.configure({"courier": newsroom.feed_url("courier")}, channels)
    program.check()
    path.write_text('{"cut short', "utf-8")
    newsroom.advance("harbour-list")
    printed = program.run("check", "--all").splitlines()
    alert = json.loads(printed[0])
    assert alert["type"] == "article.updated"
    newsroom.advance("lamp-shop")
    assert program.check("--all")["alerts"]["sent"] == 2, "with --json standard output holds the result alone"
    lines = path.read_text("utf-8").splitlines()
    assert [json.loads(line)["type"] for line in lines[1:]] == ["article.updated"] * 2
    assert json.loads(lines[1])["data"] == alert["data"]


def test_people_are_told_a_burst_in_one_mail(program: Program, mail_server: MailServer) -> None:
    """A speaker's words, which no change of page shape can invent: none of them is held back."""
    stories = tuple(
        Story(who, "courier", (stage(who), stage(who, f"{COMMENT} So much for the {who}.")))
        for who in (*WHO, "mason", "glazier")
    )
    with Newsroom(stories) as newsroom:
        mail = f'[[channels]]\nname = "mail"\ntype = "email"\nsmtp = "{mail_server.url}"\nfrom = "a@example.org"\nto = "b@example.org"\n'
        program.configure({"courier": newsroom.feed_url("courier")}, mail)
        program.check()
        for story in stories:
            newsroom.advance(story.slug)
        assert program.check("--all")["alerts"]["sent"] == 12
    (sent,) = mail_server.mails
    assert sent["Subject"] == "courier: 12 articles changed"
    body = sent.get_body(("plain",))
    assert body is not None
    assert "and 4 more changes, behind the link" in body.get_content()
