"""The figures that `make lint` judges the house by are those that a reader would count by hand."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.architecture import shape
from tests.architecture.shape import ROOT, Limits, Measured, measure_all

LIMITS = Limits(
    rooms=("room",),
    file_lines=9,
    function_lines=4,
    parameters=2,
    complexity=3,
)


def only(source: str) -> Measured:
    """The outermost function of a source."""
    return measure_all({"room/file.py": dedent(source)})[0]


@pytest.mark.parametrize(
    ("body", "complexity"),
    [
        ("return a", 1),
        ("return [b for b in a]", 2),
        ("return {b for c in a if c if c.d for b in c if b}", 6),
        ("return all(b and c or d for b in a)", 4),
        ("return a if b else c", 2),
        ("return lambda: a or b", 2),
        ("assert a", 2),
        ("for b in a: pass\n    else: pass", 3),
        ("while a: pass", 2),
        ("if a: pass\n    elif b: pass\n    else: pass", 3),
        ("try: a()\n    except B: pass\n    except C: pass\n    else: pass\n    finally: pass", 4),
        ("match a:\n        case 1: pass\n        case 2 | 3: pass\n        case _: pass", 3),
        ("match a:\n        case b if b: pass", 2),
        ("def inner():\n        return a or b\n    return inner", 2),
    ],
)
def test_each_way_through_a_function_counts_once(body: str, complexity: int) -> None:
    assert only(f"def function(a):\n    {body}\n").complexity == complexity


def test_what_a_signature_names_counts_but_self() -> None:
    assert only("def function(self, a, /, b, *c, d=1, **e): pass").parameters == 3
    assert only("def function(cls): pass").parameters == 0


def test_lines_are_counted_from_def_to_the_end_without_decorators() -> None:
    measured = only('@decorated\ndef function():\n    """Say."""\n\n    return 1\n')
    assert (measured.line, measured.lines) == (2, 4)


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ('@configured("store")', True),
        ("@spoken_to", True),
        ('@app.callback("x")', True),
        ("@cached", False),
        ("@a.setter", False),
    ],
)
def test_the_flags_of_a_command_are_no_parameters_of_ours(decorator: str, expected: bool) -> None:
    function = f"{decorator}\ndef function(a, b, c): pass\n"
    assert only(function).is_command is expected
    says = [offender.says for offender in shape.of_functions([only(function)], LIMITS)]
    assert says == ([] if expected else ["function has 3 parameters, at most 2 allowed"])


def test_functions_inside_others_are_measured_too() -> None:
    names = [
        each.name
        for each in measure_all({"file.py": "class A:\n    def b(self):\n        def c(): pass\n"})
    ]
    assert names == ["b", "c"]


def test_what_is_at_a_limit_passes_and_what_is_beyond_it_is_named_with_its_place_and_figure() -> (
    None
):
    at_the_limit = "def function(a, b):\n    if a:\n        return b\n    return 1 if b else 2\n"
    assert shape.offenders({"room/file.py": at_the_limit}, LIMITS) == []
    beyond = (
        "\n" * 5
        + "def function(a, b, c):\n    if a and b:\n        return b\n\n    return 1 if b else 2\n"
    )
    said = [
        f"{each.file}:{each.line} {each.says}"
        for each in shape.offenders({"room/file.py": beyond}, LIMITS)
    ]
    assert said == [
        "room/file.py:1 has 10 lines, at most 9 allowed",
        "room/file.py:6 function has 3 parameters, at most 2 allowed",
        "room/file.py:6 function has 5 lines, at most 4 allowed",
        "room/file.py:6 function has a complexity of 4, at most 3 allowed",
    ]


def test_the_command_fails_with_what_is_beyond_a_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "file.py").write_text("def function(): return 1\n", "utf-8")
    assert shape.main(tmp_path) == 0
    assert capsys.readouterr().out == "shape: nothing is too large\n"
    (tmp_path / "ledger" / "file.py").write_text(
        "def function(a, b, c, d, e, f, g): return 1\n", "utf-8"
    )
    assert shape.main(tmp_path) == 1
    assert capsys.readouterr().out == (
        "ledger/file.py:1: function has 7 parameters, at most 6 allowed\nshape: 1 too large\n"
    )


def test_every_room_is_measured_and_make_lint_does_it() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench", "deploy"}
    assert set(shape.limits_of(ROOT).rooms) == rooms
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    assert "python -m tests.architecture.shape" in recipe
