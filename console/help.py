"""What `--help` prints: usage, what the command does, then its arguments and options by panel.

As text, word by word: a name of a flag or variable is never cut, whatever the width, and words in square
brackets are not taken for markup. A name that is too long for its column has a line of its own.
"""

import shutil
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import typer

_WIDEST = 110
_INDENT = 2
_NAMES = 26
"""Columns for the names of options and commands."""
_PANELS = {"argument": "Arguments", "option": "Options"}


def help_of(command: Any, ctx: Any, commands: Iterable[tuple[str, str, str]]) -> str:
    """The help of a command. `commands`: of a group, by panel, name and summary."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    # An optional argument whose metavar has brackets gets a second pair from Typer.
    usage = usage.replace("[[", "[").replace("]]", "]")
    parts = [_filled(f"Usage: {usage}", width, "", "       ")]
    parts += _paragraphs(command.help, width)
    panels: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None:
            panel = parameter.rich_help_panel or _PANELS[parameter.param_type_name]
            panels.setdefault(panel, []).append(_without_kind(record))
    for panel, name, summary in commands:
        panels.setdefault(panel, []).append((name, summary))
    parts += [_panel(name, rows, width) for name, rows in panels.items()]
    parts += _paragraphs(command.epilog, width)
    return "\n\n".join(parts)


def _without_kind(record: tuple[str, str]) -> tuple[str, str]:
    """The record without the type that Typer puts behind an argument's name: it tells people nothing."""
    name, text = record
    return name.removesuffix(" <str>").removesuffix(" <path>").removesuffix(" <int>"), text


def _paragraphs(text: str | None, width: int) -> Iterator[str]:
    for paragraph in (text or "").strip().split("\n\n"):
        if paragraph:
            yield _filled(paragraph, width, " " * _INDENT)


def _panel(name: str, rows: Iterable[tuple[str, str]], width: int) -> str:
    return "\n".join([typer.style(name, bold=True), *(_row(*row, width) for row in rows)])


def _row(name: str, text: str, width: int) -> str:
    start, column = " " * _INDENT + name, _INDENT + _NAMES
    if len(start) >= column - 1:
        return f"{start}\n{_filled(text, width, ' ' * column)}" if text else start
    return _filled(text, width, start.ljust(column), " " * column) if text else start


def _filled(text: str, width: int, first: str, rest: str | None = None) -> str:
    return textwrap.fill(
        " ".join(text.split()),
        width,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
