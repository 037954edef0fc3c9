"""Writes the generated documents: `python -m schemas.generate [FOLDER]`.

Without a folder it writes beside this module, which is where they are committed. `python -m schemas.generate
--publish VERSION` adds the types that no release has to the schemas of a release.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from schemas import asyncapi
from schemas.bundle import bundled, unbundled
from schemas.catalogue import ALL_TYPES
from schemas.documents import schema_of
from schemas.library import EVENTS, released

EVENTS_ID: Final = "urn:voipzeker:ledger:schema:events"
_HERE = Path(__file__).parent


def documents() -> dict[str, Any]:
    """Every generated document by its path below `generated/`."""
    return {EVENTS: bundled(event_schemas(), EVENTS_ID), "asyncapi.json": asyncapi.document()}


def event_schemas() -> dict[str, Any]:
    """The schema of each event type by its name and version (`consent-given.v1`)."""
    return {f"{entry.name}.v{entry.version}": schema_of(entry.type) for entry in ALL_TYPES.values()}


def publish(version: str) -> None:
    """Add each type that no release has to the schemas of a release, whose other types stay as they are."""
    releases = released()
    known = {name for bundle in releases.values() for name in bundle["$defs"]}
    schemas = unbundled(releases[version]) if version in releases else {}
    schemas |= {name: schema for name, schema in event_schemas().items() if name not in known}
    _write(
        _HERE / "published" / f"{version}.schema.json", bundled(schemas, f"{EVENTS_ID}:{version}")
    )


def write(folder: Path) -> None:
    """Write every generated document below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        _write(folder / name, document)


def _write(path: Path, document: Any) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False)
    # A reference stands on one line, where it reads as the name that it is.
    path.write_text(re.sub(r'\{\s+("\$ref": "[^"]*")\s+\}', r"{\1}", text) + "\n", "utf-8")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--publish", version]:
            publish(version)
        case [folder]:
            write(Path(folder))
        case _:
            write(_HERE / "generated")
