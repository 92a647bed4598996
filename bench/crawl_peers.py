"""Other programs that watch pages, each installed in an environment of its own, over the same site.

urlwatch and webchanges with `html2text` on every page, and the steps diffengine takes for one: requests, readability,
bleach.
"""

import json
import re
import resource
import subprocess
import sys
import time
import venv
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENTS = Path("build/bench/peers")
PACKAGES = {
    "urlwatch": ("urlwatch", "html2text", "beautifulsoup4"),
    "webchanges": ("webchanges[use_core]", "html2text"),
    "diffengine's steps": ("requests", "readability-lxml", "lxml_html_clean", "bleach"),
}
_STEPS = """
import sys, time, json, resource
import requests, bleach
from readability import Document
session = requests.Session()
began = time.perf_counter()
for url in sys.stdin.read().split():
    page = Document(session.get(url).text)
    bleach.clean(page.summary(html_partial=True), tags=[], strip=True)
spent = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([time.perf_counter() - began, spent.ru_utime, spent.ru_stime, spent.ru_maxrss / 1024]))
"""


@dataclass(frozen=True)
class Peer:
    """`seconds` of a pass, how many unchanged pages it told as `changed`, and what it keeps of a page."""

    name: str
    seconds: float
    changed: int
    bytes_per_version: float
    note: str


def measure(name: str, urls: list[str], home: Path) -> Peer:
    """A second pass over `urls`, the first one having seen them all. Raises `CalledProcessError` where it fails."""
    python = _environment(name)
    if name.startswith("diffengine"):
        return _steps(python, urls)
    jobs = home / "jobs.yaml"
    jobs.write_text("\n---\n".join(f"url: {url}\nfilter:\n  - html2text\n" for url in urls))
    config = home / "config.yaml"
    database = home / "snapshots.db"
    options = ["--urls" if name == "urlwatch" else "--jobs", jobs, "--config", config]
    options += ["--cache" if name == "urlwatch" else "--database", database]
    config.write_text("report:\n  stdout:\n    enabled: true\n    color: false\n")
    command = [str(python.parent / name), *map(str, options)]
    subprocess.run(command, capture_output=True, check=True, cwd=home)
    began, before, first = time.perf_counter(), _size(home), resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run(command, capture_output=True, check=True, text=True, cwd=home)
    seconds = time.perf_counter() - began
    lines = (line for line in told.stdout.splitlines() if "CHANGED:" in line.upper())
    changed = {address for line in lines for address in re.findall(r"https?://[^\s)]+", line)}
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    note = f"user {spent.ru_utime - first.ru_utime:.1f} s, system {spent.ru_stime - first.ru_stime:.1f} s"
    return Peer(name, seconds, len(changed), before / len(urls), note)


def _size(home: Path) -> int:
    return sum(file.stat().st_size for file in home.glob("snapshots*"))


def _steps(python: Path, urls: list[str]) -> Peer:
    told = subprocess.run([python, "-c", _STEPS], input="\n".join(urls), capture_output=True, text=True, check=True)
    seconds, user, system, memory = json.loads(told.stdout)
    return Peer("diffengine's steps", seconds, 0, 0.0, f"user {user:.1f} s, system {system:.1f} s, {memory:.0f} MB")


def _environment(name: str) -> Path:
    home = ENVIRONMENTS / name.split("'")[0]
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        sys.stderr.write(f"installing {name} in {home}\n")
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES[name]], check=True, capture_output=True)
        (home / "ready").touch()
    return python.absolute()
