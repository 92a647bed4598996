"""What lies in deploy/: valid for the programs it is for, and true of this one."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from typer.main import get_command

from addendum.cli import app
from addendum.configfile import load
from scheduler.figures import QueueFigures
from scheduler.queue import Queue
from storage.database import open_database
from web.metrics import expose

DEPLOY = Path(__file__).parent.parent / "deploy"
OBJECTS = list(yaml.safe_load_all((DEPLOY / "kubernetes/addendum.yaml").read_text("utf-8")))
METRIC = re.compile(r"addendum_[a-z_]+")


def tool(name: str) -> str:
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


@pytest.mark.parametrize("manifest", OBJECTS, ids=lambda m: f"{m['kind']} {m['metadata']['name']}")
def test_manifests_fit_the_schema_of_kubernetes(manifest: dict[str, object]) -> None:
    for release in ("1.27", "1.34"):
        kubernetes_validate.validate(manifest, release, strict=True)


def test_compose_file_is_valid() -> None:
    command = [tool("docker-compose"), "-f", str(DEPLOY / "compose.yaml"), "config", "-q"]
    environment = {**os.environ, "POSTGRES_PASSWORD": "x", "ADDENDUM_TOKEN": "y"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_prometheus_takes_its_rules_and_configuration() -> None:
    promtool = tool("promtool")
    subprocess.run([promtool, "check", "rules", str(DEPLOY / "prometheus/alerts.yml")], check=True)
    subprocess.run(
        [promtool, "check", "config", "--syntax-only", str(DEPLOY / "prometheus/prometheus.yml")], check=True
    )


def containers() -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, arguments and environment of everything that runs this program."""
    found = []
    for manifest in OBJECTS:
        if manifest["kind"] == "Deployment":
            (container,) = manifest["spec"]["template"]["spec"]["containers"]
            environment = {e["name"]: e.get("value", "") for e in container["env"]}
            found.append((manifest["metadata"]["name"], container["args"], environment))
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    found += [(n, s["command"], s["environment"]) for n, s in services.items() if s["image"] == "addendum"]
    return found


@pytest.mark.parametrize(("name", "arguments", "environment"), containers(), ids=lambda value: str(value)[:20])
def test_what_is_started_exists_and_is_configured_with_keys_that_exist(
    name: str, arguments: list[str], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    option, path, command, *rest = arguments
    assert (option, path) == ("--config", "/data/config.toml")
    known = get_command(app).commands[command]  # type: ignore[attr-defined]
    known.make_context(command, list(rest), resilient_parsing=True)
    config = tmp_path / "config.toml"
    config.write_text("", "utf-8")
    for key, value in environment.items():
        monkeypatch.setenv(key, value if value and "$" not in value else "given")
    loaded = load(str(config))
    assert loaded.web.token == "given"
    assert loaded.fleet.status or loaded.web.host == "0.0.0.0"


def test_rules_and_dashboard_name_only_figures_there_are(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/record.db")
    queue = QueueFigures(Queue("postgresql+psycopg://nobody@127.0.0.1/nothing"))
    known = set(re.findall(r"^# TYPE (addendum_[a-z_]+)", expose(database).decode(), re.MULTILINE))
    known |= {name + ending for name in known for ending in ("_bucket", "_total", "_count", "_sum")}
    database.close()
    queue.forget()
    rules = (DEPLOY / "prometheus/alerts.yml").read_text("utf-8")
    used = {name for line in re.findall(r"expr: (.*)", rules) for name in METRIC.findall(line)}
    dashboard = json.loads((DEPLOY / "grafana/addendum.json").read_text("utf-8"))
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    used |= {name for expression in expressions for name in METRIC.findall(expression)}
    assert len(used) > 15
    assert used - known == set()
