"""Each bound that the documents tell is the constant's, has a test, and none is missing."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.bounds import ROOT, Bound, bounds, sounding, value_of
from tests.architecture.shape import limits_of

ROOMS = limits_of(ROOT).rooms
ALL = [bound for section in bounds().section for bound in section.bound]
ELSEWHERE = [constant for listed in bounds().elsewhere.values() for constant in listed]


@pytest.mark.parametrize("bound", ALL, ids=lambda bound: bound.what[:60])
def test_a_bound_has_a_value_or_says_from_what_it_follows(bound: Bound) -> None:
    assert bool(bound.constants) != bool(bound.by)
    for constant in bound.constants:
        assert value_of(constant) > 0


@pytest.mark.parametrize(
    "bound", [bound for bound in ALL if bound.constants], ids=lambda bound: bound.what[:60]
)
def test_a_bound_has_a_test(bound: Bound) -> None:
    file, _, name = bound.test.partition("::")
    text = (ROOT / file).read_text("utf-8")
    assert re.search(rf"^def {name}\(", text, re.M), bound.test


def test_what_has_no_test_says_why() -> None:
    without = [bound for bound in ALL if bound.test.startswith("none")]
    assert not [bound for bound in without if bound.constants]
    for bound in (bound for bound in ALL if not bound.constants and bound not in without):
        test_a_bound_has_a_test(bound)


def test_every_constant_that_sounds_like_a_bound_is_told_or_is_none() -> None:
    told = {constant.partition(".BOUNDS")[0] for bound in ALL for constant in bound.constants}
    told |= {constant.rpartition(":")[0] + ":" + constant.rpartition(":")[2] for constant in told}
    found = set(sounding(ROOMS))
    assert found - told - {*ELSEWHERE} == set(), "tell it in tests/architecture/bounds.toml"
    assert {*ELSEWHERE} - found == set(), "it is no longer there"
    assert not {*ELSEWHERE} & told


WITHOUT_END = {"read_bytes", "read_text", "readlines"}
OWN = ("__file__", "files(", "STATIC", "_FOLDER", "_ROOT")
"""Of an expression that names a file which comes with the program."""
WHOLE = {
    "console/demo/": "files and answers that the demonstration made itself",
    "console/tree.py": "tables of the program",
    "web/words.py": "tables of the program",
    "schemas/library.py": "schemas of the program",
    "host/reader.py": "the kernel's record of a login",
    "ledger/audit/server/fingerprint.py": "fresh catalogues that come with the program",
    "host/running/alive.py": "the kernel's record of a process",
    "ledger/embedded/": "files of the embedded server, in its own folder",
}
"""What is read as far as it goes, and why it may be: nobody else writes it."""


def reads(tree: ast.Module) -> Iterator[str]:
    """What is read as far as it goes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if name in WITHOUT_END or (name in {"read", "readline"} and not node.args):
                yield ast.unparse(node.func)


def test_what_others_write_is_read_to_a_bound() -> None:
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if name.startswith(tuple(WHOLE)):
                continue
            texts = reads(ast.parse(path.read_text("utf-8")))
            found += [f"{name}: {text}" for text in texts if not any(own in text for own in OWN)]
    assert found == []


KNOWN = {
    r"\burlopen\b|^import requests\b|\bHTTPS?Connection\(": {
        "host/running/serving.py": "asks a process of this program",
        "host/running/receivers.py": "reads so many bytes of an answer, and keeps none",
        "console/demo/browser.py": "asks the console that it started",
    },
    r"\bAsyncClient\(|httpx2\.Client\(": {"ledger/http.py": "asks everybody else"},
    r"\b(zlib|gzip|bz2|lzma)\.decompress\(": {
        "archive/spark/sorting.py": "what this program sent to its own executors",
        "ledger/audit/server/fingerprint.py": "fresh catalogues that come with the program",
    },
    r"\bdecompressobj\(": {
        "ledger/backup/restoring.py": "in blocks",
        "consumers/expanding.py": "in parts, to a bound",
    },
    r"\bZstdDecompressor\(": {
        "ledger/storage/compression.py": "to a bound",
        "consumers/expanding.py": "in parts, to a bound",
    },
    r"\bParquetFile\(": {"archive/segment.py": "after its pages were measured"},
    r"\bjson\.decode\(|\bjson\.loads\(": {
        "schemas/": "messages, each refused as no JSON when it is too deep",
        "web/resources/programs.py": "examples of the program",
        "ledger/crypto/": "what this ledger sealed",
        "ledger/audit/custody/journal.py": "lines that were read before",
        "consumers/": "messages, and lines that orjson reads, which has a depth",
        "documents/order_forms/typed.py": "forms, refused when they are too deep",
        "projections/": "rows of views",
        "console/commands/contract.py": "examples of the program",
        "host/secret_codes.py": "a file whose signature was checked, up to a bound",
    },
}
"""What makes more of something, or asks others: in which files, and why there."""


@pytest.mark.parametrize("pattern", KNOWN)
def test_nothing_else_expands_or_asks(pattern: str) -> None:
    known = tuple(KNOWN[pattern])
    found = [
        name
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if re.search(pattern, path.read_text("utf-8"), re.M)
        and not (name := str(path.relative_to(ROOT))).startswith(known)
    ]
    assert found == []
