"""Rules and dashboards are valid, name metrics that exist, and say what to do."""

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import projections.metrics
from deploy.grafana.__main__ import DASHBOARDS, FOLDER
from deploy.grafana.model import rendered
from ledger.metrics import Series
from tests.architecture.documents import ROOT
from tests.fixtures.cases import each
from web.metrics import MADE

PROMETHEUS = ROOT / "deploy" / "prometheus"
GRAFANA = ROOT / "deploy" / "grafana"
CONFIGURATIONS = ("prometheus.yml", "one-machine.yml")
UNIT_TESTS = sorted((PROMETHEUS / "tests").glob("*.yml"))
ALL_SERIES: tuple[Series, ...] = tuple(series for _, made in MADE for series in made)
# Of Prometheus itself, and of every process on Linux.
FOREIGN = {
    "up": {"job", "instance"},
    "ALERTS": {"alertname", "alertstate", "severity"},
    "process_start_time_seconds": set[str](),
    "process_resident_memory_bytes": set[str](),
    "process_cpu_seconds_total": set[str](),
}
ON_EVERY_SERIES = {"job", "instance", "le"}


def promtool(*arguments: str | Path) -> None:
    done = subprocess.run(
        ["promtool", *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def rules() -> Iterator[dict[str, Any]]:
    """Every recording and alerting rule."""
    for path in sorted((PROMETHEUS / "rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            yield from group["rules"]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def dashboards() -> dict[str, dict[str, Any]]:
    return {path.name: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def shown() -> Iterator[str]:
    """Every expression of a dashboard, with its choices made."""
    for dashboard in dashboards().values():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                expression: str = target["expr"]
                yield expression.replace("$__rate_interval", "5m").replace("$topic", ".+")


@cache
def known() -> dict[str, set[str]]:
    """Name of every series -> its own labels; a recorded one has the labels of its level."""
    names = dict(FOREIGN)
    for series in ALL_SERIES:
        ends = ("_bucket", "_sum", "_count") if series.kind == "histogram" else ("",)
        names |= {series.name + end: set(series.labels) for end in ends}
    recorded = [rule["record"] for rule in rules() if "record" in rule]
    return names | {name: {name.partition(":")[0]} - {"ledger"} for name in recorded}


def test_the_configurations_are_valid() -> None:
    for name in CONFIGURATIONS:
        promtool("check", "config", PROMETHEUS / name)


def test_every_alert_fires_when_it_should_and_only_then() -> None:
    promtool("test", "rules", *UNIT_TESTS)


def test_the_alert_of_the_confidential_ledger_fires_when_it_should_and_names_what_it_has() -> None:
    folder = ROOT / "deploy" / "confidential"
    promtool("test", "rules", folder / "rules-tests.yml")
    (group,) = yaml.safe_load((folder / "rules" / "orders.yml").read_text("utf-8"))["groups"]
    known = {series.name for series in projections.metrics.ORDERS}
    asked = {name for rule in group["rules"] for name in re.findall(r"ledger_\w+", rule["expr"])}
    assert asked <= known


def test_every_alert_has_a_unit_test_of_both_kinds() -> None:
    tests = [
        test for path in UNIT_TESTS for test in yaml.safe_load(path.read_text("utf-8"))["tests"]
    ]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    names = {alert["alert"] for alert in alerts()}
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == names
    # With two series, one below the limit, the case that fires is the other kind as well.
    quiet = {case["alertname"] for case in cases if not case["exp_alerts"]}
    assert names - quiet == {"LedgerDatabaseAway"}


def test_every_alert_says_how_bad_it_is_and_has_a_paragraph_in_the_guide() -> None:
    guide = (ROOT / "docs" / "reference" / "alerts.md").read_text("utf-8")
    explained = re.findall(r"^## (Ledger\w+)\n\n(.+)", guide, re.MULTILINE)
    assert sorted(name for name, _ in explained) == sorted(alert["alert"] for alert in alerts())
    assert all(len(text) > 80 for _, text in explained)
    for alert in alerts():
        assert alert["labels"] in ({"severity": "critical"}, {"severity": "warning"})
        assert alert["annotations"]["summary"]
        link = "{{ $externalLabels.docs }}/reference/alerts.html#" + alert["alert"].lower()
        assert alert["annotations"]["runbook_url"] == link


def test_alerts_are_sent_and_say_where_their_page_is() -> None:
    for name in CONFIGURATIONS:
        settings = yaml.safe_load((PROMETHEUS / name).read_text("utf-8"))
        assert settings["global"]["external_labels"]["docs"]
        assert settings["alerting"]["alertmanagers"]
    route = yaml.safe_load((PROMETHEUS / "alertmanager.yml").read_text("utf-8"))
    receivers = {receiver["name"] for receiver in route["receivers"]}
    named = {route["route"]["receiver"], *(one["receiver"] for one in route["route"]["routes"])}
    assert named == receivers


def names_in(expression: str) -> set[str]:
    """Names of the series in an expression."""
    choices = r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\boffset \w+|\b(?:by|on|without)\s*\([^)]*\)'
    words = re.findall(r"\b[A-Za-z_:][\w:]*\b(?!\s*\()", re.sub(choices, " ", expression))
    return {word for word in words if word not in {"and", "or", "unless", "bool"}}


def labels_in(expression: str) -> set[str]:
    """Labels by which an expression chooses or groups."""
    chosen = re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression)
    grouped = re.findall(r"\b(?:by|on|without)\s*\(([^)]*)\)", expression)
    return set(chosen) | {label for labels in grouped for label in re.findall(r"\w+", labels)}


@each("expression", sorted({rule["expr"] for rule in rules()} | set(shown())))
def test_an_expression_names_series_and_labels_that_exist(expression: str) -> None:
    names = names_in(expression)
    assert names
    assert names <= known().keys()
    allowed = ON_EVERY_SERIES.union(*(known()[name] for name in names))
    assert labels_in(expression) <= allowed


def test_the_reader_of_expressions_finds_what_is_wrong() -> None:
    expression = 'sum by (le) (rate(nothing_total{a="b"}[5m] offset 1d)) > 1e9 and on() up'
    assert names_in(expression) == {"nothing_total", "up"}
    assert labels_in('sum by (le, x) (up{a=~"b", c!="d"})') == {"le", "x", "a", "c"}
    assert labels_in(expression) == {"le", "a"}


def test_prometheus_can_read_every_expression_of_the_dashboards(tmp_path: Path) -> None:
    group = {
        "name": "shown",
        "rules": [{"record": f"e{n}", "expr": e} for n, e in enumerate(shown())],
    }
    assert len(group["rules"]) > 40
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [group]}))
    promtool("check", "rules", tmp_path / "rules.yml")


def test_the_dashboards_are_as_their_code_says() -> None:
    assert dashboards().keys() == DASHBOARDS.keys()
    for name, dashboard in DASHBOARDS.items():
        text = (FOLDER / name).read_text("utf-8")
        assert text == rendered(dashboard), "run `make documents`"


def test_panels_have_a_number_a_title_and_a_place_of_their_own() -> None:
    for dashboard in dashboards().values():
        every = dashboard["panels"]
        for member in ("id", "title"):
            assert len({panel[member] for panel in every}) == len(every)
        cells = [cell for panel in every for cell in cells_of(panel["gridPos"])]
        assert len(set(cells)) == len(cells)
        assert max(x for x, _ in cells) < 24


def cells_of(place: dict[str, int]) -> list[tuple[int, int]]:
    """Cells of the grid that a panel covers."""
    columns = range(place["x"], place["x"] + place["w"])
    lines = range(place["y"], place["y"] + place["h"])
    return [(column, line) for column in columns for line in lines]


def test_panels_say_what_they_show_and_ask_the_provisioned_source() -> None:
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    uids = {each["uid"] for each in source["datasources"]}
    for dashboard in dashboards().values():
        for panel in panels(dashboard):
            assert len(panel["description"]) > 10, panel["title"]
            asked = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
            assert {each["uid"] for each in asked} <= uids
            references = [target["refId"] for target in panel["targets"]]
            assert len(set(references)) == len(references)


def test_what_is_provisioned_is_where_compose_puts_it() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    grafana, prometheus = compose["services"]["grafana"], compose["services"]["prometheus"]
    mounts = dict(volume.removesuffix(":ro").split(":") for volume in grafana["volumes"])
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/ledger.yml").read_text())
    (folder,) = [each["options"]["path"] for each in provider["providers"]]
    assert mounts["./deploy/grafana/dashboards"] == folder
    assert mounts["./deploy/grafana/provisioning"] == "/etc/grafana/provisioning"
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert Path(home).parent == Path(folder)
    assert Path(home).name in dashboards()
    assert "./deploy/prometheus:/etc/prometheus:ro" in prometheus["volumes"]
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    assert [each["url"] for each in source["datasources"]] == ["http://prometheus:9090"]


def test_prometheus_looks_for_each_service_at_its_own_port() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    jobs = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    found = [look for job in jobs for look in job.get("dns_sd_configs", [])]
    looked = {name: look["port"] for look in found for name in look["names"]}
    ports = {
        name: int(service["environment"]["LEDGER_METRICS_PORT"])
        for name, service in services.items()
        if "LEDGER_METRICS_PORT" in service.get("environment", {})
    }
    assert looked == ports
