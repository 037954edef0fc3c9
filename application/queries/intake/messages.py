"""Answers about what came in: `ledger ingest`, `schema validate`."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from application.answer import Answer
from consumers.files import IngestResult
from consumers.lines import Line, messages_of_lines
from ledger.recording.arrivals import blocks
from ledger.recording.trial import outcomes
from schemas import AdmissionRules, Code, Rejection
from schemas.allowed import allowed


class RefusedLine(Answer, frozen=True, kw_only=True):
    """A line that was refused: nothing of it is repeated.

    `pointer`: what is wrong in it; `allowed`: what may stand there, where that is a closed list. `file`: of
    several that were recorded. `rule`: by which it is withheld; told to the one who brings the file alone.
    """

    file: str | UnsetType = UNSET
    line: int
    code: str
    pointer: str
    allowed: tuple[str, ...] | UnsetType = UNSET
    rule: str | UnsetType = UNSET


class IngestedLines(Answer, frozen=True):
    """What became of the lines. `last_position`: of the ledger after the last of them."""

    read: int
    recorded: int
    duplicates: int
    rejected: int
    last_position: int
    rejections: list[RefusedLine]


class CheckedLines(Answer, frozen=True):
    """What would become of the lines of a file, but for what only a ledger knows: what it recorded before."""

    read: int
    valid: int
    rejected: int
    rejections: list[RefusedLine]


def ingested(result: IngestResult) -> IngestedLines:
    """What became of the lines."""
    return IngestedLines(
        read=result.read,
        recorded=result.recorded,
        duplicates=result.duplicates,
        rejected=result.rejected,
        last_position=result.last_position,
        rejections=[
            RefusedLine(
                file=row.file,
                line=row.line,
                code=row.code.value,
                pointer=row.pointer,
                allowed=_allowed(row.code, row.type, row.pointer),
                rule=row.rule or UNSET,
            )
            for row in result.rejections
        ],
    )


def _allowed(code: Code, type: str | None, pointer: str) -> tuple[str, ...] | UnsetType:
    return (allowed(type, pointer) if code is Code.SCHEMA else ()) or UNSET


def validated(
    label: str, lines: Iterable[Line], intake: AdmissionRules, now: datetime
) -> CheckedLines:
    """What would become of each line, without a ledger. `label`: of the file, which an entry holds."""
    judge = intake.secrecy.declaring(frozenset(), intake.secret_codes())
    intake = replace(intake, secrecy=judge)
    read, rejections = 0, list[RefusedLine]()
    for block in blocks(line for line in lines if not line.blank):
        read += len(block)
        found = outcomes(messages_of_lines(label, block, intake, now))
        rejections += [
            _refused(line, outcome)
            for line, outcome in zip(block, found, strict=True)
            if isinstance(outcome, Rejection)
        ]
    return CheckedLines(
        read=read,
        valid=read - len(rejections),
        rejected=len(rejections),
        rejections=rejections,
    )


def _refused(line: Line, why: Rejection) -> RefusedLine:
    return RefusedLine(
        line=line.number,
        code=why.code.value,
        pointer=why.why.pointer if why.why else why.pointer,
        allowed=_allowed(why.code, why.type, why.pointer),
        rule=why.why.rule if why.why else UNSET,
    )
