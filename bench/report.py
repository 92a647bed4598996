"""What a benchmark found: a table for people, JSON for programs (DESIGN.md, Benchmarks)."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from addendum import __version__

_LIBRARIES = ("lxml", "trafilatura", "rapidfuzz", "feedparser")


@dataclass(frozen=True)
class Row:
    """One measure. `better`: "higher" or "lower"; `cases` are the misses, for the table only."""

    measure: str
    value: float
    target: float
    better: str
    unit: str
    cases: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.value >= self.target if self.better == "higher" else self.value <= self.target


def about() -> dict[str, Any]:
    """The machine and the versions the figures belong to."""
    return {
        "machine": platform.machine(),
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "addendum": __version__,
        **{name: version(name) for name in _LIBRARIES},
    }


def publish(name: str, rows: Sequence[Row]) -> None:
    """Print the table, then every miss, and write `build/bench/NAME.json`."""
    console = Console(width=None if Console().is_terminal else 140)
    table = Table(title=f"bench-{name}")
    for column in ("measure", "value", "target", "unit", "holds"):
        table.add_column(column, justify="right" if column in ("value", "target") else "left")
    for row in rows:
        sign = "≥" if row.better == "higher" else "≤"
        table.add_row(row.measure, f"{row.value:g}", f"{sign} {row.target:g}", row.unit, "yes" if row.holds else "NO")
    console.print(table)
    for row in rows:
        for case in dict.fromkeys(row.cases):
            console.print(f"{row.measure}: {case}", markup=False, highlight=False, soft_wrap=True)
    file = Path("build/bench") / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    found = [{k: v for k, v in asdict(row).items() if k != "cases"} | {"holds": row.holds} for row in rows]
    file.write_text(json.dumps([{"about": about()}, *found], indent=1, ensure_ascii=False) + "\n", "utf-8")
    console.print(f"written to {file}", highlight=False)
