"""What a person meant who typed a command, or set a variable, that does not exist.

Words that people use for a command are data (`synonyms.toml`); else it is what is spelled alike. What was
typed is never repeated: behind a slip there may be anything.
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from host.setting_list import PREFIX, REPLACED, SETTINGS

_EVERYWHERE = "everywhere"
_MOST = 3
_LIKENESS = 0.7
# Variables of this program that are no settings: of a supervisor's parts, and of its tests.
_NO_SETTINGS = (f"{PREFIX}RUN_ID", f"{PREFIX}SUPERVISOR_PID", f"{PREFIX}FAULT_SEED")
_OF_TESTS = f"{PREFIX}TEST"


def synonyms() -> Mapping[str, Mapping[str, list[str]]]:
    """By group, or everywhere: word -> commands."""
    return tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text("utf-8"))


def commands_meant(word: str, group: str, known: Iterable[str]) -> list[str]:
    """Commands that a word may mean in a group ("" is the program), the likeliest first.

    `known`: all there are. A synonym that is known says all; else what is spelled alike, here first.
    """
    typed = word.casefold().replace("_", "-")
    known = list(known)
    tables = synonyms()
    for table in (tables.get(group, {}), tables[_EVERYWHERE]):
        paths = [path for path in table.get(typed, ()) if path in known and path != group]
        if paths:
            return paths
    here = [path for path in known if path.rpartition(" ")[0] == group]
    return list(dict.fromkeys([*_alike(typed, here), *_alike(typed, known)]))[:_MOST]


def _alike(typed: str, paths: Iterable[str]) -> list[str]:
    """Commands whose last word is spelled alike."""
    by_name: dict[str, list[str]] = {}
    for path in paths:
        by_name.setdefault(path.rpartition(" ")[2], []).append(path)
    return [
        path
        for name in get_close_matches(typed, by_name, cutoff=_LIKENESS)
        for path in by_name[name]
    ]


def unknown_variables(names: Collection[str]) -> list[tuple[str, str | None]]:
    """Variables that look like a setting and are none, sorted, each with the setting that was meant, if any.

    That is the one which took its place, or one spelled alike.
    """
    variables = {setting.variable.removeprefix(PREFIX): setting.variable for setting in SETTINGS}
    odd = sorted(
        name
        for name in names
        if name.startswith(PREFIX)
        and not name.startswith(_OF_TESTS)
        and name not in {*variables.values(), *_NO_SETTINGS}
    )
    matches = (get_close_matches(name.removeprefix(PREFIX), variables, n=1) for name in odd)
    return [
        (name, REPLACED.get(name) or (variables[match[0]] if match else None))
        for name, match in zip(odd, matches, strict=True)
    ]
