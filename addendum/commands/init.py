"""`addendum init`."""

from importlib import resources
from pathlib import Path

from addendum.output import say
from revisions.errors import ConfigError


def write(path: str, *, force: bool) -> None:
    """Raises `ConfigError` where a file stands already."""
    if path == "-":
        say(default_text().rstrip())
        return
    target = Path(path)
    if target.exists() and not force:
        raise ConfigError("this file is there already; `--force` overwrites it", path)
    try:
        target.write_text(default_text(), "utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be written ({error.strerror})", path) from error
    say(f"wrote {path}: set [service] contact and a channel, then start with `addendum --config {path} run`")


def default_text() -> str:
    """The shipped config.toml: beside the packages in a checkout, inside this one when installed from a wheel."""
    packaged = resources.files("addendum") / "default_config.toml"
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (Path(__file__).parents[2] / "config.toml").read_text("utf-8")
