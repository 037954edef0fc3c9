"""Alters the code in many places, one at a time, and says which alterations no test notices.

What is altered is drawn by a seed from the modules of `table.toml`, and written down before the first test
runs. Tests run in a copy of the repository. Cosmic Ray (MIT) alters the code; `make mutants` installs it
beside the environment. What was tried is in `build/mutants/results.tsv`: the same command goes on from there.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutants"
sys.path.append(str(BUILD / "tool"))
TIMEOUT_S = 1800
# The others say the same in another way, or alter the types that are written with `|`.
KINDS = (
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceComparisonOperator",
    "ReplaceUnaryOperator",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ZeroIterationForLoop",
    "ExceptionReplacer",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Sub_BitAnd",
    "ReplaceBinaryOperator_BitAnd_BitOr",
)
CALL = "NoCall"
"""A statement that is a call is left out: nothing is flushed, checked, noted or counted."""


class Mutant(NamedTuple):
    """One alteration: the n-th of a kind in a module, in a line."""

    area: str
    module: str
    line: int
    kind: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.module}:{self.line}\t{self.kind}\t{self.number}"


def operators() -> dict[str, Any]:
    """What alters code, by kind."""
    import cosmic_ray.plugins as plugins
    import parso
    from cosmic_ray.operators.operator import Operator

    class NoCall(Operator):  # type: ignore[misc]
        def mutation_positions(self, node: Any) -> Iterator[Any]:
            if node.type == "simple_stmt" and is_call(node.children[0]):
                yield node.start_pos, node.end_pos

        def mutate(self, node: Any, index: int) -> Any:
            node.children[0] = parso.parse(f"{node.get_first_leaf().prefix}pass").children[0]
            return node

        @classmethod
        def examples(cls) -> Sequence[Any]:
            return ()

    found = {CALL: NoCall()}
    for name in sorted(plugins.operator_names()):
        kind = name.removeprefix("core/")
        if kind.startswith(KINDS):
            found[kind] = plugins.get_operator(name)()
    return found


def is_call(node: Any) -> bool:
    last = node.children[-1] if node.type == "atom_expr" else None
    return last is not None and last.type == "trailer" and last.children[0].value == "("


def places(area: str, module: str, makers: dict[str, Any]) -> Iterator[list[Mutant]]:
    """What can be altered in a module: of each place the ways in which it can."""
    from cosmic_ray.ast import ast_nodes, get_ast

    nodes = list(ast_nodes(get_ast((ROOT / module).read_text())))
    found: dict[tuple[Any, bool], list[Mutant]] = {}
    for kind, maker in makers.items():
        positions = (start for node in nodes for start, _ in maker.mutation_positions(node))
        for number, start in enumerate(positions):
            mutant = Mutant(area, module, start[0], kind, number)
            found.setdefault((start, kind == CALL), []).append(mutant)
    yield from found.values()


def drawn(table: dict[str, Any], seed: int, count: int) -> list[Mutant]:
    """The mutants of a seed, in the order in which they are tried."""
    chance, makers = random.Random(seed), operators()
    every = [
        ways
        for area, entry in table.items()
        for pattern in entry["modules"]
        for path in sorted(ROOT.glob(pattern))
        for ways in places(area, path.relative_to(ROOT).as_posix(), makers)
    ]
    return [chance.choice(ways) for ways in chance.sample(every, count)]


def copy() -> Path:
    """The repository as it is, without what git does not know, in a folder of its own."""
    place = BUILD / "copy"
    shutil.rmtree(place, ignore_errors=True)
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(listed, cwd=ROOT, text=True).splitlines():
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    return place


def run(place: Path, tests: Sequence[str]) -> tuple[str, list[str]]:
    """What the tests say: `survived` when all pass, `killed` when one fails, and which one that is."""
    options = ["-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "--tb=no"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environment = os.environ | {"PYTHONPATH": str(place)}
    try:
        done = subprocess.run(
            command,
            cwd=place,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "killed", []
    words = [line.split() for line in done.stdout.splitlines()]
    failed = [line[1] for line in words if line[:1] in (["FAILED"], ["ERROR"]) and "::" in line[1]]
    # A module that cannot be imported is an error of collection.
    fates = {0: "survived", 1: "killed", 2: "killed"}
    return fates.get(done.returncode, f"status {done.returncode}"), failed


def tried(place: Path, mutant: Mutant, tests: Sequence[str], maker: Any) -> str:
    """What became of a mutant. A test that fails without it as well kills nothing."""
    from cosmic_ray.mutating import mutate_code

    path = place / mutant.module
    code = path.read_text()
    path.write_text(mutate_code(code, maker, mutant.number))
    try:
        fate, failed = run(place, tests)
    finally:
        path.write_text(code)
    if failed and run(place, failed)[0] != "survived":
        sys.exit(f"{failed[0]} fails without any mutant")
    return fate


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=20261202)
    parser.add_argument("--count", type=int, default=150, help="how many are drawn")
    parser.add_argument(
        "--most", type=int, help="how many of them are tried, in the order of the draw"
    )
    asked = parser.parse_args()
    table = tomllib.loads((Path(__file__).parent / "table.toml").read_text())
    mutants, makers = drawn(table, asked.seed, asked.count), operators()
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "drawn.tsv").write_text("".join(f"{one.name}\n" for one in mutants))
    results = BUILD / "results.tsv"
    known = dict(
        line.rsplit("\t", 1)
        for line in (results.read_text() if results.exists() else "").splitlines()
    )
    place = copy()
    for mutant in mutants[: asked.most]:
        if mutant.name not in known:
            tests = table[mutant.area]["tests"]
            known[mutant.name] = tried(place, mutant, tests, makers[mutant.kind])
            with results.open("a") as file:
                file.write(f"{mutant.name}\t{known[mutant.name]}\n")
        print(known[mutant.name], mutant.name, sep="\t", flush=True)
    counted = Counter((one.area, known[one.name]) for one in mutants[: asked.most])
    for (area, fate), count in sorted(counted.items()):
        print(f"{area:12} {fate:10} {count}")


if __name__ == "__main__":
    main()
