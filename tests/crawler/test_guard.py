"""Where requests may go."""

import pytest

from crawler.guard import Networks, refusal

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
