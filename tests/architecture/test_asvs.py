"""The page on OWASP ASVS 5.0 has each item of levels 1 and 2, and the tests that it names are there."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "asvs.md").read_text("utf-8")
# How many items of levels 1 and 2 each section has; those of level 3 come after them (version 5.0.0).
SECTIONS = {
    **{"1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1},
    **{"3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4},
    **{"5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5},
    **{"6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2},
    **{"8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4},
    **{"10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4},
    **{"11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2},
    **{"13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1},
    **{"16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2},
}
ITEMS = {
    f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)
}
_ITEM = r"(\d+\.\d+)\.(\d+)"


def named(text: str) -> Iterator[str]:
    """The items that a text names, one by one or as `6.2.1 to 6.2.12`."""
    for section, first, _, last in re.findall(rf"{_ITEM}(?: to {_ITEM})?", text):
        yield from (f"{section}.{number}" for number in range(int(first), int(last or first) + 1))


def rows() -> Iterator[list[str]]:
    """The cells of each row."""
    for line in PAGE.splitlines():
        if line.startswith("| ") and not line.startswith(("| item", "| ---")):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_each_item_has_its_place() -> None:
    assert len(ITEMS) == 253
    without_rows, *_ = PAGE.partition("\n## ")
    nothing_to_do = [*named(without_rows.partition("Of these items")[2])]
    done = [item for cells in rows() for item in named(cells[0])]
    assert sorted({*nothing_to_do, *done}) == sorted(ITEMS)
    assert len(nothing_to_do) + len(done) == len(ITEMS), "no item stands twice"


def test_each_row_names_tests_that_are_there_or_says_why_there_are_none() -> None:
    for cells in rows():
        assert len(cells) == 3, cells
        tests = re.findall(r"`([a-z/_]+\.py)`", cells[2])
        assert tests or cells[2].startswith("none"), cells
        assert [name for name in tests if not (ROOT / "tests" / name).is_file()] == []


def test_no_script_writes_markup_or_runs_a_text() -> None:
    scripts = [*(ROOT / "web" / "static").rglob("*.js")]
    assert len(scripts) > 3
    forbidden = re.compile(
        r"\b(?:inner|outer|insertAdjacent)HTML\b|document\.write|\beval\(|\bFunction\("
    )
    assert [path.name for path in scripts if forbidden.search(path.read_text("utf-8"))] == []
