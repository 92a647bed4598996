"""The configuration: what can be set, with its defaults and what is allowed."""

import os
import re
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from addendum import __version__
from addendum.config_channels import Channel, Zone
from revisions import topic as topics
from revisions.moments import parse_duration
from revisions.topic import split_weight

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_SIZES = {"kb": 1000, "mb": 1000**2, "kib": 1024, "mib": 1024**2}


def _size(value: object) -> object:
    text = str(value).strip().lower() if isinstance(value, str) else ""
    for unit, factor in sorted(_SIZES.items(), key=lambda item: -len(item[0])):
        if text.endswith(unit) and text.removesuffix(unit).strip().isdigit():
            return int(text.removesuffix(unit)) * factor
    return value


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(f"expected an address beginning with http:// or https://, got {value!r}")
    return value


def _proxy(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme != "http" or not parts.hostname):
        raise ValueError("expected http://host:port or http://user:password@host:port; others are not supported")
    return value


def _place(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if value and not (colon and host and port.isdecimal() and int(port) <= 65535):
        raise ValueError(f'expected "HOST:PORT" such as "127.0.0.1:9321", got {value!r}')
    return value


def _read_cookies(written: str) -> dict[str, str]:
    """`name=value; other=value`, as a browser's Cookie header has it."""
    pairs = [part.strip().partition("=") for part in written.split(";") if part.strip()]
    if not pairs or any(not name or not equals for name, equals, _ in pairs):
        raise ValueError('expected cookies as a browser sends them: "name=value; other=value"')
    return {name: value for name, _, value in pairs}


def _cookies(value: object) -> object:
    """From "name=value; other=value", as a browser sends them."""
    cookies = _read_cookies(value) if isinstance(value, str) else value
    if isinstance(cookies, dict) and any(not str(v).isprintable() or ";" in str(v) for v in cookies.values()):
        raise ValueError("a cookie's value holds a line break, a semicolon or another character that none can hold")
    return cookies


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Cookies = Annotated[dict[str, str], BeforeValidator(_cookies)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Size = Annotated[int, BeforeValidator(_size)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Service(_Section):
    database: str = "sqlite:///addendum.db"
    contact: str = ""
    log: Literal["debug", "info", "warning", "error"] = "info"
    timezone: Zone = "UTC"
    operator: list[str] | None = None


class Web(_Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535)
    public_url: str = ""
    token: str = ""
    replica: str = ""

    @model_validator(mode="after")
    def _is_not_open_to_all(self) -> Self:
        if not self.token and not is_loopback(self.host):
            raise ValueError(
                f"web.host is {self.host}, which others can reach: set web.token as well, or use 127.0.0.1"
            )
        return self

    @property
    def address(self) -> str:
        """Where people reach the pages: `public_url`, or the address served on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Fleet(_Section):
    """`[fleet]`: the service on several machines. `hosts_at_once`: hosts that one worker is at together.

    `status`: where a scheduler or worker answers /healthz and /metrics ("127.0.0.1:9321"; without it, nowhere).
    """

    hosts_at_once: int = Field(default=32, ge=1, le=1000)
    status: Annotated[str, AfterValidator(_place)] = ""


class Speaker(_Section):
    name: str = Field(min_length=1)
    aliases: list[str] = []
    organisation: str = ""


class Topic(_Section):
    name: str = "the story"
    terms: list[str] = []
    context: list[str] = []
    exclude: list[str] = []
    languages: list[str] = []
    speakers: list[Speaker] = []

    def as_told(self) -> topics.Topic:
        """What `revisions` judges by."""
        return topics.Topic(
            name=self.name,
            terms=tuple(self.terms),
            context=tuple(self.context),
            exclude=tuple(self.exclude),
            languages=tuple(self.languages),
            speakers=tuple(topics.Speaker(s.name, tuple(s.aliases), s.organisation) for s in self.speakers),
        )

    @field_validator("terms", "context", "exclude")
    @classmethod
    def _weights_are_digits(cls, written: list[str]) -> list[str]:
        for term in written:
            if "^" in term and not split_weight(term)[1]:
                raise ValueError(f'{term!r}: a weight is one digit from 1 to 9 behind the word, as in "spyware^2"')
        return written


class Crawl(_Section):
    user_agent: str = ""
    obey_robots: bool = True
    min_delay: Duration = timedelta(seconds=2)
    requests_per_hour_per_host: int = Field(default=360, ge=1)
    max_page_bytes: Size = Field(default=10 * 1024**2, ge=1024)
    timeout: Duration = timedelta(seconds=30)
    allow_private_networks: list[str] = []
    proxy: Proxy = ""
    browser: str = ""
    readers: Annotated[int, Field(ge=0, le=64)] | Literal["auto"] = "auto"

    @property
    def processes(self) -> int:
        """That read pages: one core is left for everything else, and there are four at the most."""
        return min(4, max(1, (os.cpu_count() or 1) - 1)) if self.readers == "auto" else self.readers


class Outlet(_Section):
    """`[outlets."example.org"]`: how one outlet is reached."""

    headers: dict[str, str] = {}
    cookies: Cookies = {}
    proxy: Proxy = ""
    render: Literal["page", "browser"] = "page"

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _HEADER_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name of a header")
            if not value.isprintable():
                raise ValueError(f"the value of {name} holds a line break or another character that no header can hold")
        return headers


class Archive(_Section):
    """`[archive]`: the Internet Archive. `save`: ask it to keep each new version."""

    url: WebAddress = "https://web.archive.org"
    save: bool = False
    access_key: str = ""
    secret_key: str = ""

    @model_validator(mode="after")
    def _keys_belong_together(self) -> Self:
        if bool(self.access_key) != bool(self.secret_key):
            raise ValueError("archive.access_key and archive.secret_key belong together: give both or none")
        return self


LEAST_KEPT = timedelta(days=30)


def _kept_for(value: timedelta) -> timedelta:
    if value < LEAST_KEPT:
        raise ValueError('expected "forever", or 30d or more: what is younger is needed to see what is wrong')
    return value


KeptFor = Literal["forever"] | Annotated[Duration, AfterValidator(_kept_for)]


class Keep(_Section):
    """`[keep]`: what is kept and for how long. Versions, changes, captures and alerts always are.

    `pages`: the pages as they were received; `visits`: each request's outcome. What a change refers to stays.
    """

    pages: Literal["never"] | KeptFor = "forever"
    visits: KeptFor = "forever"


class Proof(_Section):
    """`[proof]`: time stamps of the captures' chain by an `authority` (RFC 3161), once in so long (`every`).

    `roots`: a file with the certificates (PEM) that `addendum verify` trusts.
    """

    authority: WebAddress | Literal[""] = ""
    every: Duration = timedelta(days=1)
    roots: str = ""


class Revisit(_Section):
    min: Duration = timedelta(minutes=2)
    max: Duration = timedelta(days=30)
    feed_min: Duration = timedelta(minutes=1)
    feed_max: Duration = timedelta(hours=6)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for low, high in (("min", "max"), ("feed_min", "feed_max")):
            if getattr(self, low) > getattr(self, high):
                raise ValueError(f"revisit.{low} is longer than revisit.{high}")
        return self


class Feed(_Section):
    name: str = Field(min_length=1)
    url: WebAddress
    outlet: str = ""
    relevant: Literal["match", "all"] = "match"


class Rule(_Section):
    name: str = Field(min_length=1)
    channels: list[str]
    events: list[Literal["updated", "gone", "restored", "discovered"]] = ["updated", "gone", "restored", "discovered"]
    significance: Literal["cosmetic", "minor", "major"] = "minor"
    kinds: list[
        Literal[
            "headline",
            "standfirst",
            "byline",
            "body",
            "statement",
            "notice",
            "figures",
            "removal",
            "media",
            "gone",
            "restored",
        ]
    ] = []
    speakers: list[str] = []
    outlets: list[str] = []
    feeds: list[str] = []
    languages: list[str] = []
    words: list[str] = []
    stealth: bool | None = None


class Config(BaseSettings):
    """The whole configuration. Environment variables override the file: ADDENDUM_SERVICE__DATABASE."""

    model_config = SettingsConfigDict(
        env_prefix="ADDENDUM_", env_nested_delimiter="__", extra="forbid", frozen=True, case_sensitive=False
    )

    service: Service = Service()
    web: Web = Web()
    topic: Topic = Topic()
    crawl: Crawl = Crawl()
    revisit: Revisit = Revisit()
    fleet: Fleet = Fleet()
    archive: Archive = Archive()
    keep: Keep = Keep()
    proof: Proof = Proof()
    outlets: dict[str, Outlet] = {}
    feeds: list[Feed] = []
    channels: list[Channel] = []
    rules: list[Rule] = []

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    @field_validator("outlets")
    @classmethod
    def _outlets_are_hosts(cls, outlets: dict[str, Outlet]) -> dict[str, Outlet]:
        for host in outlets:
            if not host or any(sign in host for sign in "/:@ ") or host != host.lower():
                raise ValueError(f'{host!r}: an outlet is named by its host in small letters, such as "example.org"')
        return outlets

    @model_validator(mode="after")
    def _names_fit_together(self) -> Self:
        _unique("channels", [channel.name for channel in self.channels])
        _unique("feeds", [feed.url for feed in self.feeds])
        known = {channel.name for channel in self.channels}
        for rule in self.rules:
            for name in rule.channels:
                if name not in known:
                    named = ", ".join(sorted(known)) or "none"
                    raise ValueError(f"rule “{rule.name}” names the channel “{name}”; the channels are: {named}")
        for name in self.service.operator or ():
            if name not in known:
                named = ", ".join(sorted(known)) or "none"
                raise ValueError(f"service.operator names the channel “{name}”; the channels are: {named}")
        return self

    @model_validator(mode="after")
    def _status_is_not_open_to_all(self) -> Self:
        host = self.fleet.status.rpartition(":")[0].strip("[]")
        if host and not self.web.token and not is_loopback(host):
            raise ValueError(
                f"fleet.status is {self.fleet.status}, which others can reach: set web.token as well, or use 127.0.0.1"
            )
        return self

    @property
    def operator(self) -> list[str]:
        """The channels that hear of the service's own troubles: those named, or else the first there is."""
        named = self.service.operator
        return [channel.name for channel in self.channels[:1]] if named is None else named

    @property
    def user_agent(self) -> str:
        contact = f" (+{self.service.contact})" if self.service.contact else ""
        return self.crawl.user_agent or f"Addendum/{__version__}{contact}"


def _unique(section: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{section}: “{name}” stands there twice")
