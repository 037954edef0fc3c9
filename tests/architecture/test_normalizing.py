"""Texts of others are normalized in one place, in a time that grows with their length alone."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# One normalizes texts, piece by piece; the others single characters, in tables of what they read as.
TEXTS, CHARACTERS = "ledger/writing/packing.py", {"schemas/lookalikes.py"}
PLACES = (
    *("application", "archive", "bench", "console", "consumers", "documents", "host", "ledger"),
    *("projections", "rulebook", "sample", "schemas", "web"),
)


def calls(path: Path) -> list[ast.Call]:
    """The calls of `normalize` of `unicodedata` in a file."""
    text = path.read_text()
    if "unicodedata" not in text:
        return []
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [call for call in found if ast.unparse(call.func).endswith("normalize")]


def test_no_other_module_normalizes_a_text() -> None:
    found = {
        str(path.relative_to(ROOT)): calls(path)
        for place in PLACES
        for path in (ROOT / place).rglob("*.py")
        if calls(path)
    }
    assert set(found) == {TEXTS} | CHARACTERS
    for name in CHARACTERS:
        assert [ast.unparse(call.args[1]) for call in found[name]] == ["character"]
