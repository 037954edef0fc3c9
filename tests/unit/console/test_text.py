"""What people see: no value can move the cursor, break a line or look like another one."""

import io

import pytest
from rich.console import Console

from console.show.text import Stack, pairs, table
from documents.text import clean


def printed(renderable: object) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(renderable)
    stream = console.file
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (3, "3"),
        (["a", "b"], "a, b"),
        ({"erased": True}, "(erased)"),
        ({"lost": True}, "(LOST)"),
        ({"a": 1, "b": ["c"]}, "a: 1; b: c"),
        ("Zoë 渡辺", "Zoë 渡辺"),
        ("a\x1b[31mb", "a\ufffd[31mb"),
        ("a\nb\tc\u202ed", "a\ufffdb\ufffdc\ufffdd"),
    ],
)
def test_clean(value: object, expected: str) -> None:
    assert clean(value) == expected


def test_markup_is_not_obeyed() -> None:
    shown = printed(table("[red]title", ("column",), [("[bold]value[/bold]",)]))
    assert "[bold]value[/bold]" in shown
    assert "[red]title" in shown


def test_an_empty_table_says_so() -> None:
    assert "nothing" in printed(table("title", ("column",), []))


def test_a_table_with_a_time_names_its_zone() -> None:
    instant = "2026-11-24T09:15:00.000000Z"
    assert "times: Europe/Amsterdam" in printed(table("title", ("when",), [(instant,)]))
    assert "times: Europe/Amsterdam" in printed(table(f"as of {instant}", ("what",), [("a",)]))
    assert "times: Europe/Amsterdam" in printed(pairs("title", [("at", Stack(["a", instant]))]))
    assert "times:" not in printed(table("title", ("when",), [("2026-11-24",)]))
    assert "times:" not in printed(pairs("title", [("on", "2026-11-24")]))


def test_a_stack_takes_a_line_for_each_value_that_is_there() -> None:
    shown = printed(pairs("title", [("name", Stack(["one", None, "", "two"]))]))
    lines = [line for line in shown.splitlines() if "one" in line or "two" in line]
    assert len(lines) == 2
