"""A step of the tour of `ledger demo`."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.text import Text

__all__ = ["Step", "show_step"]


class Step(NamedTuple):
    """One step: what is shown, the arguments of the command that shows it, if one can, and the answer."""

    words: str
    command: str | None
    shown: Sequence[RenderableType]


def show_step(console: Console, number: int, step: Step, data_dir: Path) -> None:
    """Print a step with the command that does the same on this data directory."""
    console.print()
    console.print(Rule(f"{number}. {step.words}", align="left"))
    if step.command:
        command = f"$ ledger --data-dir {data_dir} {step.command}"
        console.print(Text(command, style="cyan"), soft_wrap=True)
    console.print(*step.shown)
