"""Prometheus scrapes a running ledger, its dashboards show something, and stopped views raise an alarm."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import psycopg
import pytest

from deploy.grafana.__main__ import FOLDER
from tests.fixtures.console import (
    collected,
    consented,
    disclosed,
    recipient,
    registered,
    withdrawn,
)
from tests.fixtures.inbound import send
from tests.fixtures.prometheus import DEPLOYED, Prometheus, hurried, running_prometheus
from tests.fixtures.running import Started, eventually, stopped_process

pytestmark = pytest.mark.kafka
PARTS = ("run", "consume", "project", "publish")
EVENTS = [
    registered(),
    collected(),
    consented(),
    recipient("Incasso"),
    disclosed(),
    consented("customer/10024"),
    withdrawn("customer/10024"),
]


@pytest.fixture
def running(topic: str, start: Callable[..., Started], kafka_bootstrap: str) -> Started:
    """`ledger run` with something to show, ready."""
    send(kafka_bootstrap, topic, [orjson.dumps(event) for event in EVENTS])
    started = start("run")
    eventually(lambda: started.served("run").ready, "everything is ready")
    return started


@pytest.fixture
def prometheus(running: Started, tmp_path: Path) -> Iterator[Prometheus]:
    """A Prometheus that looks at all of it."""
    ports = {f"ledger-{part}": running.served(part).port for part in PARTS}
    with running_prometheus(tmp_path / "prometheus", ports) as server:
        yield server


@contextmanager
def stopped_view(url: str, view: str) -> Iterator[None]:
    """A view that cannot go on, since somebody holds its bookmark."""
    with psycopg.connect(url) as connection:
        query = "SELECT FROM ledger_main_views.view_bookmarks WHERE view = %s FOR UPDATE"
        assert connection.execute(query, [view]).rowcount == 1
        yield


def shown() -> dict[str, str]:
    """Every expression of the dashboards, by dashboard, panel and letter."""
    found = {}
    for path in FOLDER.glob("*.json"):
        for panel in json.loads(path.read_text("utf-8"))["panels"]:
            for target in panel.get("targets", []):
                name = f"{path.stem}: {panel['title']} {target['refId']}"
                found[name] = target["expr"].replace("$topic", ".+")
    return {name: text.replace("$__rate_interval", "30s") for name, text in found.items()}


def test_a_running_ledger_is_seen_and_a_stopped_view_raises_an_alarm(
    running: Started,
    prometheus: Prometheus,
    topic: str,
    kafka_bootstrap: str,
    database_url: str,
) -> None:
    up = 'sum(up{job=~"ledger-.+"})'
    eventually(lambda: prometheus.value(up) == len(PARTS), "all are scraped")
    eventually(lambda: prometheus.value("max(ledger_position)") == len(EVENTS), "all recorded")
    eventually(lambda: prometheus.value("max(topic:ledger_kafka_lag_seconds:max)") == 0, "no lag")
    eventually(lambda: prometheus.firing() == set(), "nothing fires")

    # Requests are counted once somebody asks; `web/test_console_metrics.py` is about them.
    asked_here = {name: asked for name, asked in shown().items() if "ledger_web_" not in asked}

    def every_panel_shows_something() -> bool:
        empty = [name for name, asked in asked_here.items() if not prometheus.query(asked)]
        print(*empty, sep="\n")  # pytest shows it when it never happens
        return not empty

    eventually(every_panel_shows_something, "every panel shows something")

    with stopped_view(database_url, "disclosures"):
        send(kafka_bootstrap, topic, [orjson.dumps(disclosed())])
        alarm = ("LedgerViewLag", "disclosures")
        eventually(lambda: alarm in prometheus.firing(), "the view that stands still is told")
    eventually(lambda: prometheus.firing() == set(), "it caught up")

    with stopped_process(running.children["project"]):
        alarm = ("LedgerProcessDown", "ledger-project")
        eventually(lambda: alarm in prometheus.firing(), "the projector that hangs is told")
    eventually(lambda: prometheus.firing() == set(), "it answers again")
    assert running.stop() == 0


def test_impatient_rules_differ_only_in_what_they_wait_for() -> None:
    changed = []
    for path in sorted((DEPLOYED / "rules").glob("*.yml")):
        before = path.read_text("utf-8").splitlines()
        after = hurried(path.read_text("utf-8")).splitlines()
        changed += [line for line, new in zip(before, after, strict=True) if line != new]
    limits = [line.strip() for line in changed if "for:" not in line]
    assert limits == ["expr: view:ledger_view_lag_seconds:max > 120"]
    assert len(changed) > 8
