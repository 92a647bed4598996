"""What a message says, and that nothing an article holds breaks out of it."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.mail import compose
from alerts.channels.slack import blocks, escape
from alerts.plain import as_text
from tests.alerts.samples import HOSTILE, message

ANY_TEXT = st.one_of(st.text(), st.just(HOSTILE), st.just("word" * 20_000), st.just("a b " * 5_000))


def test_subject_says_what_happened_in_a_reporters_words() -> None:
    assert message().subject == "The Courier added NSO Group comment to: A list of numbers"


def test_text_holds_the_words_the_window_and_the_links() -> None:
    text = as_text(message())
    assert "{+NSO said: “The list is a fantasy.”+}" in text
    assert "[-$14m-]{+$11m+}" in text
    assert "changed between 19 July 2021, 08:30:00 UTC and 19 July 2021, 08:30:00 UTC" in text
    assert "diff: https://addendum.example/articles/3/diff/1..2" in text


def test_mail_is_threaded_marked_as_automatic_and_says_removed_and_added_by_more_than_colour() -> None:
    mail = compose(message(), "Addendum <addendum@example.org>", ("desk@example.org",))
    assert mail["Message-ID"] == "<msg_1@example.org>"
    assert mail["References"] == mail["In-Reply-To"] == "<article-3.addendum@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    html = mail.get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert "line-through" in content
    assert "text-decoration:underline" in content
    assert mail.get_body(("plain",)) is not None


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@settings(deadline=None, max_examples=60)
def test_no_text_breaks_a_mail(title: str, said: str, outlet: str) -> None:
    mail = compose(message(title, said, outlet), "addendum@example.org", ("desk@example.org",))
    raw = mail.as_bytes()
    assert len(mail["Subject"]) <= 200
    assert mail.get_all("Bcc") is None
    assert [header for header, _ in mail.items()].count("To") == 1
    assert raw
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@settings(deadline=None, max_examples=60)
def test_no_text_breaks_a_slack_message_or_its_limits(title: str, said: str, outlet: str) -> None:
    found = [block.to_dict() for block in blocks(message(title, said, outlet))]
    assert len(found) <= 50
    marked = [block["text"]["text"] for block in found if block["type"] == "section"]
    marked += [element["text"] for block in found if block["type"] == "context" for element in block["elements"]]
    for text in marked:
        assert len(text) <= 3000
        assert "<!" not in text
        assert "<@" not in text
    assert len(json.dumps(found)) < 60_000


def test_slack_shows_insertions_and_deletions() -> None:
    rich = [block.to_dict() for block in blocks(message()) if block.type == "rich_text"]
    elements = [e for block in rich for quote in block["elements"] for e in quote["elements"]]
    styles = {(e["text"].strip(), tuple(e.get("style", {}))) for e in elements}
    assert ("$14m", ("strike",)) in styles
    assert ("$11m", ("bold",)) in styles


def test_slacks_three_characters_are_escaped() -> None:
    assert escape("<!channel> & co") == "&lt;!channel&gt; &amp; co"
