"""What a line's place on the page says about it, on small pages written for each case."""

import pytest

from crawler.extract import Wall, extract
from crawler.page import Page
from revisions.errors import ExtractionError
from revisions.text import Role, Text

PARAGRAPHS = "".join(
    f"<p>{text}</p>"
    for text in (
        "Forty harbour inspectors, two archivists and a river pilot stand on a list that reached a small newsroom.",
        "A laboratory examined nineteen of the handsets and found traces of the software on eleven of them in May.",
        "The town's council has asked the prosecutor to explain who could have wanted to know where they all were.",
    )
)


def read(inside: str, *, head: str = "", around: str = "") -> Text:
    markup = f"""<html lang="en"><head><title>The list</title>{head}</head><body><main><article><h1>The list</h1>
<div class="story">{inside}</div></article></main>{around}</body></html>"""
    return extract(Page("https://harbour.example/news/list", markup.encode(), "text/html")).text


def roles(text: Text) -> dict[str, Role]:
    return {p.text: p.role for p in text.paragraphs}


def test_every_role_is_known_by_its_place() -> None:
    found = roles(
        read(
            f"""{PARAGRAPHS}<h2>On the quay</h2><blockquote><p>I only ever counted barges.</p></blockquote>
<ul><li>a comb</li><li>forty cards</li></ul><figure><img src="x"><figcaption>The quay at noon.</figcaption></figure>
<aside class="fact-box"><h3>What is the list?</h3><p>The list is a table of numbers that somebody typed between two
elections, sorted by the hour, and nothing else.</p></aside>
<p>Correction: An earlier version of this article gave the wrong number of barges.</p>{PARAGRAPHS}"""
        )
    )
    assert found["On the quay"] is Role.HEADING
    assert found["I only ever counted barges."] is Role.QUOTE
    assert found["a comb"] is Role.LIST
    assert found["The quay at noon."] is Role.CAPTION
    assert found["What is the list?"] is Role.BOX
    assert found["Correction: An earlier version of this article gave the wrong number of barges."] is Role.NOTICE


def test_a_guide_that_unfolds_is_a_box_and_its_button_is_none() -> None:
    text = read(
        f"""{PARAGRAPHS}<details class="guide"><summary>Quick guide to the list</summary><span>Show</span>
<p>The list is a table of numbers that somebody typed between two elections, sorted by the hour.</p></details>{PARAGRAPHS}"""
    )
    boxed = [p.text for p in text.paragraphs if p.role is Role.BOX]
    assert boxed[-1].startswith("The list is a table")
    assert "Show" not in roles(text)


def test_what_holds_most_of_the_article_is_no_box_whatever_it_is_called() -> None:
    text = read(f'<div class="fact-box">{PARAGRAPHS}</div>')
    assert len(text.paragraphs) == 3
    assert set(roles(text).values()) == {Role.BODY}


def test_a_label_over_a_paragraph_makes_one_notice_of_the_two() -> None:
    text = read(f"<blockquote><p><b>Update, 10 July 2023</b></p><p>The firm has answered.</p></blockquote>{PARAGRAPHS}")
    (notice,) = [p.text for p in text.paragraphs if p.role is Role.NOTICE]
    assert notice == "Update, 10 July 2023: The firm has answered."


def test_words_in_any_element_of_a_paragraph_are_kept() -> None:
    text = read(
        f"{PARAGRAPHS}<p>The hearing moved to <time>19 July</time>, <mark>at noon</mark>, in <code>room 4</code>.</p>"
    )
    assert "The hearing moved to 19 July, at noon, in room 4." in roles(text)


def test_rows_of_links_and_cards_of_other_articles_are_furniture() -> None:
    cards = "".join(
        f'<div class="tile"><h3><a href="/{n}">Town votes on bridge no {n}</a></h3><p>It took them an hour.</p></div>'
        for n in range(4)
    )
    rows = "".join(f'<p><a href="/{n}">Ferry strike enters week {n}</a></p>' for n in range(4))
    assert not {
        text for text in roles(read(f"{PARAGRAPHS}{rows}{PARAGRAPHS}{cards}")) if "Town" in text or "Ferry" in text
    }


def test_links_in_a_list_of_the_article_are_text() -> None:
    text = read(
        f"{PARAGRAPHS}<p>The candidates are:</p><ul><li><a href='/a'>Ada Brandt</a></li><li><a href='/b'>Jo Lind</a></li></ul>"
    )
    assert {"Ada Brandt", "Jo Lind"} <= set(roles(text))


def test_posts_of_a_live_blog_keep_their_keys() -> None:
    posts = "".join(
        f'<article class="live-post" id="post-{n}"><p>Post number {n} says that the basket rang again.</p></article>'
        for n in (3, 2, 1)
    )
    text = read(f'<div class="live-blog">{posts}</div>')
    assert [p.post for p in text.paragraphs] == ["post-3", "post-2", "post-1"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<ul>" + "".join(
            f'<li><a href="/{n}">Town votes on bridge no {n}</a><p class="description">It took the council an hour and '
            "a half to find the right bridge and another to find the chair.</p></li>" for n in range(8)
        ) + "</ul>", "section page"),
        (PARAGRAPHS.translate({n: n + 1 for n in (*range(97, 122), *range(65, 90))}).replace("<q", "<p").replace("</q", "</p"), "scrambled"),
    ],
    ids=["a list of articles", "letters moved on by one"],
)  # fmt: skip
def test_what_stands_for_an_article_is_a_wall(body: str, reason: str) -> None:
    with pytest.raises(Wall, match=reason):
        read(body)


def test_a_feed_is_no_article() -> None:
    feed = b"<?xml version='1.0'?><rss><channel><title>Comments on: The list</title></channel></rss>"
    with pytest.raises(ExtractionError, match="a feed"):
        extract(Page("https://harbour.example/news/list/feed", feed, "text/html"))


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("The list of the river pilot | The Harbour Post", "The list of the river pilot"),
        ("The list of the river pilot - World - Harbour.example", "The list of the river pilot"),
        ("Pilots on the list: what the harbour office knew", "Pilots on the list: what the harbour office knew"),
    ],
)
def test_without_a_heading_the_title_is_the_headline_but_not_the_outlets_name(title: str, headline: str) -> None:
    markup = f"<html><head><title>{title}</title></head><body><div>{PARAGRAPHS}</div></body></html>"
    assert extract(Page("https://harbour.example/news/list", markup.encode(), "text/html")).text.headline == headline


def test_the_page_remembers_all_its_lines_and_class_names() -> None:
    page = Page(
        "https://harbour.example/", b"<body class='a b'><nav>Menu</nav><p>The list.</p><footer>Imprint</footer></body>"
    )
    seen = page.seen()
    assert seen.holds_alone("The list.")
    assert seen.holds_alone("Imprint")
    assert len(seen.names) == 2
