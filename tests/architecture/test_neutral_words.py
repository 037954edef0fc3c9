"""Who works with an open ledger reads nowhere that another one exists: no help, setting or unit says so."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from console.main import command_tree
from console.tree import entries
from host.setting_list import SETTINGS
from tests.fixtures.cases import each
from tests.fixtures.console import Cli
from web.metrics import MADE

ROOT = Path(__file__).resolve().parents[2]
TELLING = re.compile(
    r"confidential(?!ity)|vertrouwelijk|secrecy|geheimhouding|investigat|opsporing|police|politie"
    r"|(?:other|another|second|open) ledger|(?:ander|tweede|open)e? grootboek",
    re.IGNORECASE,
)
# What a member of staff may see of the machine: where processes run, and what is shown of them.
FILES = (
    "docker-compose.yml",
    "Dockerfile",
    "deploy/systemd/*",
    "deploy/systemd/*/*",
    "deploy/postgres/roles.sql",
    "deploy/prometheus/*.yml",
    "deploy/prometheus/rules/*.yml",
    "deploy/grafana/dashboards/*.json",
    "deploy/grafana/provisioning/*/*.yml",
    "schemas/codes.toml",
)
# Names of event types and purposes that everybody may send, and of what a dashboard draws.
ORDINARY = re.compile(r"disclosure-notice-withheld")


def told(text: str) -> list[str]:
    """The words in a text that tell of another ledger."""
    return [match[0] for match in TELLING.finditer(ORDINARY.sub("", text))]


@each("command", ["", *sorted(entries())])
def test_no_help_tells_of_another_ledger(program: Cli, command: str) -> None:
    ran = program(*command.split(), "--help")
    assert ran.status == 0
    assert told(ran.out.decode()) == []


def test_no_setting_tells_of_another_ledger() -> None:
    listed = [setting for setting in SETTINGS if not setting.unlisted]
    assert [s.variable for s in listed if told(f"{s.variable} {s.help}")] == []
    unlisted = [s.variable for s in SETTINGS if s.unlisted]
    assert unlisted == [
        "LEDGER_CONFIDENTIAL",
        "LEDGER_OPEN_SETTINGS_FILE",
        "LEDGER_HANDOVER_KEYS",
        "LEDGER_OFFICERS",
    ]


def test_no_metric_tells_of_another_ledger() -> None:
    series = [one for _, made in MADE for one in made]
    assert series
    assert [one.name for one in series if told(f"{one.name} {one.help}")] == []


def _files() -> Iterator[Path]:
    for pattern in FILES:
        found = [path for path in sorted(ROOT.glob(pattern)) if path.is_file()]
        assert found, pattern
        yield from found


@each("path", [*_files()], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_of_the_open_ledger_tells_of_another_one(path: Path) -> None:
    assert told(path.read_text()) == []


def test_the_words_would_be_found() -> None:
    """The look is no sieve: it finds each of the words, whatever stands around it."""
    for word in ("the confidential ledger", "Another ledger", "onder geheimhouding", "open ledger"):
        assert told(f"x {word} y") != []
    assert told(json.dumps([*entries(), command_tree().name])) == []
