"""The table of commands: each stands in it once, where it is written, and in a group that there is."""

import inspect
import re
from pathlib import Path

import console.commands
from console.tree import entries, function_of
from tests.fixtures.cases import each

ENTRIES = entries(confidential=True)
COMMANDS = {path: entry for path, entry in ENTRIES.items() if entry.function}
FOLDER = Path(console.commands.__file__).parent


@each("path", COMMANDS)
def test_a_command_is_written_where_its_row_says(path: str) -> None:
    function = function_of(COMMANDS[path])
    module, _, name = COMMANDS[path].function.partition(".")
    assert function.__name__ == name
    assert f"\ndef {name}(" in (FOLDER / f"{module}.py").read_text("utf-8")
    assert inspect.getdoc(function)


def test_every_function_that_is_configured_as_a_command_has_a_row() -> None:
    written = {
        f"{path.stem}.{name}"
        for path in FOLDER.glob("*.py")
        for name in re.findall(
            r"^@(?:configured|spoken_to)\b.*\ndef (\w+)", path.read_text(), re.MULTILINE
        )
    }
    rows = [entry.function for entry in COMMANDS.values()]
    assert len(rows) == len(set(rows))
    assert written
    assert not written - set(rows)


def test_a_command_of_a_group_stands_below_it_in_its_panel() -> None:
    within = {path: path.rpartition(" ")[0] for path in ENTRIES if " " in path}
    assert within
    for path, group in within.items():
        assert not ENTRIES[group].function
        assert ENTRIES[group].panel == ENTRIES[path].panel
    assert set(within.values()) == {path for path in ENTRIES if not ENTRIES[path].function}
