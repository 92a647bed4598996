"""What a message says, and that nothing an article holds breaks out of it."""

import json
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from alerts.channels.mail import as_html, compose
from alerts.channels.slack import body, escape
from alerts.channels.stream import as_line
from alerts.fit import clean, fit, one_line
from alerts.message import MOST_CHARACTERS, within_a_screen
from alerts.plain import as_text
from alerts.schemas import webhook_schema
from revisions.align import Action, Edit, Span
from revisions.render import Line
from revisions.render import as_text as page_text
from tests.alerts.samples import HOSTILE, grouped, message, record

HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
ANY_TEXT = st.one_of(
    st.text(),
    st.sampled_from(
        [HOSTILE, "word" * 20_000, "w" * 1_000_000, "a b " * 5_000, "<<<<" * 900, "&" * 4000, "שלום " * 300]
    ),
)
some = settings(deadline=None, max_examples=40)


def test_subject_says_what_happened_in_a_reporters_words() -> None:
    assert message().subject == "The Courier added NSO Group comment to: A list of numbers"


def test_text_holds_the_words_the_notice_the_window_and_the_links() -> None:
    text = as_text(message())
    assert "{+NSO said: “The list is a fantasy.”+}" in text
    assert "[-$14m-]{+$11m+}" in text
    assert "notice as printed: “Update: comment was added.”" in text
    assert "published 18 July 2021, 16:00:00 UTC" in text
    assert "change first seen 19 July 2021, 08:30:00 UTC" in text
    assert "it happened within the 30 minutes since 19 July 2021, 08:00:00 UTC" in text
    assert "the difference: https://addendum.example/articles/3/diff/1..2" in text
    assert "its history: https://addendum.example/articles/3" in text
    assert "the article: https://news.example/list" in text


def test_times_are_those_of_the_readers_zone() -> None:
    assert "19 July 2021, 10:30:00 CEST" in as_text(message(zone=ZoneInfo("Europe/Paris")))


def test_the_difference_has_the_same_form_in_the_message_and_on_the_page() -> None:
    changed = record()
    assert changed.texts is not None
    shown = [line.split(": ", 1)[1] for line in page_text(*changed.texts).split("\n\n") if "notice:" not in line]
    text = as_text(message())
    assert all(line in text for line in shown)


def test_copies_are_named_with_the_words_they_carry() -> None:
    text = as_text(message(with_copies=True))
    assert "copies that still carry the old words: “A list of numbers” (The Wire)" in text
    assert "copies that carry the new words already: “A list of numbers” (The Echo)" in text


def test_what_a_speaker_said_is_shown_however_much_else_was_edited() -> None:
    told = "NSO said: “The list is a fantasy.”"
    edits = [Line("body", Action.ADDED, (Span(Edit.INSERT, f"{n} " + "lamp " * 60),)) for n in range(9)]
    shown = within_a_screen([*edits, Line("body", Action.ADDED, (Span(Edit.INSERT, told),))], [told])
    assert shown[-1].spans[0].text == told
    assert [int(line.spans[0].text.split()[0]) for line in shown[:-1]] == sorted(range(len(shown) - 1))


def test_a_message_is_never_more_than_a_screen() -> None:
    long = message(said="The list names a harbour, a weir and a lamp shop. " * 2000)
    assert sum(len(span.text) for line in long.changed for span in line.spans) <= MOST_CHARACTERS + 100
    assert len(as_text(long)) < 6000


def test_a_grouped_message_tells_the_weightiest_first_and_counts_the_rest() -> None:
    told = grouped(14)
    assert told.subject == "The Courier and 1 more outlet: 14 articles changed"
    assert len(told.items) == 8
    assert "… and 6 more changes, behind the link" in as_text(told)
    assert told.summary.startswith("14 major; words of NSO Group (14). Told together: they came in together")
    assert len(told.payload["data"]["changes"]) == 14


def test_mail_is_threaded_marked_as_automatic_and_says_removed_and_added_by_more_than_colour() -> None:
    mail = compose(message(), "Addendum <addendum@example.org>", ("desk@example.org",), "mailto:leave@example.org")
    assert mail["Message-ID"] == "<msg_1@example.org>"
    assert mail["References"] == mail["In-Reply-To"] == "<article-3.addendum@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "Addendum <addendum.example.org>"
    assert mail["List-Unsubscribe"] == "<mailto:leave@example.org>"
    html = mail.get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert "line-through" in content
    assert "text-decoration:underline" in content
    assert "<img" not in content
    assert mail.get_body(("plain",)) is not None


def test_slack_shows_insertions_deletions_the_notice_and_links() -> None:
    posted = body(message())
    runs = list(_elements(posted))
    styles = {(run.get("text", "").strip(), tuple(run.get("style", {}))) for run in runs}
    assert ("$14m", ("strike",)) in styles
    assert ("$11m", ("bold",)) in styles
    assert ("“Update: comment was added.”", ("italic",)) in styles
    assert {run["url"] for run in runs if run["type"] == "link"} == {
        "https://news.example/list",
        "https://addendum.example/articles/3/diff/1..2",
        "https://addendum.example/articles/3",
    }


def test_slacks_three_characters_are_escaped() -> None:
    assert escape("<!channel> & co") == "&lt;!channel&gt; &amp; co"


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@some
def test_no_text_breaks_a_mail(title: str, said: str, outlet: str) -> None:
    sent = compose(message(title, said, outlet), "addendum@example.org", ("desk@example.org",)).as_bytes()
    mail = message_from_bytes(sent, policy=policy.default)
    assert len(mail["Subject"]) <= 200
    assert not HARMFUL.search(mail["Subject"])
    assert mail.get_all("Bcc") is None
    assert [header for header, _ in mail.items()].count("To") == 1
    assert max(map(len, sent.splitlines())) <= 998
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert not HARMFUL.search(plain.get_content())
    assert len(plain.get_content()) < 15_000


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@some
def test_no_text_leaves_its_place_in_html(title: str, said: str, outlet: str) -> None:
    """The elements are those of a harmless message, whatever its words are."""
    found = _Elements()
    found.feed(as_html(message(title, said, outlet)))
    assert set(found.names) <= {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "h1",
        "p",
        "strong",
        "em",
        "ins",
        "del",
        "br",
        "a",
    }
    assert all(value.startswith(("https://news.example", "https://addendum.example")) for value in found.addresses)
    assert found.names.count("h1") == 1


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@some
def test_no_text_breaks_a_slack_message_or_its_limits(title: str, said: str, outlet: str) -> None:
    _is_fit_for_slack(body(message(title, said, outlet)))


@given(ANY_TEXT, ANY_TEXT)
@some
def test_no_text_breaks_a_grouped_message(title: str, outlet: str) -> None:
    told = grouped(12, title, outlet)
    _is_fit_for_slack(body(told))
    assert len(as_text(told)) < 15_000
    Draft202012Validator(webhook_schema()).validate(told.payload)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@some
def test_no_text_breaks_a_webhook_or_a_line(title: str, said: str, outlet: str) -> None:
    sent = message(title, said, outlet)
    Draft202012Validator(webhook_schema()).validate(sent.payload)
    line = as_line(sent, "json")
    assert line.count("\n") == 1
    assert json.loads(line.encode())["id"] == "msg_1"
    assert len(line.encode()) < 120_000


@given(ANY_TEXT, st.integers(1, 400))
def test_what_is_fitted_is_no_longer_than_allowed_and_a_beginning(text: str, limit: int) -> None:
    fitted = fit(text, limit)
    assert len(fitted) <= limit
    assert text.startswith(fitted.removesuffix(" …").rstrip()) or not fitted
    assert len(fit(text, limit, lambda t: len(escape(t)))) <= limit


def test_text_is_cut_between_words() -> None:
    assert fit("the harbour and the weir", 18) == "the harbour and …"
    assert fit("harbourmasterassistant", 10) == "harbourm …"


def test_clean_keeps_what_scripts_need_and_drops_what_reaches_beyond_a_text() -> None:
    assert clean("a\u202eb\x00c\u200fd\r\ne\ud800") == "abc\u200fd\ne"
    assert one_line("a\n b\tc") == "a b c"


@pytest.mark.parametrize("template", ["{{7*7}}", "${7*7}", "{0}", "%s", "#{7*7}"])
def test_template_syntax_is_only_text(template: str) -> None:
    sent_message = message(said=template)
    for sent in (as_text(sent_message), as_html(sent_message), json.dumps(body(sent_message))):
        assert template in sent
        assert "49" not in sent.replace(template, "")


def _is_fit_for_slack(posted: dict[str, Any]) -> None:
    """Limits of docs.slack.dev/reference/block-kit; no mention, command or link but ours."""
    blocks = posted["blocks"]
    assert len(blocks) <= 50
    assert {block["type"] for block in blocks} == {"rich_text"}
    for run in _elements(posted):
        assert run["type"] in ("text", "link")
        assert len(run["text"]) <= 3000
        assert not re.search("<[!@#]", run["text"])
        assert not HARMFUL.search(run["text"])
        assert run.get("url", "https://news.example").startswith(("https://news.example", "https://addendum.example"))
    assert not re.search("[<>]", posted["text"])
    assert len(json.dumps(posted)) < 60_000


def _elements(posted: dict[str, Any]) -> list[dict[str, Any]]:
    return [run for block in posted["blocks"] for part in block["elements"] for run in part["elements"]]


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not any(name.startswith("on") for name, _ in attrs)
