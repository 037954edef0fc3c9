"""Alters the code in many places, one at a time, and says which alterations no test notices.

`--draw` draws places by a seed from the modules of `table.toml` and writes them into `tried.tsv`, before the
first test runs; the former go, unless `--keep` is asked as well. Without it, what has no fate there yet is
tried, and its fate, the day and the test that noticed are written beside it. Whoever calls a mutant
equivalent writes that word and the reason there.
`--near` asks only the tests that are nearest: who is in a hurry lets the others wait.

Tests run in a copy of the repository: first those unit and property tests that pass the altered place, which
a run with coverage tells once, then the others of the area. Cosmic Ray (MIT) alters the code; `make mutants`
installs it beside the environment.
"""

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from warnings import catch_warnings, simplefilter

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutants"
TRIED = Path(__file__).parent / "tried.tsv"
sys.path.append(str(BUILD / "tool"))
TIMEOUT_S = 900
NEAR = "passed near"
"""The fate of what the nearest tests do not notice, until the others are asked."""
FILES, OF_FILE = 5, 25
"""Of how many files, and how many tests of each, are asked first."""
MEMORY_BYTES = 6 * 2**30
"""What a process of tests may take: a mutant that never ends fills it."""
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
OF_NO_ACT = "frozen=True", "slots=True", "gc=False"
"""Of these the checker of types is the judge, or memory."""
_NO_SUCH_TEST = 4
CALL = "NoCall"
"""A statement that is a call is left out: nothing is flushed, checked, noted or counted."""


class Mutant(NamedTuple):
    """One alteration: the n-th of a kind in a module, in a line; and what became of it."""

    area: str
    module: str
    line: int
    kind: str
    number: int
    fate: str = ""
    day: str = ""
    by: str = ""

    @classmethod
    def read(cls, line: str) -> "Mutant":
        area, module, place, kind, number, *rest = line.split("\t")
        return cls(area, module, int(place), kind, int(number), *rest)

    def __str__(self) -> str:
        return "\t".join(str(part) for part in self)


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
            nothing = parso.parse("pass").get_first_leaf()
            nothing.prefix = node.get_first_leaf().prefix
            node.children[0] = nothing
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


def pytest(place: Path, *asked: str) -> "subprocess.CompletedProcess[str]":
    """Runs tests of a copy, with what the copy holds."""
    options = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "--tb=no"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *asked],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES)),
    )


def covered(place: Path) -> Any:
    """Which unit and property test passes which line, kept until it is removed."""
    from coverage import CoverageData

    kept = BUILD / "coverage"
    if not kept.exists():
        pytest(
            place, "--cov", "--cov-context=test", "--cov-report=", "tests/unit", "tests/property"
        )
        shutil.move(place / ".coverage", kept)
    data = CoverageData(str(kept))
    data.read()
    return data


def nearest(data: Any, mutant: Mutant) -> list[str]:
    """The tests that pass a place: those of its line; of its module; or else the files that import that."""
    names = [name for name in data.measured_files() if name.endswith(f"/{mutant.module}")]
    lines = data.contexts_by_lineno(names[0]) if names else {}
    importing = [file.relative_to(ROOT).as_posix() for file in about(mutant.module)]
    for passed in (lines.get(mutant.line, []), [one for each in lines.values() for one in each]):
        of_file: dict[str, list[str]] = {}
        for test in sorted({one.partition("|")[0] for one in passed} - {""}):
            of_file.setdefault(test.partition("::")[0], []).append(test)
        # Few files: what a file imports costs more than its tests.
        files = sorted(of_file, key=lambda file: (file not in importing, len(of_file[file])))
        if files:
            return [test for file in files[:FILES] for test in of_file[file][:OF_FILE]]
    return importing[:FILES]


def about(path: str) -> list[Path]:
    """The files of tests that import a module."""
    module = path.removesuffix(".py").replace("/", ".")
    of_folder = " import ".join(module.rsplit(".", 1))
    files = sorted((ROOT / "tests").glob("*/**/test_*.py"))
    words = f"{module} import", of_folder
    return [file for file in files if any(word in file.read_text() for word in words)]


def run(place: Path, tests: Sequence[str]) -> tuple[str, list[str]]:
    """What the tests say: `survived` when all pass, `killed` when one fails, and which one that is."""
    try:
        done = pytest(place, "-x", *tests)
    except subprocess.TimeoutExpired:
        return "killed", ["a run that does not end"]
    if done.returncode == _NO_SUCH_TEST and any("::" in test for test in tests):
        return run(place, sorted({test.partition("::")[0] for test in tests}))
    said = [line.partition(" ") for line in done.stdout.splitlines()]
    # A name may have spaces; why it failed is behind a dash.
    failed = [
        test.partition(" - ")[0]
        for word, _, test in said
        if word in {"FAILED", "ERROR"} and ".py" in test
    ]
    # A module that cannot be imported is an error of collection or, in a plugin, of the start.
    fates = {0: "survived", 1: "killed", 2: "killed", 4: "killed"}
    return fates.get(done.returncode, f"status {done.returncode}"), failed


def tried(place: Path, mutant: Mutant, tests: Sequence[str], maker: Any) -> Mutant:
    """What became of a mutant under some tests, and on which day."""
    from cosmic_ray.mutating import mutate_code

    path = place / mutant.module
    code = path.read_text()
    try:
        path.write_text(mutate_code(code, maker, mutant.number))
        fate, failed = run(place, tests)
    finally:
        path.write_text(code)
    by = (failed or ["no test starts"])[0] if fate == "killed" else ""
    return mutant._replace(fate=fate, day=f"{datetime.now(UTC):%Y-%m-%d}", by=by)


def left_out(mutant: Mutant, maker: Any) -> str:
    """Why no test is asked about a mutant: none could be thanked. Empty where some are."""
    from cosmic_ray.mutating import mutate_code

    code = (ROOT / mutant.module).read_text()
    altered = mutate_code(code, maker, mutant.number)
    if altered is None:
        return "the place is no more"
    try:
        with catch_warnings():
            simplefilter("error")  # as in tests
            compile(altered, mutant.module, "exec")
    except SyntaxError:
        return "no program"
    before, after = (text.splitlines()[mutant.line - 1] for text in (code, altered))
    # Frozen, with slots, of what the collector knows.
    is_of_no_act = any(word in before and word not in after for word in OF_NO_ACT)
    return "how a record is made" if is_of_no_act else ""


def written(mutants: Sequence[Mutant]) -> None:
    head = [line for line in TRIED.read_text().splitlines() if line.startswith("#")]
    TRIED.write_text("".join(f"{line}\n" for line in [*head, *map(str, mutants)]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--draw", type=int, metavar="SEED", help="draw others")
    parser.add_argument("--keep", action="store_true", help="keep the former beside those drawn")
    parser.add_argument("--count", type=int, default=150, help="how many are drawn")
    parser.add_argument("--areas", nargs="+", help="draw in these areas of the table alone")
    parser.add_argument("--most", type=int, help="how many are tried now")
    parser.add_argument("--only", default="", help="try those again whose line has this text")
    parser.add_argument("--tests", nargs="+", help="the tests that are asked instead")
    parser.add_argument(
        "--near", action="store_true", help="ask only the tests that pass the place"
    )
    asked = parser.parse_args()
    table = tomllib.loads((Path(__file__).parent / "table.toml").read_text())
    if asked.draw is not None:
        within = {area: table[area] for area in asked.areas or table}
        written([*(known() if asked.keep else ()), *drawn(within, asked.draw, asked.count)])
    BUILD.mkdir(parents=True, exist_ok=True)
    mutants = known()
    wanted = [one for one in mutants if _is_wanted(one, asked)][: asked.most]
    place, makers, killers = copy(), operators(), set()
    data = covered(place)
    for mutant in wanted:
        others = table[mutant.area]["tests"]
        rounds = [asked.tests] if asked.tests else [nearest(data, mutant), others]
        if mutant.fate == NEAR or asked.near or asked.tests:
            rounds = rounds[:1] if asked.near or asked.tests else rounds[1:]
        now = judged(place, mutant, rounds, makers[mutant.kind])
        if now.fate == "survived" and (asked.near or asked.tests):
            now = now._replace(fate=NEAR)
        killers |= {now.by} if "::" in now.by else set()
        mutants[mutants.index(mutant)] = now
        written(mutants)
        print(now, flush=True)
    # A test that fails without any mutant kills nothing.
    if killers and (failed := run(place, sorted(killers))[1]):
        sys.exit(f"{failed[0]} fails without any mutant")
    counted = Counter((one.area, one.fate or "not tried") for one in mutants)
    for (area, fate), count in sorted(counted.items()):
        print(f"{area:12} {fate:11} {count}")


def _is_wanted(mutant: Mutant, asked: argparse.Namespace) -> bool:
    if asked.only:
        return asked.only in str(mutant)
    return not mutant.fate or (mutant.fate == NEAR and not asked.near)


def known() -> list[Mutant]:
    """What was drawn, and what became of it until now."""
    lines = TRIED.read_text().splitlines()
    return [Mutant.read(line) for line in lines if not line.startswith("#")]


def judged(place: Path, mutant: Mutant, rounds: Sequence[Sequence[str]], maker: Any) -> Mutant:
    """What became of a mutant under rounds of tests, of which a later one is asked where none noticed."""
    if why := left_out(mutant, maker):
        return mutant._replace(fate="left out", by=why)
    now = mutant._replace(fate="survived")
    for tests in rounds:
        if tests and now.fate == "survived":
            now = tried(place, mutant, tests, maker)
    return now


if __name__ == "__main__":
    main()
