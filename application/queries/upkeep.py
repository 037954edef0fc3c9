"""Answers about the ledger itself: its keys, its progress, its audit, its dead letters."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ledger.audit import Audit, Finding
from ledger.event import instant
from ledger.keys.rotation import Epochs, Rotation
from ledger.letters.dead import Letter
from ledger.recording.tallying import Tally
from projections.following.rebuild import ViewReport
from projections.following.runner import ViewStatus
from rulebook import period
from schemas import Code
from schemas.codes import words_for

WITHHELD = Code.WITHHELD.value

IN_ORDER, NOT_IN_ORDER, NOT_COMPARED = "in-order", "not-in-order", "not-comparable"
Lag = tuple[str, int, int, int | None]
"""Topic, partition, bookmark, and records behind the end of the partition; None when not known."""


def key_status(epochs: Epochs, now: datetime) -> dict[str, Any]:
    """The current epoch and when it ends; `held`: epochs whose keys still exist."""
    ends_at = epochs.started_at + period("key-epoch")
    return {
        "epoch": epochs.current,
        "started_at": instant(epochs.started_at),
        "ends_at": instant(ends_at),
        "due": now >= ends_at,
        "held": list(epochs.held),
        "data_keys": epochs.data_keys,
    }


def rotated(rotation: Rotation | None, expired_letters: int, epochs: Epochs) -> dict[str, Any]:
    """What a rotation did; `rotated` is False when the epoch had not ended yet."""
    return {
        "rotated": rotation is not None,
        "epoch": epochs.current,
        "ends_at": instant(epochs.started_at + period("key-epoch")),
        "destroyed": list(rotation.destroyed) if rotation else [],
        "rewrapped": rotation.rewrapped if rotation else 0,
        "dead_letters_forgotten": expired_letters,
    }


def status(
    position: int,
    views: Sequence[ViewStatus],
    kafka: Sequence[Lag],
    dead_letters: int,
    halted: Sequence[str],
    checkpoint: Mapping[str, Any],
    arrived: Mapping[str, Tally] | None = None,
) -> dict[str, Any]:
    """How far everything is, and what became of what arrived, by topic.

    `checkpoint`: as `log.checkpoint_status` says it.
    """
    return {
        "position": position,
        "checkpoint": dict(checkpoint),
        "views": [
            {"view": view.view, "bookmark": view.bookmark, "lag": view.lag}
            for view in sorted(views, key=lambda view: view.view)
        ],
        "kafka": [
            {"topic": topic, "partition": partition, "bookmark": bookmark, "lag": lag}
            for topic, partition, bookmark, lag in sorted(kafka)
        ],
        "dead_letters": dead_letters,
        "halted": list(halted),
        "intake": _arrived(arrived or {}),
    }


INTAKE_COUNTS = ("recorded", "duplicates", "refused", "quarantined")


def _arrived(counts: Mapping[str, Tally]) -> dict[str, Any]:
    """Messages by what became of them: each is in one number of its line. What is withheld is in none."""
    rows = [{"topic": topic, **_fates(one)} for topic, one in sorted(counts.items())]
    total = Tally()
    for one in counts.values():
        total = total + one
    return {"topics": rows, "total": {"topic": None, **_fates(total)}}


def _fates(one: Tally) -> dict[str, int]:
    numbers = (one.recorded, one.duplicates, one.refused, one.held)
    return {"messages": sum(numbers), **dict(zip(INTAKE_COUNTS, numbers, strict=True))}


def audited(
    audit: Audit,
    views: Sequence[ViewReport],
    more: Sequence[Finding] = (),
    unchecked: Sequence[str] = (),
) -> dict[str, Any]:
    """The audit of the ledger and, when asked for, of its views. `more`: findings of the views.

    `unchecked`: what could not be looked at, and why.
    """
    ok = audit.ok and not more and all(view.ok for view in views)
    return {
        "ok": ok,
        "verdict": _verdict(audit, ok),
        "published": audit.promised,
        "size": audit.size,
        "root": audit.root,
        "findings": [
            {"position": finding.position, "kind": finding.kind, "detail": finding.detail}
            for finding in (*audit.findings, *more)
        ],
        "gaps": [msgspec.structs.asdict(gap) for gap in audit.gaps],
        "views": reports(views),
        "unchecked": list(unchecked),
    }


def _verdict(audit: Audit, ok: bool) -> str:
    if ok:
        return IN_ORDER
    return NOT_IN_ORDER if audit.comparable else NOT_COMPARED


def reports(views: Sequence[ViewReport]) -> list[dict[str, Any]]:
    """What was found of each view, sorted by name."""
    return [
        {
            "view": view.view,
            "version": view.version,
            "position": view.position,
            "digest": view.digest,
            "ok": view.ok,
        }
        for view in sorted(views, key=lambda view: view.view)
    ]


def letter_row(letter: Letter) -> dict[str, Any]:
    """A dead letter without its message: nothing in it quotes a value."""
    return {
        "letter": letter.letter,
        "code": letter.code,
        "pointer": letter.pointer,
        "type": letter.type,
        "source": letter.source,
        "id": letter.id,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "mode": letter.mode,
        "times": letter.times,
        "first_seen": instant(letter.first_seen),
        "last_seen": instant(letter.last_seen),
        "forgotten_after": _forgotten_after(letter),
        "words": dict(words_for(letter.code, letter.type, letter.pointer)) or None,
    }


def withheld_row(count: int) -> dict[str, Any]:
    """All that is withheld, in the form of a dead letter: the code, and how many they are."""
    row: dict[str, Any] = dict.fromkeys(_ROW)
    return row | {"letter": WITHHELD, "code": WITHHELD, "pointer": "", "times": count}


_ROW = (
    *("letter", "code", "pointer", "type", "source", "id", "topic", "partition", "offset", "mode"),
    *("times", "first_seen", "last_seen", "forgotten_after", "words"),
)


def _forgotten_after(letter: Letter) -> str:
    return (letter.day + period("dead-letter-retention")).isoformat()
