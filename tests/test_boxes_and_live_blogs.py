"""Boxes many articles carry and live blogs, through the installed command line."""

import json
from html import escape

import pytest

from tests.newsroom import Newsroom
from tests.newsroom.server import Answer
from tests.newsroom.stories import Stage, Story
from tests.program import SECRET, Program, on_every_database
from tests.receivers import Receiver

pytestmark = on_every_database

BOX = (
    "What is the ledger of the lamps?",
    "The ledger is a notebook of 1,200 lines in which a clerk wrote down every Pegasus order that crossed the counter "
    "of the lamp shop between two winters.",
    "A line in the ledger does not say that a telephone was opened. It says that somebody paid for the wish.",
)
OWN = {
    "miller": "The miller at the upper weir says his telephone grew warm whenever the spyware inquiry sat.",
    "organist": "The organist of the lower parish plays with the windows open since she read of the spyware in it.",
    "ferryman": "The ferryman counts his passengers twice and has thrown his telephone, spyware and all, into the river.",
}
STORIES = tuple(
    Story(slug, "courier", (Stage(f"Pegasus spyware and the {slug}", (text,)),)) for slug, text in OWN.items()
)


def page(slug: str, box: tuple[str, ...], *, marked: bool, more: str = "") -> Answer:
    heading, *lines = box
    inside = f"<h3>{escape(heading)}</h3>" + "".join(f"<p>{escape(line)}</p>" for line in lines)
    boxed = f'<aside class="explainer-box">{inside}</aside>' if marked else inside
    return Answer(
        200,
        f"""<html lang="en"><head><title>Pegasus spyware and the {slug}</title></head><body><main><article>
<h1>Pegasus spyware and the {slug}</h1><p>{OWN[slug]} Nobody in the {slug}'s street will say who brought the papers.</p>
<p>The town clerk has promised the {slug} an answer by the time the lindens are in flower.</p>{boxed}
<p>Until then the {slug} keeps a diary, which we were allowed to read on condition that we did not turn the page.</p>{more}
</article></main></body></html>""".encode(),
    )


@pytest.mark.parametrize("marked", [True, False], ids=["marked as a box", "known by its words"])
def test_an_edit_of_a_box_in_many_articles_is_one_change_told_once(
    program: Program, receiver: Receiver, marked: bool
) -> None:
    with Newsroom(STORIES) as newsroom:

        def show(box: tuple[str, ...], **more: str) -> None:
            for slug in OWN:
                newsroom.pages[f"/courier/{slug}"] = page(slug, box, marked=marked, more=more.get(slug, ""))

        show(BOX)
        hook = f'[[channels]]\nname = "hook"\ntype = "webhook"\nurl = "{receiver.url}/hook"\nsecret = "{SECRET}"'
        program.configure({"courier": newsroom.feed_url("courier")}, hook)
        assert program.check()["versions"] == 3

        show((*BOX[:2], BOX[2].replace("somebody paid for the wish", "somebody asked what the wish would cost")))
        result = program.check("--all")
        assert (result["versions"], result["changes"], result["alerts"]["sent"]) == (3, 3, 1)

        (told,) = receiver.at("/hook")
        change = json.loads(told.body)["data"]["change"]
        named = {change["article"]["url"], *(other["url"] for other in change["shared_with"])}
        assert named == {newsroom.article_url(slug) for slug in OWN}
        assert all(other["change"] for other in change["shared_with"])
        assert [c["id"] for c in program.json("changes")] == [change["id"]]
        assert len(program.json("changes", "--each")) == 3
        assert {len(program.json("history", newsroom.article_url(slug))) for slug in OWN} == {2}

        later = (*BOX[:2], BOX[2].replace("the wish", "the wish, in coins"))
        for slug in ("organist", "ferryman"):
            newsroom.pages[f"/courier/{slug}"] = page(slug, later, marked=marked)
        assert program.check("--all")["alerts"]["sent"] == 1
        own = "<p>The miller has since been offered a new telephone by the parish council.</p>"
        newsroom.pages["/courier/miller"] = page("miller", later, marked=marked, more=own)
        assert program.check("--all")["alerts"]["sent"] == 1, "what the miller's article says beside the box is news"
        assert json.loads(receiver.at("/hook")[-1].body)["data"]["change"]["article"]["url"].endswith("miller")


POSTS = {
    "b1": "09:00 The chair opens the spyware hearing and asks that all Pegasus telephones be left in the basket.",
    "b2": "09:20 The first witness says the basket itself was rented from a firm that sells surveillance.",
    "b3": "09:45 The hearing pauses because the basket rings and nobody will admit to the tune.",
}
LIVE = (Story("hearing", "courier", (Stage("Pegasus spyware hearing: the day as it happened", ()),)),)


def live(posts: dict[str, str]) -> Answer:
    shown = "".join(
        f'<article class="live-post" id="{key}"><time datetime="2021-07-19T{text[:5]}:00Z">{text[:5]}</time>'
        f"<p>{escape(text[6:])}</p></article>"
        for key, text in reversed(posts.items())
    )
    linked = json.dumps({"@type": "LiveBlogPosting", "headline": LIVE[0].stages[0].headline})
    return Answer(
        200,
        f"""<html lang="en"><head><title>Hearing</title><script type="application/ld+json">{linked}</script></head>
<body><main><h1>{LIVE[0].stages[0].headline}</h1><div class="live-blog">{shown}</div></main></body></html>""".encode(),
    )


def test_new_posts_of_a_live_blog_are_no_change_but_edits_and_notices_are(program: Program) -> None:
    with Newsroom(LIVE) as newsroom:

        def check(posts: dict[str, str]) -> int:
            newsroom.pages["/courier/hearing"] = live(posts)
            return int(program.check("--all")["changes"])

        newsroom.pages["/courier/hearing"] = live(POSTS)
        program.configure({"courier": newsroom.feed_url("courier")})
        assert program.check()["versions"] == 1

        posts = POSTS | {"b4": "10:05 The basket has been taken outside and the hearing goes on without a chair."}
        assert check(posts) == 0
        posts |= {"b5": "10:20 NSO said in a letter read aloud that it has never rented baskets to anybody."}
        assert check(posts) == 0
        assert check(dict(list(posts.items())[2:])) == 1, "posts that vanish while none came were taken out"

        posts = dict(list(posts.items())[2:])
        posts["b4"] = posts["b4"].replace("without a chair", "under a new chair")
        assert check(posts) == 1
        posts |= {"b6": "10:40 Correction: an earlier version of this article said the basket was made of tin."}
        assert check(posts) == 1
        newest = program.json("changes")[0]
        assert newest["kinds"] == ["notice"]
        assert newest["notices"][0]["kind"] == "correction"
