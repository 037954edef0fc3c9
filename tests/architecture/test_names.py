"""Code names event types by `schemas.names` and asks for members that some type has."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest
from msgspec.structs import fields

from schemas import ALL_TYPES, names
from tests.architecture import shape

TYPES = frozenset(entry.name for entry in ALL_TYPES.values())
MEMBERS = frozenset(field.name for entry in ALL_TYPES.values() for field in fields(entry.data))
# Codes that read as the name of an event type and are none: grounds of an erasure, what a period runs from, a
# topic of a person's file, the reason of a contract's end.
HOMONYMS = {
    "ledger/erasure/verdict.py": {"consent-withdrawn"},
    "rulebook/erasure.py": {"consent-withdrawn"},
    "rulebook/retention.py": {"contract-ended", "employment-ended"},
    "projections/keeping/erasing.py": {"consent-withdrawn"},
    "projections/keeping/retention.py": {"employment-ended"},
    "sample/chapters.py": {"contract-ended"},
    "sample/keeping.py": {"employment-ended"},
    "schemas/events/rights.py": {"consent-withdrawn"},
}


@cache
def trees() -> dict[str, ast.Module]:
    """Every file of the product, parsed, but the one with the names."""
    sources = shape.sources_of(shape.ROOT, shape.limits_of(shape.ROOT))
    return {file: ast.parse(text) for file, text in sources.items() if file != "schemas/names.py"}


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """The texts that name an event type."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            short = node.value.removeprefix(names.PREFIX)
            if node.value in TYPES or short.rpartition(".v")[0] in TYPES:
                yield node


def members_read(tree: ast.AST) -> Iterator[ast.Constant]:
    """The texts by which `event.facts[…]` and `event.facts.get(…)` ask for a member."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(
                value=ast.Attribute(ast.Name("event"), "facts"), slice=ast.Constant() as asked
            ):
                yield asked
            case ast.Call(
                func=ast.Attribute(ast.Attribute(ast.Name("event"), "facts"), "get"),
                args=[ast.Constant() as asked, *_],
            ):
                yield asked


def test_every_event_type_has_its_name_once_and_every_name_its_event_type() -> None:
    named = {
        name: value
        for name, value in vars(names).items()
        if name.isupper() and isinstance(value, str) and name != "PREFIX"
    }
    assert sorted(named.values()) == sorted(TYPES)
    assert all(name == value.upper().replace("-", "_") for name, value in named.items())


def test_no_file_of_the_product_writes_the_name_of_an_event_type_as_a_text() -> None:
    assert [
        f"{file}:{literal.lineno} {literal.value!r}"
        for file, tree in trees().items()
        for literal in literals(tree)
        if literal.value not in HOMONYMS.get(file, set())
    ] == []


def test_no_homonym_is_left_over() -> None:
    written = {
        file: {literal.value for literal in literals(tree)} for file, tree in trees().items()
    }
    assert {file: codes - written.get(file, set()) for file, codes in HOMONYMS.items()} == {
        file: set() for file in HOMONYMS
    }


def test_code_asks_events_only_for_members_that_some_type_has() -> None:
    assert [
        f"{file}:{asked.lineno} {asked.value!r}"
        for file, tree in trees().items()
        for asked in members_read(tree)
        if asked.value not in MEMBERS
    ] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('event.name == "consent-given"', ["consent-given"]),
        ('TYPE = "nl.voipzeker.ledger.consent-given.v2"', ["nl.voipzeker.ledger.consent-given.v2"]),
        ("event.name == names.CONSENT_GIVEN", []),
        ('"a consent-given of old"', []),
    ],
)
def test_a_text_is_found_with_and_without_prefix(source: str, found: list[str]) -> None:
    assert [literal.value for literal in literals(ast.parse(source))] == found


def test_a_misspelt_member_is_found() -> None:
    tree = ast.parse('event.facts["purpos"], event.facts.get("purpos", "")')
    assert [asked.value in MEMBERS for asked in members_read(tree)] == [False, False]
