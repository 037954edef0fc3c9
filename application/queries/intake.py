"""Answers about what came in: `ledger ingest`, `dead-letters retry`, `schema validate`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from consumers.files import IngestResult
from consumers.lines import Line, messages_of_lines
from consumers.retry import Retried
from ledger.recording.arrivals import blocks
from schemas import Code, Intake, Rejection
from schemas.allowed import allowed


def ingested(result: IngestResult) -> dict[str, Any]:
    """What became of the lines. Nothing of a refused one is repeated."""
    return {
        "read": result.read,
        "recorded": result.recorded,
        "duplicates": result.duplicates,
        "rejected": result.rejected,
        "last_position": result.last_position,
        "rejections": [
            {"file": row.file, "line": row.line, **_why(row.code, row.type, row.pointer)}
            for row in result.rejections
        ],
    }


def _why(code: Code, type: str | None, pointer: str) -> dict[str, Any]:
    """Why a line was refused. `allowed`: what may stand there, where that is a closed list."""
    may_be = allowed(type, pointer) if code is Code.SCHEMA else ()
    return {"code": code.value, "pointer": pointer} | ({"allowed": may_be} if may_be else {})


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
    for block in blocks(line for line in lines if not line.blank):
        read += len(block)
        messages = messages_of_lines("file", block, intake, now)
        rejections += [
            {"line": line.number, **_why(refused.code, refused.type, refused.pointer)}
            for line, message in zip(block, messages, strict=True)
            if isinstance(refused := message.outcome, Rejection)
        ]
    return {
        "read": read,
        "valid": read - len(rejections),
        "rejected": len(rejections),
        "rejections": rejections,
    }
