"""The bounds of the product: of what, their values from the constants, and the tests that show them."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import msgspec

from tests.architecture.reference import table

ROOT = Path(__file__).resolve().parents[2]
_FILE = Path(__file__).with_name("bounds.toml")
_SOUNDS_LIKE_ONE = re.compile(r"_?(?:[A-Z0-9]+_)*(?:MOST|LIMITS?|LONGEST|LARGEST)(?:_[A-Z0-9]+)*")


_HEAD = ["what", "bound", "beyond it", "constant", "test"]


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One bound. `constants`: `module:NAME`, or a member of one. `by`: in words, where it follows."""

    what: str
    beyond: str
    test: str
    constants: tuple[str, ...] = ()
    by: str = ""
    unit: str = ""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds of one kind."""

    title: str
    bound: tuple[Bound, ...]


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. `elsewhere`: constants that sound like a bound, by why they are none here."""

    section: tuple[Section, ...]
    elsewhere: Mapping[str, tuple[str, ...]]


def bounds() -> Bounds:
    """The file."""
    return msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), Bounds)


def value_of(constant: str) -> float:
    """The value of `module:NAME`, or of a member of it."""
    module, _, path = constant.partition(":")
    value = import_module(module)
    for name in path.split("."):
        value = getattr(value, name)
    assert isinstance(value, int | float), constant
    return value


def written(constant: str, unit: str) -> str:
    """A value as people read it."""
    value = value_of(constant)
    name = constant.rpartition(":")[2].rpartition(".")[2].lower()
    if not unit:
        is_time = name.endswith(("_s", "_seconds"))
        unit = "seconds" if is_time else "bytes" if name.endswith("bytes") else "numbers"
    if unit == "seconds":
        return f"{value:g} s"
    if unit == "bytes":
        for step, word in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
            if value % step == 0:
                return f"{int(value) // step:,} {word}"
        return f"{int(value):,} bytes"
    return f"{value:,}"


def page() -> str:
    """All sections, each with its table."""
    tables = (
        (section.title, table(_HEAD, map(_row, section.bound))) for section in bounds().section
    )
    return "\n\n".join(f"## {title}\n{rows}" for title, rows in tables)


def _row(bound: Bound) -> list[str]:
    values = ", ".join(written(constant, bound.unit) for constant in bound.constants)
    names = ", ".join(f"`{constant}`" for constant in bound.constants)
    test = bound.test if bound.test.startswith("none") else f"`{bound.test}`"
    return [bound.what, values or bound.by, bound.beyond, names or "none", test]


def sounding(rooms: tuple[str, ...]) -> Iterator[str]:
    """Constants of the product whose names say that something is bounded."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(
                ".__init__"
            )
            for name in _constants(ast.parse(path.read_text("utf-8"))):
                if _SOUNDS_LIKE_ONE.fullmatch(name):
                    yield f"{module}:{name}"


def _constants(tree: ast.Module) -> Iterator[str]:
    """Names of a module that are bound to something else than a name of another one."""
    for node in tree.body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (part.id for part in parts if isinstance(part, ast.Name))
