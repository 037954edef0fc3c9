"""Whether functions and files are small: `make lint` runs it over every room of the product.

Linters count the branches of statements, so a function may hide twenty of them in one comprehension. Here
each `for` and `if` of a comprehension counts, and each `and`, `or` and branch of a function inside.
The limits and the rooms are in `pyproject.toml` under `[tool.shape]`; ADR 0068 says why we count ourselves.
"""

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Limits(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What `[tool.shape]` allows; each number is the largest that passes."""

    rooms: tuple[str, ...]
    file_lines: int
    function_lines: int
    parameters: int
    complexity: int


class Measured(msgspec.Struct, frozen=True):
    """One function with its figures. Lines are counted from `def` to the last one, the docstring too."""

    file: str
    line: int
    name: str
    lines: int
    parameters: int
    complexity: int
    # A command's own signature is its flags, of which there are as many as there are.
    is_command: bool


class Offender(msgspec.Struct, frozen=True, order=True):
    """What is beyond a limit, and how to find it."""

    file: str
    line: int
    says: str


def complexity_of(function: Function) -> int:
    """One, and one more for each way that the function or a function inside it can take."""
    return 1 + sum(_branches(node) for node in ast.walk(function))


def _branches(node: ast.AST) -> int:
    match node:
        case ast.For() | ast.AsyncFor() | ast.While():
            return 1 + bool(node.orelse)
        case ast.If() | ast.IfExp() | ast.ExceptHandler() | ast.Assert():
            return 1
        case ast.Try():
            return int(bool(node.orelse))
        case ast.BoolOp():
            return len(node.values) - 1
        case ast.comprehension():
            return 1 + len(node.ifs)
        case ast.match_case():
            return int(not _takes_all(node))
        case _:
            return 0


def _takes_all(case: ast.match_case) -> bool:
    """Whether this is `case _:` or a bare name, which is an `else`."""
    is_bare = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
    return is_bare and case.guard is None


def parameters_of(function: Function) -> int:
    """How many values a signature names; `self` and `cls` are not passed, `*` and `**` are not named."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return sum(argument.arg not in {"self", "cls"} for argument in named)


def commands_in(tree: ast.Module) -> set[str]:
    """The functions whose signatures are flags: decorated as a command is, by Typer or by the house."""
    functions = (node for node in ast.walk(tree) if isinstance(node, Function))
    return {each.name for each in functions if any(map(_makes_flags, each.decorator_list))}


def _makes_flags(decorator: ast.expr) -> bool:
    """Whether this is `@configured(…)`, `@spoken_to` or `@….callback(…)`."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    named = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return named in {"configured", "spoken_to", "callback"}


def measure_all(sources: Mapping[str, str]) -> list[Measured]:
    """Each function of some files."""
    trees = {file: ast.parse(source, file) for file, source in sources.items()}
    return [each for file, tree in trees.items() for each in measure(tree, file)]


def measure(tree: ast.Module, file: str) -> Iterator[Measured]:
    """Each function of a file, those inside others too."""
    commands = commands_in(tree)
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield Measured(
                file=file,
                line=node.lineno,
                name=node.name,
                lines=(node.end_lineno or node.lineno) - node.lineno + 1,
                parameters=parameters_of(node),
                complexity=complexity_of(node),
                is_command=node.name in commands,
            )


def _beyond(function: Measured, limits: Limits) -> Iterator[str]:
    if function.lines > limits.function_lines:
        yield f"has {function.lines} lines, at most {limits.function_lines} allowed"
    if function.parameters > limits.parameters and not function.is_command:
        yield f"has {function.parameters} parameters, at most {limits.parameters} allowed"
    if function.complexity > limits.complexity:
        yield f"has a complexity of {function.complexity}, at most {limits.complexity} allowed"


def of_functions(functions: Iterable[Measured], limits: Limits) -> Iterator[Offender]:
    """Each function that is beyond a limit of its own, once for each such limit."""
    for function in functions:
        for says in _beyond(function, limits):
            yield Offender(function.file, function.line, f"{function.name} {says}")


def of_file(source: str, file: str, limits: Limits) -> Iterator[Offender]:
    """A file that has too many lines."""
    lines = len(source.splitlines())
    if lines > limits.file_lines:
        yield Offender(file, 1, f"has {lines} lines, at most {limits.file_lines} allowed")


def sources_of(root: Path, limits: Limits) -> dict[str, str]:
    """The text of every file of Python in the rooms, by its name from the root."""
    paths = (path for room in limits.rooms for path in sorted((root / room).rglob("*.py")))
    return {str(path.relative_to(root)): path.read_text("utf-8") for path in paths}


def offenders(sources: Mapping[str, str], limits: Limits) -> list[Offender]:
    """All that is beyond a limit, in the order of files and lines."""
    functions = measure_all(sources)
    alone = [
        *(
            offender
            for file, source in sources.items()
            for offender in of_file(source, file, limits)
        ),
        *of_functions(functions, limits),
    ]
    return sorted(alone)


def limits_of(root: Path) -> Limits:
    """What `pyproject.toml` allows."""
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return msgspec.convert(settings["tool"]["shape"], Limits)


def main(root: Path = ROOT) -> int:
    """Print what is too large in any room; 1 when there is any, else 0."""
    limits = limits_of(root)
    found = offenders(sources_of(root, limits), limits)
    for offender in found:
        print(f"{offender.file}:{offender.line}: {offender.says}")
    print(f"shape: {len(found)} too large" if found else "shape: nothing is too large")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
