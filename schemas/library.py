"""The documents that ship with the package: examples, generated and published schemas.

Read-only, through importlib.resources, so that an installed wheel works without the checkout.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import msgspec

_ROOT = files("schemas")
EVENTS: Final = "events.schema.json"
"""The generated schemas of all event types, in one document."""


def examples_of(name: str, version: int = 1) -> dict[str, bytes]:
    """The examples of an event type by name (`consent-given`): label -> structured event.

    Every type has `normal` and at least one `edge-…`. Raises FileNotFoundError for an unknown type.
    """
    folder = _ROOT.joinpath("examples", f"{name}.v{version}")
    return {label: file.read_bytes() for label, file in _json_files(folder, ".json")}


def generated(document: str) -> Any:
    """A generated document by its path below `generated/`, parsed."""
    return msgspec.json.decode(_ROOT.joinpath("generated", document).read_bytes())


def published() -> dict[str, dict[str, Any]]:
    """The schemas of every release, oldest first: full type -> its schema in each release that has it.

    Releases are named after the version of the software that first carried the schema.
    """
    history: dict[str, dict[str, Any]] = {}
    for release, bundle in released().items():
        definitions = bundle["$defs"]
        for name, schema in definitions.items():
            if ".v" in name:
                history.setdefault(f"nl.voipzeker.ledger.{name}", {})[release] = schema | {
                    "$defs": definitions
                }
    return history


def released() -> dict[str, Any]:
    """The bundle of schemas of each release by its version, oldest first."""
    files = dict(_json_files(_ROOT.joinpath("published"), ".schema.json"))
    return {
        version: msgspec.json.decode(files[version].read_bytes())
        for version in sorted(files, key=_numbers)
    }


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _json_files(folder: Traversable, ending: str) -> Iterator[tuple[str, Traversable]]:
    """The files of a folder with an ending, by name without it."""
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(ending):
            yield file.name.removesuffix(ending), file
