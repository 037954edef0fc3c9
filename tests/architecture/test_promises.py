"""Sentences of pages and units that promise something have a test that fails when they are untrue."""

import ast
import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import yaml

from rulebook.periods import period
from tests.architecture.documents import ROOT
from tests.architecture.shape import limits_of
from tests.fixtures.cases import each
from tests.fixtures.deployment import compose

_WORDS = {
    "a": 1,
    "an": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "seven": 7,
    "eight": 8,
    "ten": 10,
}
_UNITS: dict[str, float] = {"s": 1, "second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_UNITS |= {f"{unit}s": each for unit, each in _UNITS.items() if unit != "s"}
_UNITS |= {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "thousand": 1000, "%": 0.01}
_SHORT = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Promise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence. `numbers`: how one is written, and whose value it is."""

    page: str
    says: str
    test: str
    numbers: Mapping[str, str] = {}


PROMISES = msgspec.convert(
    tomllib.loads(Path(__file__).with_name("promises.toml").read_text("utf-8"))["promise"],
    list[Promise],
)


def amount(text: str) -> float:
    """`ten minutes`, `an hour`, `512 MiB` or `20,000`, in seconds, bytes or ones."""
    number, _, unit = text.partition(" ")
    if number in _UNITS:
        number, unit = "a", number
    return (_WORDS.get(number) or float(number.replace(",", ""))) * _UNITS.get(unit, 1)


def value_of(name: str) -> float:
    """The value of a constant, or of a period of the rulebook."""
    module, _, path = name.partition(":")
    value: Any = period(path) if module == "period" else import_module(module)
    for part in path.split(".") if module != "period" else ():
        value = getattr(value, part)
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def numbers_of(alert: str) -> set[float]:
    """All numbers and times of an alert's rule."""
    for path in (ROOT / "deploy").glob("*/rules/*.yml"):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            for rule in group["rules"]:
                if rule.get("alert") == alert:
                    text = f"{rule['expr']} {rule.get('for', '')}"
                    times = re.findall(r"\b(\d+)([smhd])\b", text)
                    found = {float(number) * _SHORT[unit] for number, unit in times}
                    products = re.findall(r"\b(\d+) \* (\d+)\b", text)
                    found |= {float(one) * float(other) for one, other in products}
                    return found | {float(one) for one in re.findall(r"\b\d+(?:\.\d+)?\b", text)}
    raise LookupError(alert)


@each("promise", PROMISES, ids=lambda one: f"{one.page}: {one.says[:50]}")
def test_a_promise_stands_on_its_page_and_has_its_test_and_its_numbers(promise: Promise) -> None:
    lines = (ROOT / promise.page).read_text("utf-8").splitlines()
    text = " ".join(re.sub(r"^\s*(#|--)?\s*", "", line) for line in lines)
    assert promise.says in " ".join(text.split())
    file, _, name = promise.test.partition("::")
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.M), promise.test
    for written, constant in promise.numbers.items():
        assert re.search(rf"(?<!\w){written}(?!\w)", promise.says)
        kind, _, name = constant.partition(":")
        values = numbers_of(name) if kind == "alert" else {value_of(constant)}
        assert amount(written) in values, constant


def test_one_module_destroys_keys_and_one_class_asks_it() -> None:
    """What erases anything goes through the eraser, which asks for holds."""
    runs, asks = set(), set()
    for room in limits_of(ROOT).rooms:
        for path in (ROOT / room).rglob("*.py"):
            text, name = path.read_text("utf-8"), str(path.relative_to(ROOT))
            if any(
                f'"{word}' in text for word in ("destroy_keys", "destroy_single", "ratchet_keys")
            ):
                runs.add(name)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ImportFrom) and node.module == "ledger.erasure.destroying":
                    asks.add(name)
    assert runs == {"ledger/erasure/destroying.py"}
    assert asks == {"ledger/erasure/eraser.py"}
    deletes = [
        path.name
        for path in (ROOT / "ledger" / "sql").glob("*.sql")
        if re.search(r"DELETE FROM data_keys\b", path.read_text("utf-8"))
    ]
    assert sorted(deletes) == [
        "destroy_keys.sql",
        "destroy_keys_before.sql",
        "destroy_single_keys.sql",
        "ratchet_keys.sql",
    ]


def test_topics_forget_when_the_rulebook_says() -> None:
    files = [ROOT / "docker-compose.yml", ROOT / "deploy" / "confidential" / "docker-compose.yml"]
    assert "topics" in compose()["services"]
    for path in files:
        (kept,) = re.findall(r"retention\.ms=(\d+)", path.read_text("utf-8"))
        assert timedelta(milliseconds=int(kept)) == period("kafka-retention")


def test_the_guide_quotes_what_a_person_is_told() -> None:
    """Of a hold that may not be told, where nothing else keeps the data."""
    rules = tomllib.loads((ROOT / "rulebook" / "law" / "erasure_rules.toml").read_text("utf-8"))
    told = {
        rule["says"]
        for each in rules.values()
        for rule in each
        if rule.get("ground") == "undisclosed"
    }
    guide = " ".join((ROOT / "docs" / "how-to" / "erasure.md").read_text("utf-8").split())
    assert all(f"*{one}*" in guide for one in told), told
    assert told
