"""Which answer each command prints with `--json`, and the JSON Schemas of all of them.

`python -m console.answers [FOLDER]` writes them; they are committed in `docs/reference/answers`.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from application.queries import holds

ANSWERS: Mapping[str, Any] = {
    "hold list": holds.HoldsInForce,
}
# Each line that these commands print is one JSON document of the type above.
ONE_A_LINE = frozenset[str]()


def schema_of(command: str) -> dict[str, Any]:
    """The JSON Schema of what a command prints. Raises KeyError for a command without an answer."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ledger {command} --json" + (", each line" if command in ONE_A_LINE else ""),
        **msgspec.json.schema(ANSWERS[command]),
    }


def write(folder: Path) -> None:
    """Write every schema into a folder, a file a command."""
    folder.mkdir(parents=True, exist_ok=True)
    for command in ANSWERS:
        path = folder / f"{command.replace(' ', '-')}.schema.json"
        document = json.dumps(schema_of(command), indent=1, ensure_ascii=False, sort_keys=True)
        path.write_text(document + "\n", "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference/answers"))
