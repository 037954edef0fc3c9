"""Every command that prints JSON has an answer of its own, whose JSON Schema is published as it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from msgspec import Struct
from typer.core import TyperGroup

from application.queries.registers import declaration
from console.answers import (
    ANSWERS,
    CONFIDENTIAL_ANSWERS,
    EVERY_ANSWER,
    ONE_A_LINE,
    schema_of,
    write,
)
from console.main import command_tree
from schemas.events import register
from schemas.facts import Facts
from tests.architecture.documents import ROOT

PUBLISHED = ROOT / "docs" / "reference"


WITHOUT_END = {"consume", "project", "upkeep", "run", "serve", "push", "witness", "demo"}
"""They run until they are told to stop, and answer nothing."""


def printing_json(group: TyperGroup, prefix: str = "", *, has: bool = True) -> Iterator[str]:
    """The names of all commands that have `--json`, or that have not."""
    for name, command in group.commands.items():
        path = f"{prefix} {name}".strip()
        if isinstance(command, TyperGroup):
            yield from printing_json(command, path, has=has)
        elif any("--json" in one.opts for one in command.params) == has:
            yield path


def test_every_command_that_answers_has_json() -> None:
    """The sample has events, which are JSON; letters and forms are documents of their own."""
    without = {*printing_json(command_tree(), has=False)}
    letters = {f"letter {of}" for of in ("announcement", "breach", "recipient", "request")}
    assert without == WITHOUT_END | letters | {"sample"}
    desk = {*printing_json(command_tree(confidential=True), has=False)}
    assert desk - without == {"order form", "order answer", "order letter"}


def test_every_command_that_prints_json_has_an_answer() -> None:
    commands = set(printing_json(command_tree()))
    assert len(commands) > 60
    assert ANSWERS.keys() == commands
    assert ANSWERS.keys() >= ONE_A_LINE
    assert list(ANSWERS) == sorted(ANSWERS)
    confidential = set(printing_json(command_tree(confidential=True)))
    assert CONFIDENTIAL_ANSWERS.keys() == confidential - commands
    assert list(CONFIDENTIAL_ANSWERS) == sorted(CONFIDENTIAL_ANSWERS)


def test_the_published_schemas_are_those_of_the_code(tmp_path: Path) -> None:
    write(tmp_path / "answers")
    published, made = (
        {
            f"{path.parent.name}/{path.name}": path.read_text("utf-8")
            for path in folder.glob("*/*.json")
        }
        for folder in (PUBLISHED, tmp_path)
    )
    assert published == made, "run `python -m console.answers`"


@pytest.mark.parametrize("command", EVERY_ANSWER)
def test_a_schema_is_one_and_says_what_its_answer_is(command: str) -> None:
    schema: Any = schema_of(command)
    jsonschema_rs.validator_for(schema)
    undescribed = [
        name
        for name, one in schema["$defs"].items()
        if one.get("properties") and "description" not in one
    ]
    assert undescribed == []


@pytest.mark.parametrize(
    ("shown", "sent"),
    [
        (declaration.Declaration, register.ProcessingActivityDeclared),
        (declaration.DeclaredPurpose, register.Purpose),
        (declaration.Safeguard, register.Safeguard),
    ],
)
def test_the_register_shows_every_member_that_a_declaration_may_have(
    shown: type[Struct], sent: type[Struct]
) -> None:
    common = set(Facts.__struct_fields__) if issubclass(sent, Facts) else set()
    assert set(shown.__struct_fields__) == set(sent.__struct_fields__) - common
