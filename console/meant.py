"""What somebody meant who typed a command, or a variable, that is not there.

Words that people use for a command are data (`synonyms.toml`); else it is what is spelled alike. What was
typed is never repeated: behind a slip there may be anything.
"""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from host.setting_list import PREFIX, SETTINGS

_EVERYWHERE = "everywhere"
_MOST = 3
_LIKENESS = 0.7
# Variables of this program that are no settings: of a supervisor's parts, and of its tests.
_NO_SETTINGS = (f"{PREFIX}RUN_ID", f"{PREFIX}SUPERVISOR_PID", f"{PREFIX}FAULT_SEED")
_OF_TESTS = f"{PREFIX}TEST"


def synonyms() -> Mapping[str, Mapping[str, list[str]]]:
    """By group, or everywhere: word -> commands."""
    return tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text("utf-8"))


def commands_meant(word: str, group: str, program: object) -> list[str]:
    """Commands that a word may mean in a group ("" is the program), the likeliest first.

    `program`: the whole tree. A synonym that is known says all; else what is spelled alike, here first.
    """
    asked = word.casefold().replace("_", "-")
    known = dict(_paths(program, ()))
    tables = synonyms()
    for table in (tables.get(group, {}), tables[_EVERYWHERE]):
        if there := [one for one in table.get(asked, ()) if one in known and one != group]:
            return there
    here = [path for path in known if path.rpartition(" ")[0] == group]
    return list(dict.fromkeys([*_alike(asked, here), *_alike(asked, known)]))[:_MOST]


def _paths(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    """Every command and group below one, by its words."""
    for name, child in getattr(command, "commands", {}).items():
        yield " ".join((*path, name)), child
        yield from _paths(child, (*path, name))


def _alike(asked: str, paths: Iterable[str]) -> list[str]:
    """Commands whose last word is spelled alike."""
    by_name: dict[str, list[str]] = {}
    for path in paths:
        by_name.setdefault(path.rpartition(" ")[2], []).append(path)
    return [
        path
        for name in get_close_matches(asked, by_name, cutoff=_LIKENESS)
        for path in by_name[name]
    ]


def unknown_variables(names: Collection[str]) -> list[tuple[str, str | None]]:
    """Variables that look like settings and are none, sorted, each with the setting that is spelled alike."""
    known = {setting.variable.removeprefix(PREFIX): setting.variable for setting in SETTINGS}
    odd = sorted(
        name
        for name in names
        if name.startswith(PREFIX)
        and not name.startswith(_OF_TESTS)
        and name not in {*known.values(), *_NO_SETTINGS}
    )
    near = (get_close_matches(name.removeprefix(PREFIX), known, n=1) for name in odd)
    return [(name, known[one[0]] if one else None) for name, one in zip(odd, near, strict=True)]
