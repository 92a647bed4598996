"""One URL for one article: what can be dropped from an address, and which addresses belong to one site."""

import re
import tomllib
from functools import cache
from importlib import resources
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

import tldextract
from w3lib.url import safe_url_string

from revisions.errors import FetchError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[\w.:-]+")


@cache
def _tracking() -> tuple[tuple[str, ...], frozenset[str]]:
    data = tomllib.loads((resources.files("crawler") / "data" / "tracking.toml").read_text("utf-8"))
    return tuple(data["prefixes"]), frozenset(data["names"])


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The public suffix list that comes with the library; nothing is fetched."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def canonical(url: str, base: str = "") -> str:
    """The address under which an article is known: tracking parameters, fragment and default port dropped.

    Raises `FetchError` for anything but an absolute http(s) address.
    """
    raw = joined(base, url.strip()) if base else url.strip()
    try:
        parts = urlsplit(safe_url_string(raw))
        port = parts.port
    except ValueError as error:
        raise FetchError(f"not a usable address ({error})", raw[:200]) from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise FetchError("not an http or https address", raw[:200])
    host = parts.hostname.rstrip(".").lower()
    if not _HOST.fullmatch(host):
        raise FetchError("its host is no name and no address", raw[:200])
    host = f"[{host}]" if ":" in host else host
    netloc = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path or "/", _kept_query(parts.query), ""))


def joined(base: str, url: str) -> str:
    """Where `url` leads from `base`, or `url` as it is where it cannot be read, such as "//[nonsense"."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def _kept_query(query: str) -> str:
    prefixes, names = _tracking()
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(k, v) for k, v in pairs if k.lower() not in names and not k.lower().startswith(prefixes)]
    return query if len(kept) == len(pairs) else urlencode(kept)


def host_of(url: str) -> str:
    """The host politeness is kept towards."""
    return urlsplit(url).hostname or ""


def words_of(url: str) -> str:
    """The words of an address's path, which often say more than a playful title."""
    return " ".join(re.findall(r"[^\W_]+", unquote(urlsplit(url).path)))


def site_of(url: str) -> str:
    """The registrable domain ("bbc.co.uk"), or host and port where there is none (addresses, intranets)."""
    parts = urlsplit(url)
    return _suffixes()(parts.hostname or "").top_domain_under_public_suffix or parts.netloc


def same_site(a: str, b: str) -> bool:
    return urlsplit(a).netloc == urlsplit(b).netloc or site_of(a) == site_of(b)


def is_front_page(url: str) -> bool:
    """No path that could name an article."""
    parts = urlsplit(url)
    return parts.path.strip("/") in ("", "index.html", "index.php", "home") and not parts.query


def trusted_canonical(page_url: str, declared: str) -> str:
    """The page's own `rel=canonical` where it can be believed, otherwise the page's address.

    Believed only on the same site, and never when it sends an article to the front page.
    """
    own = canonical(page_url)
    try:
        target = canonical(declared, base=page_url) if declared else own
    except FetchError:
        return own
    if not same_site(own, target) or (is_front_page(target) and not is_front_page(own)):
        return own
    return target
