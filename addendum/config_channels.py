"""The configuration of channels: what each type needs, its secrets and its pace."""

import base64
import binascii
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from alerts.pace import Digest, Quiet

Form = Literal["json", "text"]
MACHINES = ("webhook", "file", "stdout")  # read by programs, which take one alert at a time however many there are
MOST_PER_HOUR = 60  # messages to people, by default
BURST = 10  # alerts waiting at once that people are told one by one, by default
_NEEDED = {"email": ("smtp", "sender", "to"), "file": ("path",), "stdout": ()}
_OWN = {
    "secret": ("webhook",),
    "smtp": ("email",),
    "from": ("email",),
    "to": ("email",),
    "unsubscribe": ("email",),
    "path": ("file",),
    "format": ("file", "stdout"),
}


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'expected a time zone such as "Europe/Paris" or "UTC", got {name!r}') from error
    return name


Zone = Annotated[str, AfterValidator(_is_zone)]


class Channel(BaseModel):
    """`url` for webhook, slack and apprise; `smtp`, `from` and `to` for email; `path` for file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: str = Field(min_length=1)
    type: Literal["webhook", "slack", "email", "apprise", "file", "stdout"]
    url: str = ""
    secret: list[str] = []
    smtp: str = ""
    sender: str = Field(default="", alias="from")
    to: list[str] = []
    unsubscribe: str = ""
    path: str = ""
    format: Form = "json"
    digest: str = ""
    quiet: str = ""
    timezone: Zone | None = None
    most_per_hour: int | None = Field(default=None, ge=0)
    burst: int | None = Field(default=None, ge=0)

    @field_validator("to", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("secret", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        """A variable of the environment holds several with spaces between them."""
        return value.split() if isinstance(value, str) else value

    @field_validator("secret")
    @classmethod
    def _are_secrets(cls, secrets: list[str]) -> list[str]:
        for secret in secrets:
            check_secret(secret)
        return secrets

    @field_validator("digest")
    @classmethod
    def _is_digest(cls, value: str) -> str:
        if value:
            Digest.parse(value)
        return value

    @field_validator("quiet")
    @classmethod
    def _is_quiet(cls, value: str) -> str:
        if value:
            Quiet.parse(value)
        return value

    @field_validator("unsubscribe")
    @classmethod
    def _is_way_out(cls, value: str) -> str:
        if value and not value.startswith(("mailto:", "https://", "http://")):
            raise ValueError(f"expected mailto:… or https://…, got {value!r}")
        return value

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        needed = _NEEDED.get(self.type, ("url",))
        missing = [{"sender": "from"}.get(key, key) for key in needed if not getattr(self, key)]
        if missing:
            raise ValueError(f"a channel of type {self.type} needs {' and '.join(missing)}")
        for key, types in _OWN.items():
            field = "sender" if key == "from" else key
            if self.type not in types and getattr(self, field) not in ("", [], "json"):
                raise ValueError(f"{key} is for channels of type {' and '.join(types)}, this one is {self.type}")
        if self.type in ("webhook", "slack") and not self.url.startswith(("http://", "https://")):
            raise ValueError("url must begin with http:// or https://")  # it may hold a secret, so it is not shown
        return self

    @property
    def is_for_people(self) -> bool:
        return self.type not in MACHINES


def check_secret(secret: str) -> None:
    """Standard Webhooks: base64 of 24 to 64 random bytes behind "whsec_". Raises `ValueError`."""
    try:
        base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError('secret must be "whsec_" and base64; make one with `openssl rand -base64 32`') from error
