"""Reading the configuration file, and saying exactly what is wrong with it and where."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from addendum.config import Config
from revisions.errors import ConfigError

DEFAULT = "config.toml"
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*[\"']?([\w-]+)[\"']?\s*=")

# Keys of what nobody may see in an error, however wrong it is; an address may be a password, too.
SECRET = frozenset(
    {
        *("token", "secret", "url", "smtp", "proxy", "headers", "cookies"),
        *("access_key", "secret_key", "database", "replica"),
    }
)


def load(path: str | None = None) -> Config:
    """The configuration from `path`, else ADDENDUM_CONFIG, else ./config.toml. Raises `ConfigError`."""
    file = Path(path or os.environ.get("ADDENDUM_CONFIG") or DEFAULT)
    try:
        text = file.read_text("utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError as error:
        raise ConfigError("no such file; `addendum init` writes one, `--config` names another", str(file)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the file cannot be read ({error})", str(file)) from error
    except RecursionError as error:
        raise ConfigError("values are nested too deep in it", str(file)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"this is not valid TOML: {error}", str(file)) from error
    _check_environment()
    try:
        return Config(**_from_environment(data, str(file), text))
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(detail, str(file), text) for detail in error.errors())) from error
    except SettingsError as error:
        raise ConfigError(f"an environment variable cannot be read: {error}") from error


def _check_environment() -> None:
    """A misspelt section in an override would be passed over in silence."""
    for name in os.environ:
        section, nested, _ = name.removeprefix("ADDENDUM_").partition("__")
        if name.startswith("ADDENDUM_") and nested and section.lower() not in Config.model_fields:
            known = ", ".join(Config.model_fields)
            raise ConfigError(f"there is no section {section.lower()}; the sections are {known}", name)


def _from_environment(value: Any, file: str, text: str, at: tuple[str | int, ...] = ()) -> Any:
    """The same data with every "env:NAME" replaced by the variable's value."""
    if isinstance(value, Mapping):
        return {key: _from_environment(item, file, text, (*at, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_environment(item, file, text, (*at, index)) for index, item in enumerate(value)]
    if not isinstance(value, str) or not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if name not in os.environ:
        raise ConfigError(f"the environment variable {name} is not set", f"{_where(at, file, text)}{_dotted(at)}")
    return os.environ[name]


def _explain(detail: ErrorDetails, file: str, text: str) -> str:
    at = detail["loc"]
    said = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        said = f"unknown key{_did_you_mean(at)}"
    elif detail["type"] == "missing":
        said = "is missing"
    elif detail["type"] != "value_error":
        said = f"{said[:1].lower()}{said[1:]}"
        if not (at and at[0] != "feeds" and SECRET.intersection(map(str, at))):
            said += f", got {detail['input']!r}"
    if variable := _overriding_variable(at):
        return f"{variable}: {said}"
    return f"{_where(at, file, text)}{_dotted(at)}{': ' if at else ''}{said}"


def _did_you_mean(at: tuple[str | int, ...]) -> str:
    fields = _fields_at(at[:-1])
    return f"; expected one of {', '.join(sorted(fields))}" if fields else ""


def _fields_at(at: tuple[str | int, ...]) -> list[str]:
    model: Any = Config
    for part in at:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        model = next(
            (a for a in (annotation, *getattr(annotation, "__args__", ())) if hasattr(a, "model_fields")), None
        )
        if model is None:
            return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _overriding_variable(at: tuple[str | int, ...]) -> str:
    name = "ADDENDUM_" + "__".join(str(part) for part in at).upper()
    section = "__".join(name.split("__")[:1])
    return next((known for known in (name, section) if known in os.environ), "")


def _dotted(at: tuple[str | int, ...]) -> str:
    """("feeds", 2, "url") as feeds[3].url: people count from one."""
    out = ""
    for part in at:
        out += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


def _where(at: tuple[str | int, ...], file: str, text: str) -> str:
    line = _line_of(at, text)
    return f"{file}:{line}: " if line else f"{file}: "


def _line_of(at: tuple[str | int, ...], text: str) -> int | None:
    """The line of a key, or of its table where the key itself is missing; None where neither is found."""
    table: tuple[str | int, ...] = ()
    counts: dict[str, int] = {}
    best = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _table(header[2], header[1] == "[[", counts)
            if at[: len(table)] == table:
                best = number
        elif (key := _KEY.match(line)) and at[: len(table) + 1] == (*table, key[1]):
            return number
    return best


def _table(name: str, is_array: bool, counts: dict[str, int]) -> tuple[str | int, ...]:
    parts: list[str | int] = []
    path = ""
    names = [part.strip().strip("\"'") for part in name.split(".")]
    for depth, part in enumerate(names):
        path = f"{path}.{part}"
        parts.append(part)
        if is_array and depth == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            parts.append(counts[path])
    return tuple(parts)
