"""`make fuzz`, or `python -m tests.fuzz [MINUTES [TARGET]]`: guided by coverage (atheris), each target in turn.

What is found lies in build/fuzz/TARGET, with the inputs that led somewhere new; exit status 1 where something was.
"""

import importlib.util
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

HOME = Path("build/fuzz")
MINUTES = 30.0
LIMIT, LARGEST, MEMORY = 20, 60_000, 3000  # s, bytes and MB for one input


def fuzz(name: str) -> None:
    """In a process of its own; does not return."""
    import atheris

    with atheris.instrument_imports(include=["crawler", "revisions", "addendum", "feedparser"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *sys.argv[3:]], TARGETS[name])
    atheris.Fuzz()


def main(minutes: float, only: str) -> int:
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write(
            "atheris is not installed here (it needs Linux); the suite's own mutations run in `make test`\n"
        )
        return 1
    from tests.fuzz.targets import TARGETS, seeds

    names = [only] if only else list(TARGETS)
    bad = []
    for name in names:
        folder = HOME / name
        folder.mkdir(parents=True, exist_ok=True)
        for seed in seeds(name):
            (folder / sha256(seed).hexdigest()[:16]).write_bytes(seed[:LARGEST])
        limits = [f"-max_total_time={int(60 * minutes / len(names))}", f"-timeout={LIMIT}", f"-max_len={LARGEST}"]
        limits += [f"-rss_limit_mb={MEMORY}", f"-artifact_prefix={folder}/found-", "-print_final_stats=1"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz", "--one", name, *limits, str(folder)],
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
        runs = next(
            (line.split(":")[-1].strip() for line in done.stderr.splitlines() if "number_of_executed" in line), "?"
        )
        sys.stdout.write(f"{name:<16}{runs:>10} inputs  {'FOUND, see ' + str(folder) if done.returncode else 'ok'}\n")
        sys.stdout.flush()
        if done.returncode:
            bad.append(name)
            (folder / "found.log").write_text(done.stderr[-20_000:])
    return int(bool(bad))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        fuzz(sys.argv[2])
    else:
        sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES, "".join(sys.argv[2:3])))
