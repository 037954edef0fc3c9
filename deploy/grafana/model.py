"""What a dashboard is made of, and its form as Grafana reads it. Pure: no file, no clock.

A dashboard is rows of panels; a row fills the width, so nobody places anything by hand. Panels are
numbered in their order: the same definition always gives the same bytes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

# As provisioned: provisioning/datasources/prometheus.yml.
DATASOURCE = {"type": "prometheus", "uid": "ledger-prometheus"}
SCHEMA_VERSION = 41  # of Grafana 12
WIDTH = 24
HEADING_HEIGHT = 1

Kind = Literal["stat", "timeseries", "bargauge", "table"]
HEIGHTS: dict[Kind, int] = {"stat": 4, "timeseries": 8, "bargauge": 8, "table": 8}
GREEN, YELLOW, RED = "green", "yellow", "red"


@dataclass(frozen=True)
class Query:
    """A PromQL expression, and the name of its lines with `{{label}}` in it."""

    expression: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """One question and its answer. `unit`: Grafana's name of it. `limits`: yellow from, red from."""

    title: str
    about: str
    queries: tuple[Query, ...]
    kind: Kind = "timeseries"
    unit: str = "short"
    limits: tuple[float | None, float] | None = None
    stacked: bool = False


@dataclass(frozen=True)
class Row:
    """Panels side by side, as wide as each other, under a heading."""

    title: str
    panels: tuple[Panel, ...]
    across: int = 3


@dataclass(frozen=True)
class Variable:
    """A choice at the top, made of the values of a label."""

    name: str
    metric: str


@dataclass(frozen=True)
class Dashboard:
    """One page."""

    uid: str
    title: str
    about: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    hours: int = 6


def rendered(dashboard: Dashboard) -> str:
    """The file that Grafana provisions."""
    document = {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.about,
        "tags": ["processing-ledger"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "refresh": "30s",
        "time": {"from": f"now-{dashboard.hours}h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_variable(each) for each in dashboard.variables]},
        "panels": list(_panels(dashboard.rows)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _panels(rows: tuple[Row, ...]) -> Iterator[dict[str, Any]]:
    number, top = 1, 0
    for row in rows:
        place = {"x": 0, "y": top, "w": WIDTH, "h": HEADING_HEIGHT}
        yield _heading(row, number, place)
        number, top, left = number + 1, top + HEADING_HEIGHT, 0
        width, height = WIDTH // row.across, max(HEIGHTS[panel.kind] for panel in row.panels)
        for panel in row.panels:
            if left + width > WIDTH:
                left, top = 0, top + height
            yield _panel(panel, number, {"x": left, "y": top, "w": width, "h": height})
            number, left = number + 1, left + width
        top += height


def _heading(row: Row, number: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": "row",
        "title": row.title,
        "gridPos": place,
        "collapsed": False,
        "panels": [],
    }


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "gridPos": place,
        "datasource": DATASOURCE,
        "targets": [
            _target(query, index, instant=panel.kind != "timeseries")
            for index, query in enumerate(panel.queries)
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel.kind),
    }


def _target(query: Query, index: int, *, instant: bool) -> dict[str, Any]:
    return {
        "refId": chr(ord("A") + index),
        "datasource": DATASOURCE,
        "expr": query.expression,
        "legendFormat": query.legend or "__auto",
        "instant": instant,
        "range": not instant,
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0, "thresholds": _thresholds(panel)}
    if panel.kind == "timeseries":
        defaults["custom"] = {
            "fillOpacity": 25 if panel.stacked else 8,
            "stacking": {"mode": "normal" if panel.stacked else "none"},
            "thresholdsStyle": {"mode": "line" if panel.limits else "off"},
        }
    else:
        defaults["color"] = {"mode": "thresholds"}
    return defaults


def _thresholds(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": GREEN, "value": None}]
    if panel.limits:
        yellow, red = panel.limits
        steps += [{"color": YELLOW, "value": yellow}] if yellow is not None else []
        steps += [{"color": RED, "value": red}]
    return {"mode": "absolute", "steps": steps}


def _options(kind: Kind) -> dict[str, Any]:
    last = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    options: dict[Kind, dict[str, Any]] = {
        "stat": {"reduceOptions": last, "colorMode": "value", "graphMode": "none"},
        "timeseries": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "bargauge": {"reduceOptions": last, "orientation": "horizontal", "displayMode": "basic"},
        "table": {"showHeader": True},
    }
    return options[kind]


def _variable(variable: Variable) -> dict[str, Any]:
    query = f"label_values({variable.metric}, {variable.name})"
    return {
        "name": variable.name,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": "Variable"},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "current": {"text": ["All"], "value": ["$__all"]},
    }
