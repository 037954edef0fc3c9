"""Pages that repeat the code say what the code says, and name nothing that is not there."""

import ast
import re
import subprocess
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from console.tree import CONFIDENTIAL_FILE, FILE
from deploy.sbom import LOCK, SOURCE_LOCK, TESTS_LOCK, pinned
from documents.columns import COLUMNS
from ledger.audit.inventory import inventory
from schemas import ALL_TYPES
from schemas.documents import schema_of
from tests.architecture import diagrams
from tests.architecture.documents import ROOT, SECTIONS, summarized, written
from tests.fixtures.cases import each

INVARIANTS = ROOT / "docs" / "explanation" / "invariants.md"


def tracked(*patterns: str) -> list[str]:
    """The files of the repository whose paths fit a pattern; all of them without one."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


@pytest.mark.parametrize("page", SECTIONS)
def test_a_page_says_what_the_code_says(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert text == written(text, dict(SECTIONS[page])), "run `make documents`"


def test_a_command_is_summarized_as_its_function_says() -> None:
    for file in (FILE, CONFIDENTIAL_FILE):
        table = file.read_text("utf-8")
        assert table == summarized(table), "run `make documents`"
    assert (
        summarized('find = ["people.show_found", "Otherwise."]\n')
        != 'find = ["people.show_found", "Otherwise."]\n'
    )


@pytest.mark.parametrize("name", diagrams.names())
def test_a_diagram_is_drawn_from_its_text(name: str) -> None:
    assert (diagrams.IMAGES / f"{name}.svg").read_text("utf-8") == diagrams.drawn(name), (
        "run `make documents`"
    )


def test_the_map_shows_every_room() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    rooms = project["tool"]["importlinter"]["root_packages"]
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for text in (page, (diagrams.TEXTS / "rooms.typ").read_text("utf-8")):
        missing = [room for room in rooms if f"`{room}/`" not in text]
        assert not missing
    described = re.findall(r"!\[([^\]]+)\]\(docs/images/rooms\.svg\)", page)[0]
    assert all(room in described for room in rooms)


def test_every_decision_is_listed_once_by_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(
        r"^- \[(.+)\]\((\d{4}-.+\.md)\)$", (folder / "README.md").read_text("utf-8"), re.M
    )
    titles = {
        path.name: path.read_text("utf-8").partition("\n")[0].removeprefix("# ")
        for path in folder.glob("0*.md")
    }
    assert sorted(listed) == sorted((title, name) for name, title in titles.items())


def test_every_number_of_a_decision_leads_to_a_page() -> None:
    """A number that is cited anywhere has its page, or stands in the table of those that were merged."""
    folder = ROOT / "docs" / "decisions"
    there = {int(path.name[:4]) for path in folder.glob("[0-9]*.md")}
    rows = re.findall(
        r"^\| ([\d, ]+) \| \[(\d+)\]\((\d{4})-", (folder / "README.md").read_text("utf-8"), re.M
    )
    merged = {int(one) for numbers, _, _ in rows for one in numbers.split(",")}
    assert all(int(name) == int(number) in there for _, name, number in rows)
    assert merged & there == set()
    cited = {
        int(number)
        for path in tracked("*.py", "*.md", "*.toml", "*.sql", "Makefile")
        for listed in re.findall(
            r"\bADRs? (\d+(?:(?:, | and )\d+)*)", (ROOT / path).read_text("utf-8")
        )
        for number in re.findall(r"\d+", listed)
    }
    assert len(cited) > 40
    assert cited - there - merged == set()


def test_readme_is_one_page() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_every_member_of_every_schema_is_named_in_the_contract() -> None:
    """Facts, members of facts, attributes: what a sender may write stands in docs/reference/events.md."""
    named = set(
        re.findall(r"`([a-z_0-9]+)`", (ROOT / "docs/reference/events.md").read_text("utf-8"))
    )
    members = {
        member
        for type in ALL_TYPES
        for part in (schema_of(type), *schema_of(type)["$defs"].values())
        for member in part.get("properties", {})
    }
    assert {"besides", "certifications", "list_kept", "remarks", "tracestate"} <= members
    assert members - named == set()
    sent = {"source", "id", "type", "topic", "partition", "offset", "code", "pointer", "words"}
    answer = (
        (ROOT / "docs/reference/events.md").read_text("utf-8").partition("{source, id,")[2][:80]
    )
    assert set(re.findall("[a-z]+", "source id" + answer.partition("}")[0])) == sent


@each("page", tracked("*.md"))
def test_what_a_page_links_to_exists(page: str) -> None:
    """What it names in backticks: `test_paths.py`."""
    text = (ROOT / page).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target
    for test in re.findall(
        r"`((?:unit|integration|contract|property|fault|architecture)/[\w./]+)`", text
    ):
        assert (ROOT / "tests" / test).exists(), test


def test_the_page_of_the_rulebook_names_files_and_functions_that_exist() -> None:
    text = (ROOT / "docs/explanation/rulebook.md").read_text("utf-8")
    files = {path.rpartition("/")[2] for path in tracked("rulebook/*.toml")}
    shown = set(re.findall(r"`(\w+\.toml)`", text))
    assert len(shown) >= 10
    assert shown <= files
    named = re.findall(r"`((?:rulebook|projections)[.\w]*)\.(\w+)`", text)
    assert len(named) >= 9
    for module, function in named:
        assert callable(getattr(import_module(module), function)), function


@pytest.mark.parametrize(("lock", "least"), [(LOCK, 40), (SOURCE_LOCK, 1), (TESTS_LOCK, 1)])
def test_the_lock_files_pin_by_hash_and_name_no_index(lock: Path, least: int) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    entries = list(pinned(text))
    assert len(entries) >= least
    assert all(entry.hashes for entry in entries)


def test_what_comes_as_source_is_built_by_what_the_lock_pins() -> None:
    (spark,) = pinned(SOURCE_LOCK.read_text("utf-8"))
    names = {entry.name for entry in pinned(LOCK.read_text("utf-8"))}
    assert {"editables", "hatchling", "py4j", "setuptools"} <= names
    assert spark.name not in names
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {r.name: r for r in map(Requirement, project["optional-dependencies"]["spark"])}
    assert spark.version in wanted[spark.name].specifier


@pytest.mark.parametrize(("path", "locks"), [("Makefile", 3), ("Dockerfile", 1)])
def test_whoever_installs_a_lock_file_looks_for_nothing_beyond_it(path: str, locks: int) -> None:
    """It would find releases that are newer than the file, and refuse them for want of a hash.

    Nor is anything built in isolation, with tools that are fetched for it without a hash.
    """
    text = (ROOT / path).read_text("utf-8").replace("\\\n", "")
    quiet = "".join(re.findall(r"^INSTALL := (.+)$", text, re.MULTILINE))
    lines = [line for line in text.splitlines() if "--require-hashes" in line]
    assert len(lines) == locks
    for line in lines:
        assert "--no-deps" in line.replace("$(INSTALL)", quiet)
        built = SOURCE_LOCK.name in line
        assert ("--no-build-isolation" if built else "--only-binary :all:") in line


def test_every_statement_file_says_what_it_is() -> None:
    for path in tracked("*.sql"):
        assert (ROOT / path).read_text("utf-8").startswith("-- "), path


def test_every_statement_file_is_used() -> None:
    code = "".join((ROOT / path).read_text("utf-8") for path in tracked("*.py"))
    for path in tracked("ledger/sql/*.sql", "consumers/sql/*.sql", "console/sql/*.sql"):
        if "migrations" not in path:
            name = path.rpartition("/")[2].removesuffix(".sql")
            assert f'"{name}"' in code, path


def test_code_holds_no_sql() -> None:
    pattern = re.compile(r"\"\"\"?\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|COPY)\s")
    for path in tracked("ledger/*.py", "projections/*.py", "consumers/*.py", "console/*.py"):
        assert not pattern.search((ROOT / path).read_text("utf-8")), path


def test_every_column_of_the_register_is_documented_in_its_order() -> None:
    page = (ROOT / "docs/how-to/registers.md").read_text("utf-8")
    lines = page.partition("| column | holds |")[2].partition("\n\n")[0].splitlines()[2:]
    named = [name for line in lines for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])]
    assert tuple(named) == COLUMNS


def test_every_kind_of_finding_is_on_the_page_of_the_audit() -> None:
    """Those that the inventory names, and those that the audit's own code writes as a text."""
    page = (ROOT / "docs" / "reference" / "audit.md").read_text("utf-8")
    (rows,) = re.findall(r"^\|---\|---\|\n((?:\|.*\n)+)", page, re.M)
    named = re.findall(
        r"`([a-z-]+)(…?)`", "\n".join(row.split("|")[1] for row in rows.split("\n")[:-1])
    )
    sources = [*(ROOT / "ledger" / "audit").rglob("*.py")]
    sources += [ROOT / "projections" / "following" / "inspection.py"]
    written_here = {
        kind
        for path in sources
        for kind in re.findall(r"\bnote\([^,\"]+, \"([a-z-]+)\"", path.read_text("utf-8"))
    }
    kinds = written_here | {kind for row in inventory().row for kind in row.finds}
    assert len(written_here) > 30
    assert "keys-not-looked-at" in page
    missing = [
        kind
        for kind in sorted(kinds - {"keys-not-looked-at"})
        if not any(kind.startswith(name) if more else kind == name for name, more in named)
    ]
    assert missing == []


def by_hand(path: Path) -> list[str]:
    """The tests of a file or a folder that each `make check` runs with cases that somebody wrote."""
    files = [path] if path.is_file() else sorted(path.rglob("test_*.py"))
    return [
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for made in ["".join(f"@{ast.unparse(one)}" for one in node.decorator_list)]
        if "@pytest.mark.campaign" not in made and ("@given(" not in made or "@example(" in made)
    ]


def test_no_invariant_hangs_on_draws_alone() -> None:
    """What is drawn widely every night is a third of that in `make check`, and is found there by luck."""
    page = INVARIANTS.read_text("utf-8")
    named = sorted({*re.findall(r"`(property/[\w.]+)`", page)})
    assert len(named) > 7
    assert [name for name in named if not by_hand(ROOT / "tests" / name)] == []


def test_a_test_with_written_cases_is_told_from_one_that_only_draws(tmp_path: Path) -> None:
    path = tmp_path / "test_some.py"
    path.write_text(
        "@given(a())\ndef test_drawn(): ...\n"
        "@given(a())\n@example(1)\ndef test_both(): ...\n"
        "@pytest.mark.campaign\ndef test_long(): ...\n"
        "class Kept:\n    def test_within(self): ...\n"
        "def helper(): ...\n"
    )
    assert sorted(by_hand(path)) == sorted(by_hand(tmp_path)) == ["test_both", "test_within"]


def test_every_invariant_names_a_test_and_files_that_exist() -> None:
    page = INVARIANTS.read_text("utf-8")
    (rows,) = re.findall(r"^\| invariant .*\n\|---.*\n((?:\|.*\n)+)", page, re.M)
    places = [
        ROOT,
        ROOT / "tests",
        ROOT / "ledger",
        ROOT / "schemas",
        ROOT / "web",
        ROOT / "application",
    ]
    named = 0
    for row in rows.splitlines():
        *_, enforced, tested, _ = row.split("|")
        tests = re.findall(r"`([\w/]+/[\w.]+)`", tested)
        assert tests or "`make check`" in tested, row
        assert not tests or any(by_hand(ROOT / "tests" / test) for test in tests), row
        assert all((ROOT / "tests" / test).exists() for test in tests), row
        for path in re.findall(r"`([\w/.-]+\.(?:py|sql|toml|md|html))`", enforced):
            named += 1
            is_there = any((place / path).exists() for place in places)
            assert is_there or ("/" not in path and [*ROOT.glob(f"[a-z]*/**/{path}")]), path
    assert named > 150
