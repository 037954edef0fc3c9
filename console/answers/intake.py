"""Answers about what came in: `ledger ingest`, `dead-letters retry`, `schema validate`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from consumers.files import IngestResult
from consumers.lines import Line
from consumers.pipeline import to_line, too_large
from consumers.retry import Retried
from ledger.intake import FileOrigin
from schemas import Intake, Rejection

__all__ = ["ingested", "retried_row", "validated"]


def ingested(result: IngestResult) -> dict[str, Any]:
    """What became of the lines. Nothing of a refused one is repeated."""
    return {
        "read": result.read,
        "recorded": result.recorded,
        "duplicates": result.duplicates,
        "rejected": result.rejected,
        "last_position": result.last_position,
        "rejections": [
            {"file": row.file, "line": row.line, "code": row.code.value, "pointer": row.pointer}
            for row in result.rejections
        ],
    }


def retried_row(retried: Retried) -> dict[str, Any]:
    """What became of a dead letter."""
    return {
        "letter": retried.letter,
        "outcome": retried.outcome,
        "code": retried.code.value if retried.code else None,
        "pointer": retried.pointer,
    }


def validated(lines: Iterable[Line], intake: Intake, now: datetime) -> dict[str, Any]:
    """What the contract says of each line, without a ledger: duplicates are not looked for."""
    read, rejections = 0, []
    for line in lines:
        if line.blank:
            continue
        read += 1
        origin = FileOrigin("file", line.number)
        message = (
            to_line(line.text, origin, intake, now) if line.whole else too_large(line.text, origin)
        )
        if isinstance(message.outcome, Rejection):
            code, pointer = message.outcome.code.value, message.outcome.pointer
            rejections.append({"line": line.number, "code": code, "pointer": pointer})
    return {
        "read": read,
        "valid": read - len(rejections),
        "rejected": len(rejections),
        "rejections": rejections,
    }
