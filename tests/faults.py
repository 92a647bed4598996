"""What gives way under the program: a disk that fills up, a clock that steps by hours."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
HAS_CLOCK = bool(_LIBRARIES)  # Debian's faketime is installed


class Clock:
    """The clock of the processes that are started with its `environment`; it can be put at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.put(0)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(_LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def put(self, hours: float) -> None:
        """`hours` ahead of the right time."""
        written = self._path.with_suffix(".new")
        written.write_text(f"{hours * 3600:+.0f}\n")
        written.replace(self._path)


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[str]:
    """A file system of its own at a new folder; yields why there is none, or ""."""
    place.mkdir()
    made = mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place))
    try:
        yield made
    finally:
        if not made:
            subprocess.run(["umount", "-l", str(place)], check=True)


def mount(*arguments: str) -> str:
    """Why it did not work, or ""."""
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    return done.stderr.strip() or "mount failed" if done.returncode else ""


def fill(filler: Path) -> None:
    """Take all the room there is."""
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
