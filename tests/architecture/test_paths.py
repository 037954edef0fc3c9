"""Every path in backticks on a page exists, and so does every function that the map names.

What is a path, and what it may be:

- A text in backticks is a path when it begins with a folder of the project (`ledger/…`), has the
  ending of a file (`rules.toml`), or ends in a slash (`pages/`), and has no other signs than a path.
- It is the whole path of a tracked file or folder, or the end of one (`tlog/signing/keys.py`), or it is read
  from the page's own folder.
- `*` stands for any name. A part in capitals (`NUMBER.zdict`), braces or angles (`<ref>`) is a placeholder
  for one. Either must match a tracked path.
- What the program or its user writes is not tracked: it stands in `WRITTEN`, with what writes it.
- CHANGELOG tells of the past: files that it names may be gone.
- A first part in capitals or braces (`{keys}/rows.key`) is a folder of an installation.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.documents import ROOT
from tests.architecture.test_documents import tracked
from tests.fixtures.cases import each

PAGES = [page for page in tracked("*.md") if page != "CHANGELOG.md"]
ENDINGS = "py|toml|sql|md|html|css|js|json|yml|typ|txt|svg|zdict|service|lock|xz|parquet"
_SIGNS = r"[\w.*<>{}-]+"
_PATH = re.compile(rf"{_SIGNS}(?:/{_SIGNS})*/?")
_PLACEHOLDER = re.compile(r"<[^>]*>|\{[^}]*\}|(?<![A-Za-z0-9])[A-Z][A-Z_]*(?![A-Za-z0-9_]|\.md)")

WRITTEN = {
    "build/site/index.html": "`make site`",
    "sbom.cdx.json": "`make sbom`",
    "register.html": "a command of a tutorial",
    "archive.json": "`ledger archive`: the manifest",
    "segments/*.parquet": "`ledger archive`",
    "segments/0000000000000000001.parquet": "`ledger archive`",
    "attributes.schema.json": "a file of the standard that a test reads under another name",
    "segments/": "`ledger archive`",
    "links/": "the ledger, in its key folder",
    "cluster.json": "the broker of the tests",
    "counts.json": "`ledger order counts`",
    "counts-whole.json": "`ledger order counts`",
    "docker-compose.override.yml": "an operator",
    "register.yml": "`ledger register --format fideslang`",
}
# Media types, and folders of an installation whose names are those of rooms.
NOT_PATHS = {"application/json", "application/cloudevents"}


@cache
def known() -> tuple[str, ...]:
    """Every tracked file, and every folder of one with a slash behind it."""
    files = tracked()
    folders = {f"{parent}/" for file in files for parent in Path(file).parents if parent != Path()}
    return (*files, *sorted(folders - {"./"}))


@cache
def rooms() -> frozenset[str]:
    return frozenset(file.partition("/")[0] for file in tracked() if "/" in file)


def paths_of(text: str) -> list[str]:
    """The texts in backticks that are paths; blocks of code are not read."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [one for one in re.findall(r"`([^`\n]+)`", prose) if is_path(one)]


def is_path(text: str) -> bool:
    """Whether a text is meant as a path of the project."""
    if not _PATH.fullmatch(text) or text in NOT_PATHS:
        return False
    first, slash, _ = text.partition("/")
    if slash and _PLACEHOLDER.fullmatch(first):
        return False
    is_folder = text.endswith("/") and text[0].islower()
    is_named = bool(re.search(rf"[^.]\.(?:{ENDINGS})$", text))
    return is_folder or is_named or bool(slash and first in rooms())


def exists(path: str, page: str) -> bool:
    """Whether a path is there: whole, as the end of one, or from the folder of the page."""
    pattern = "".join(
        "[^/]*" if part == "*" or _PLACEHOLDER.fullmatch(part) else re.escape(part)
        for part in re.split(rf"(\*|{_PLACEHOLDER.pattern})", path)
        if part
    )
    ending = re.compile(rf"(?:.*/)?{pattern.rstrip('/')}/?")
    return (ROOT / page).parent.joinpath(path).exists() or any(map(ending.fullmatch, known()))


@each("page", PAGES)
def test_every_path_in_backticks_exists(page: str) -> None:
    named = set(paths_of((ROOT / page).read_text("utf-8"))) - {*WRITTEN}
    assert sorted(path for path in named if not exists(path, page)) == []


def test_what_is_written_by_the_program_is_named_on_a_page() -> None:
    named = {path for page in PAGES for path in paths_of((ROOT / page).read_text("utf-8"))}
    assert {*WRITTEN} - named == set()
    assert [path for path in WRITTEN if path in known()] == []
    assert len(named) > 500


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("ledger/errors.py", True),
        ("ledger/error.py", False),
        ("ledger/errors", False),
        ("ledger/no_such_room/", False),
        ("legder/storage/", False),
        ("legder/errors.py", False),
        ("tlog/signing/keys.py", True),
        ("log/signing/keys.py", False),
        ("retention_rules.toml", True),
        ("ention_rules.toml", False),
        ("rulebook/*/rules.toml", True),
        ("rulebook/*/no_rules.toml", False),
        ("ledger/storage/dictionaries/NUMBER.zdict", True),
        ("ledger/storage/dictionaries/NUMBER.dict", False),
        ("ledger/audit/server/postgresql_VERSION.xz", True),
        ("docs/decisions/<decision>.md", True),
        ("NOTHING.md", False),
    ],
)
def test_a_path_is_told_from_one_that_is_not_there(text: str, there: bool) -> None:
    assert is_path(text)
    assert exists(text, "README.md") == there


@pytest.mark.parametrize(
    "text",
    [
        "customer/10023",
        "application/json",
        "{keys}/rows.key",
        "LEDGER_LOG_DIR/NAME",
        "a b.py",
        "/api/v1",
    ],
)
def test_what_is_no_path_of_the_project_is_not_looked_for(text: str) -> None:
    assert not is_path(text)


def names_in(path: str) -> set[str]:
    """Functions and classes of a module, and `Class.method`."""
    found = set()
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (one for one in node.body if isinstance(one, ast.FunctionDef))
            found |= {f"{node.name}.{method.name}" for method in methods}
    return found


def steps() -> list[tuple[str, str]]:
    """Files and functions of each step of the journeys, which stand in tables of five or four columns."""
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    tables = re.findall(
        r"^\| step \| file \| functions \|.*\n\|-.*\n((?:\|.*\n)+)", page, re.MULTILINE
    )
    cells = [row.split("|") for table in tables for row in table.splitlines()]
    return [(files, functions) for _, _, files, functions, *_ in cells]


def test_every_step_of_a_journey_names_functions_of_its_files() -> None:
    named = 0
    for files, functions in steps():
        modules = [path for path in re.findall(r"`([^`]+\.py)`", files)]
        there = set().union(*map(names_in, modules))
        for function in re.findall(r"`([^`]+)`", functions):
            named += 1
            assert function in there, (function, files)
        for module in modules if functions.strip() else ():
            assert names_in(module) & set(re.findall(r"`([^`]+)`", functions)), module
    assert named > 40
