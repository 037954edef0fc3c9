"""`docs/explanation/hard-cases.md` names a test for every hard case, and each of them exists."""

import ast
import re

from tests.architecture.documents import ROOT

# Of the list of the domain research, section 7.6; 1 and 2 need the confidential ledger.
CASES = {3, 4, 5, 6, 7, 8, 10, *range(12, 19), 20, 21}
_ROW = re.compile(r"^\| (\d+) \| .+ \| `(tests/[\w/]+\.py)::(test_\w+)` \|$", re.M)


def test_every_hard_case_is_shown_by_tests_that_exist() -> None:
    text = (ROOT / "docs" / "explanation" / "hard-cases.md").read_text()
    rows = _ROW.findall(text)
    assert {int(case) for case, _, _ in rows} == CASES
    assert len(rows) == text.count("::")
    for _, file, name in rows:
        assert name in _functions(file), f"{file} has no {name}"


def _functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
