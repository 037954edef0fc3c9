"""Commands of this program as text: what a person is told to give next. Pure."""

import shlex
from collections.abc import Iterator, Sequence

UNNAMED = "SUBJECT"
"""What stands in a command for a person whose reference is not known."""


def command(*words: str | None, **options: str | Sequence[str] | bool | None) -> str:
    """A command of this program as a shell takes it; an option without a value is left out.

    A word that is not known, such as an erased person's reference, stands there as SUBJECT.
    """
    flags = [word for name, value in options.items() for word in _option(name, value)]
    return shlex.join(["ledger", *(UNNAMED if word is None else word for word in words), *flags])


def _option(name: str, value: str | Sequence[str] | bool | None) -> Iterator[str]:
    """A switch, or an option as often as it has values."""
    flag = f"--{name.replace('_', '-')}"
    if value is True:
        yield flag
    elif value:
        for text in [value] if isinstance(value, str) else value:
            yield from (flag, text)
