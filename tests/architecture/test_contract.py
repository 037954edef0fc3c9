"""What keeps the contract and the rulebook sound as the code around them grows."""

import ast
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.build import build_wheel
from msgspec import inspect

from schemas import ALL_TYPES
from schemas.envelope import Envelope
from schemas.generate import documents
from schemas.shapes import shape_of
from tests.fixtures.cases import each

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {"schemas": {"schemas"}, "rulebook": {"rulebook", "schemas"}}
PROJECT = {"ledger", "projections", "consumers", "schemas", "rulebook"}
PROJECT |= {"application", "documents", "host", "console", "sample", "archive"}
IMPURE = {"os", "socket", "subprocess", "time", "random", "psycopg", "kafka", "prometheus_client"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(module: Path) -> Iterator[str]:
    """The first part of the name of everything that a module imports."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_go_down_only(package: str) -> None:
    for module in modules(package):
        names = set(imported(module))
        assert names & PROJECT <= MAY_IMPORT[package], module
        assert not names & IMPURE, module


@pytest.mark.parametrize("package", [*MAY_IMPORT, "application", "documents"])
def test_nothing_reads_a_clock(package: str) -> None:
    for module in modules(package):
        assert not re.search(r"\b(now|utcnow|today)\(\)", module.read_text("utf-8")), module


def unions(info: inspect.Type) -> Iterator[inspect.UnionType]:
    """Every union inside a type."""
    if isinstance(info, inspect.UnionType):
        yield info
        inner: tuple[inspect.Type, ...] = info.types
    elif isinstance(info, inspect.StructType):
        inner = tuple(field.type for field in info.fields)
    elif isinstance(info, inspect.ListType):
        inner = (info.item_type,)
    elif isinstance(info, inspect.DictType):
        inner = (info.key_type, info.value_type)
    elif isinstance(info, inspect.Metadata):
        inner = (info.type,)
    else:
        inner = ()
    for part in inner:
        yield from unions(part)


def bare(info: inspect.Type) -> inspect.Type:
    return bare(info.type) if isinstance(info, inspect.Metadata) else info


@each("struct", [Envelope, *(entry.data for entry in ALL_TYPES.values())])
def test_no_union_crashes_the_garbage_collector(struct: type) -> None:
    """A pattern in a union with a list, map or struct crashes msgspec's traversal (issue 717)."""
    for union in unions(shape_of(struct)):
        kinds = [bare(kind) for kind in union.types]
        if any(isinstance(kind, inspect.StrType) and kind.pattern for kind in kinds):
            assert not any(
                isinstance(kind, inspect.ListType | inspect.DictType | inspect.StructType)
                for kind in kinds
            )


USE = """
import json, sys
from datetime import datetime, timezone
import rulebook, schemas
from schemas.asyncapi import document
from schemas.library import examples_of, published
intake = schemas.AdmissionRules(secrecy=rulebook.secrecy())
now = datetime(2026, 12, 1, tzinfo=timezone.utc)
event = schemas.decode(examples_of("consent-given")["normal"], intake, now)
assert isinstance(event, schemas.Event), event
print(json.dumps([schemas.__file__, rulebook.__file__, len(published()), len(document())]))
"""


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_the_packages_work_from_a_wheel(seed: str, tmp_path: Path) -> None:
    wheel = tmp_path / _wheel(tmp_path)
    unpacked = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONHASHSEED": seed}
    used = subprocess.run(
        [sys.executable, "-c", USE],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert used.returncode == 0, used.stderr
    schemas_file, rulebook_file, published_types, _ = json.loads(used.stdout)
    assert Path(schemas_file).is_relative_to(unpacked)
    assert Path(rulebook_file).is_relative_to(unpacked)
    assert published_types == len(ALL_TYPES)


def _wheel(folder: Path) -> str:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return build_wheel(str(folder))
    finally:
        os.chdir(before)


def test_every_generated_document_is_committed_and_no_other() -> None:
    folder = ROOT / "schemas" / "generated"
    committed = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert committed == documents().keys()


def test_examples_are_of_known_types() -> None:
    folders = {path.name for path in (ROOT / "schemas" / "examples").iterdir()}
    assert folders == {f"{entry.name}.v{entry.version}" for entry in ALL_TYPES.values()}
