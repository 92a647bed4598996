"""The reference data beside the project, for checks that run when it is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"


def needs(folder: str) -> pytest.MarkDecorator:
    """Skips, saying so, where the reference data is absent."""
    return pytest.mark.skipif(not (DATA / folder).is_dir(), reason=f"no reference data at {DATA / folder}")


def feed_files() -> Iterator[Path]:
    return (path for path in sorted((DATA / "feeds").rglob("*")) if path.is_file())
