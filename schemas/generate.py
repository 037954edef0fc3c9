"""Writes the generated documents: `python -m schemas.generate [FOLDER]`.

Without a folder it writes beside this module, which is where they are committed.
"""

import json
import sys
from pathlib import Path
from typing import Any

from schemas import asyncapi
from schemas.catalogue import ALL_TYPES
from schemas.documents import schema_of


def documents() -> dict[str, Any]:
    """Every generated document by its path below `generated/`."""
    schemas = {
        f"json-schema/{entry.name}.v{entry.version}.schema.json": schema_of(entry.type)
        for entry in ALL_TYPES.values()
    }
    return {**schemas, "asyncapi.json": asyncapi.document()}


def write(folder: Path) -> None:
    """Write every generated document below a folder."""
    for name, document in documents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "generated")
