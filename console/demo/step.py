"""A step of the tour of `ledger demo`."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.text import Text


class Step(NamedTuple):
    """One step: what is shown, the arguments of the command that shows it, if one can, and the answer.

    `fine`: whether the answer is what it must be. `folder`: of another ledger in the data directory.
    """

    words: str
    command: str | None
    shown: Sequence[RenderableType]
    fine: bool = True
    folder: str = ""


def shown(
    steps: Iterable[Step], console: Console, data_dir: Path, after: int = 0
) -> Iterator[Step]:
    """Print each step, with the command that does the same on this data directory; numbered on `after`."""
    for number, step in enumerate(steps, after + 1):
        console.print()
        console.print(Rule(f"{number}. {step.words}", align="left"))
        if step.command:
            kind = "LEDGER_CONFIDENTIAL=1 " if step.folder else ""
            command = f"$ {kind}ledger --data-dir {data_dir / step.folder} {step.command}"
            console.print(Text(command, style="cyan"), soft_wrap=True)
        console.print(*step.shown)
        yield step
