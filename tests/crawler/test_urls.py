"""One address for one article."""

import pytest

from crawler.urls import canonical, same_site, trusted_canonical, words_of
from revisions.errors import FetchError


@pytest.mark.parametrize(
    ("url", "known_as"),
    [
        ("https://News.Example/a?utm_source=x&id=7&fbclid=y#top", "https://news.example/a?id=7"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("http://news.example:8080/a", "http://news.example:8080/a"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example/?p=12", "https://news.example/?p=12"),
        ("https://news.example/a?CMP=share", "https://news.example/a"),
        ("  https://news.example/a b ", "https://news.example/a%20b"),
    ],
)
def test_what_says_where_a_reader_came_from_is_dropped(url: str, known_as: str) -> None:
    assert canonical(url) == known_as
    assert canonical(known_as) == known_as


@pytest.mark.parametrize(
    "url",
    ["", "javascript:alert(1)", "mailto:a@b", "https://", "/a", "http://[::1", "http://x:99999/", "https://((<b>/a"],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        canonical(url)


def test_a_link_that_cannot_be_read_is_refused_wherever_it_stands() -> None:
    with pytest.raises(FetchError):
        canonical("//news.ex[nonsense", "https://news.example/a")
    assert trusted_canonical("https://news.example/a", "//[nonsense") == "https://news.example/a"


@pytest.mark.parametrize(
    ("declared", "believed"),
    [
        ("/a", "https://www.news.co.uk/a"),
        ("https://amp.news.co.uk/a?utm_source=x", "https://amp.news.co.uk/a"),
        ("https://other.co.uk/a", "https://www.news.co.uk/b"),
        ("https://www.news.co.uk/", "https://www.news.co.uk/b"),
        ("", "https://www.news.co.uk/b"),
    ],
)
def test_declared_address_is_believed_on_the_same_site_only(declared: str, believed: str) -> None:
    assert trusted_canonical("https://www.news.co.uk/b", declared) == believed


def test_sites_are_told_apart_by_registrable_domain() -> None:
    assert same_site("https://a.bbc.co.uk/", "https://b.bbc.co.uk/")
    assert not same_site("https://one.co.uk/", "https://two.co.uk/")
    assert not same_site("http://127.0.0.1:1/", "http://127.0.0.1:2/")


def test_words_of_an_address() -> None:
    assert words_of("https://n.example/2021/07/pegasus-spyware_list.html") == "2021 07 pegasus spyware list html"
