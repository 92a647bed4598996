"""One difference, told three ways, and nothing of an article can break out of it."""

from hypothesis import given
from hypothesis import strategies as st

from revisions.render import as_html, as_json, as_text, excerpt, lines
from revisions.text import Paragraph, Text

OLD = Text("A list", (Paragraph("The price was $14m, paid in five parts."), Paragraph("It rained.")))
NEW = Text("A long list", (Paragraph("The price was $11m, paid in five parts."),))


def test_text_marks_words_as_git_does() -> None:
    assert as_text(OLD, NEW) == (
        "~ headline: A {+long+} list\n\n"
        "~ body: The price was [-$14m-]{+$11m+}, paid in five parts.\n\n"
        "- body: [-It rained.-]"
    )


def test_html_marks_words_for_every_reader() -> None:
    html = as_html(OLD, NEW)
    assert "The price was <del>$14m</del><ins>$11m</ins>, paid" in html
    assert '<p class="removed" data-part="body" dir="auto"><del>It rained.</del></p>' in html


def test_json_holds_every_span() -> None:
    removed = as_json(OLD, NEW)[2]
    assert removed == {
        "part": "body",
        "action": "removed",
        "anchor": "r2",
        "spans": [{"edit": "delete", "text": "It rained."}],
    }


@given(st.text(), st.text())
def test_markup_of_an_article_never_reaches_the_page(old: str, new: str) -> None:
    html = as_html(Text(old + "<script>", (Paragraph(old),)), Text(new + "<img onerror=x>", (Paragraph(new),)))
    assert "<script" not in html
    assert "<img" not in html


def test_excerpt_shortens_what_stayed_and_keeps_what_changed() -> None:
    words = " ".join(f"word{n}" for n in range(60))
    old = Text("", (Paragraph(f"{words} old {words}"),))
    new = Text("", (Paragraph(f"{words} new {words}"),))
    (line,) = lines(old, new)
    shown = excerpt(line, around=3)
    assert [s.text for s in shown.spans if s.edit != "equal"] == ["old ", "new "]
    assert len("".join(s.text for s in shown.spans).split()) < 14
