"""From a page to the article's text."""

import random

import pytest

from crawler.extract import Wall, extract
from crawler.furniture import is_furniture
from crawler.page import Page
from revisions.errors import ExtractionError
from revisions.text import Role
from tests.newsroom import chrome
from tests.newsroom.stories import STORIES, Stage, Story

URL = "http://127.0.0.1:80"


def page(story: Story, stage: Stage, seed: int = 1) -> Page:
    html = chrome.page(story, stage, URL, random.Random(seed))
    return Page(f"{URL}/{story.outlet}/{story.slug}", html.encode(), "text/html; charset=utf-8")


STAGES = [
    pytest.param(story, stage, id=f"{story.slug}-{n}") for story in STORIES for n, stage in enumerate(story.stages)
]


@pytest.mark.parametrize(("story", "stage"), STAGES)
def test_every_stage_reads_as_it_was_written_whatever_stands_around_it(story: Story, stage: Stage) -> None:
    found = extract(page(story, stage))
    text, address = found.text, found.canonical
    assert text.headline == stage.headline
    assert [p.text for p in text.paragraphs if p.role is not Role.NOTICE] == list(stage.paragraphs)
    assert [p.text for p in text.paragraphs if p.role is Role.NOTICE] == ([stage.notice] if stage.notice else [])
    assert address == f"http://127.0.0.1/{story.outlet}/{story.slug}"


@pytest.mark.parametrize(("story", "stage"), STAGES)
def test_chrome_never_makes_a_difference(story: Story, stage: Stage) -> None:
    assert len({extract(page(story, stage, seed)).text.sha256 for seed in range(20)}) == 1


def test_metadata_of_a_page_with_linked_data() -> None:
    text = extract(page(STORIES[0], STORIES[0].stages[1])).text
    assert text.byline == "Ines Okafor, Tomasz Lind"
    assert text.standfirst == STORIES[0].stages[0].standfirst
    assert text.language == "en"
    assert text.modified_at is not None
    assert text.published_at is not None
    assert text.modified_at > text.published_at


@pytest.mark.parametrize(
    "place", ["<footer><p>{}</p></footer>", "<aside class='related'><p>{}</p></aside>", "<p><em>{}</em></p>"]
)
def test_notice_is_kept_wherever_it_stands(place: str) -> None:
    notice = "Correction: An earlier version of this article named the wrong river."
    body = "".join(f"<p>Paragraph {n} says something of its own about the river and its pilot.</p>" for n in range(6))
    html = f"<html><body><article><h1>The river</h1>{body}</article>{place.format(notice)}</body></html>"
    text = extract(Page(URL, html.encode(), "text/html")).text
    assert [p.text for p in text.paragraphs if p.role is Role.NOTICE] == [notice]


@pytest.mark.parametrize(
    "line",
    ["Updated 5 minutes ago", "an hour ago", "Thursday 18 November 2021, 12:31 GMT", "12:31", "Last updated: 10.16 pm"],
)
def test_a_line_that_only_says_when_is_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "The vote is at 14:30.",
        "The vote is expected on Tuesday at 14:30",
        "The spyware used an outdated browser on his telephone to get in, the laboratory says.",
        "Two days ago it rained.",
        "1904",
        "May we come in?",
    ],
)
def test_a_sentence_with_a_time_in_it_is_none(line: str) -> None:
    assert not is_furniture(line)


def test_valid_utf8_is_read_as_such_whatever_the_header_claims() -> None:
    html = "<html><body><article><h1>Müller</h1><p>Übermäßig viele Gäste saßen später am großen Fluß.</p></article></body></html>"
    text = extract(Page(URL, html.encode(), "text/html; charset=iso-8859-2")).text
    assert text.headline == "Müller"


@pytest.mark.parametrize(
    ("body", "kind", "error", "reason"),
    [
        (b"", "text/html", ExtractionError, "the page is empty"),
        (b"<html><body></body></html>", "text/html", ExtractionError, "the page is empty"),
        (b"%PDF-1.7", "application/pdf", ExtractionError, "answers with application/pdf"),
        (chrome.consent_page().encode(), "text/html", Wall, "consent page"),
        (b"<html><body><h1>404</h1><p>Page not found</p></body></html>", "text/html", Wall, "not found page"),
        (
            b"<html><body><p>Please enable JavaScript to read on.</p></body></html>",
            "text/html",
            Wall,
            "javascript page",
        ),
        (b"<html><body><h1>Are you a robot?</h1></body></html>", "text/html", Wall, "captcha page"),
    ],
)
def test_what_is_no_article_is_refused_with_the_reason(
    body: bytes, kind: str, error: type[ExtractionError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        extract(Page(f"{URL}/a", body, kind))


def test_a_short_article_under_a_cookie_banner_with_404_comments_is_an_article() -> None:
    html = """<html><body><div>Accept all cookies</div><article><h1>A short one</h1><p>The river pilot retired on
    Friday after forty years on the water, the harbour office said.</p></article><p>404 comments</p></body></html>"""
    assert extract(Page(URL, html.encode(), "text/html")).text.headline == "A short one"


def test_a_redirect_to_the_front_page_is_a_wall() -> None:
    front = page(STORIES[0], STORIES[0].stages[0])
    with pytest.raises(Wall, match="front page"):
        extract(Page("http://127.0.0.1/", front.body, "text/html"), requested="http://127.0.0.1/courier/a")


def test_half_a_character_in_a_pages_own_data_is_no_reason_not_to_record_it() -> None:
    data = '{"@type": "NewsArticle", "headline": "The list \\\\ud83d of \\\\u0000 numbers", "author": {"name": "A \\\\udc34"}}'
    body = "".join(f"<p>Inspector {n} stands on a list of telephone numbers, reporters found.</p>" for n in range(6))
    html = f'<html><script type="application/ld+json">{data}</script><body><article>{body}</article></body></html>'
    text = extract(Page(URL, html.replace("\\\\", "\\").encode(), "text/html")).text
    assert text.headline == "The list \ufffd of \ufffd numbers"
    assert text.byline == "A \ufffd"
    text.to_json().encode()


@pytest.mark.parametrize("odd", ["\x0b", "&#11;", "&#x1F;", "\x00", "&#xFFFE;", "\x1b[31m"])
def test_characters_that_no_tree_can_hold_are_no_reason_not_to_read_a_page(odd: str) -> None:
    """A word processor leaves a vertical tab behind now and then."""
    story, stage = STORIES[0], STORIES[0].stages[0]
    plain = page(story, stage)
    markup = plain.body.decode().replace("</nav>", f"{odd}</nav>{odd}", 1).replace("</p>", f"{odd}</p>{odd}")
    found = extract(Page(plain.url, markup.encode(), plain.content_type))
    first = next(p.text for p in found.text.paragraphs if p.role is not Role.NOTICE)
    assert first.startswith(stage.paragraphs[0])
