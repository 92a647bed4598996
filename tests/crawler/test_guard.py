"""Where requests may go."""

import socket

import pytest

from crawler.archive import Archive
from revisions.errors import FetchError
from revisions.networks import Networks, refusal
from tests.newsroom import Newsroom
from tests.newsroom.archive import Kept, WebArchive
from tests.test_archive import FIRST, kept

INTRANET = Networks(["10.0.0.0/8", "wiki.internal"])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::1]/",
        "http://[2001:0:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/latest/meta-data",
        "http://100.100.100.200/latest/meta-data",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "https://news.example:22/",
        "ftp://news.example/",
        "file:///etc/passwd",
    ],
)
def test_nothing_private_and_no_odd_port_unless_allowed(url: str) -> None:
    assert refusal(url, Networks([]))


@pytest.mark.parametrize("url", ["http://10.1.2.3:8080/", "http://wiki.internal:9000/a", "https://news.example/a"])
def test_what_is_allowed_may_be_visited(url: str) -> None:
    assert refusal(url, INTRANET) == ""


def test_localhost_is_the_loopback_address() -> None:
    assert refusal("http://localhost:8080/", Networks([]))
    assert refusal("http://localhost:8080/", Networks(["127.0.0.0/8"])) == ""
    assert refusal("http://localhost:8080/", Networks(["localhost"])) == ""


def test_a_proxy_in_a_private_network_lets_no_other_name_lead_there() -> None:
    networks = Networks([], hosts={"10.0.0.5", "proxy.internal"})
    assert networks.allows_address("10.0.0.5", "10.0.0.5")
    assert networks.allows_address("proxy.internal", "10.0.0.6")
    assert not networks.allows_address("news.example", "10.0.0.5")
    assert not networks.allows_address("news.example", "10.0.0.6")


def test_a_public_name_may_not_lead_to_a_private_address() -> None:
    assert not Networks([]).allows_address("news.example", "127.0.0.1")
    assert not Networks([]).allows_address("news.example", "fe80::1%eth0")
    assert Networks([]).allows_address("news.example", "93.184.216.34")
    assert INTRANET.allows_address("wiki.internal", "192.168.0.7")


@pytest.mark.parametrize("host", ["127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "0x7f000001", "0"])
def test_an_odd_spelling_is_judged_by_the_address_it_becomes(host: str) -> None:
    """None of them is an address to the check before a request; what the system makes of them is checked then."""
    (found,) = {str(place[0]) for *_, place in socket.getaddrinfo(host, 80, socket.AF_INET, socket.SOCK_STREAM)}
    assert not Networks([]).allows_address(host, found)


def test_public_ipv6_may_be_visited() -> None:
    assert refusal("http://[2606:2800:220:1:248:1893:25c8:1946]/", Networks([])) == ""
    assert refusal("http://[64:ff9b::5db8:d822]/", Networks([])) == "", "the same, behind a translator"


def test_the_archive_leads_nowhere_private_unless_it_is_allowed(newsroom: Newsroom) -> None:
    url = newsroom.article_url("harbour-list")
    with WebArchive([kept(newsroom, "20210718170000", FIRST)]) as archive:
        with pytest.raises(FetchError, match="a private address; add it to"):
            list(Archive("test", archive.url).captures(url, None, 5, lambda *_: None))
        assert archive.searched == []
        allowed = Archive("test", archive.url, networks=Networks(["127.0.0.0/8"]))
        assert len(list(allowed.captures(url, None, 5, lambda *_: None))) == 1


def test_a_capture_that_is_larger_than_it_is_said_to_be_is_not_taken(newsroom: Newsroom) -> None:
    url = newsroom.article_url("harbour-list")
    large = Kept("20210718170000", url, b"<p>" + b"0" * 20_000, claimed=100)
    with WebArchive([large, kept(newsroom, "20210719170000", FIRST)]) as archive:
        asked = Archive("test", archive.url, networks=Networks(["127.0.0.0/8"]), max_page_bytes=15_000)
        first, second = asked.captures(url, None, 5, lambda *_: None)
    assert "more than 15000 bytes" in first.problem
    assert second.text is not None
