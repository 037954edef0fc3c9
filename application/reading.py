"""Who reads: every answer that tells of a person is noted before it opens anything (guarantee G9)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from uuid import uuid4

from msgspec import Struct

from application.sight import EVERYTHING, Sight
from ledger.errors import Halt, LedgerError
from ledger.recording.reads import ReadNotes
from ledger.recording.visits import Read


class TooManyLooks(LedgerError):
    """You looked at this person too often: ask again in a while."""


class Reader(Struct, frozen=True):
    """Who reads, as an employee, and in which role. `judged`: whether the register must grant it.

    `sight`: what of the answers the reader may see. `reason`, `case_ref`: why, where that had to be said.
    `own`: the reader is no employee, but a person who reads what is known of themselves. `visits`: looks of
    the reader at one person are recorded together, but for those with a reason and those at everybody.
    """

    reference: str
    role: str
    judged: bool
    sight: Sight = EVERYTHING
    reason: str | None = None
    case_ref: str | None = None
    own: bool = False
    visits: bool = False


class ReadScope:
    """What one command reads. `query`: its name; `everything`: the ledger itself, for answers about many.

    `held`: says whether the reader holds the role, or raises Misconfigured where that is refused. It is
    called once, before the first note.
    """

    def __init__(
        self,
        notes: ReadNotes,
        *,
        query: str,
        reader: Reader,
        held: Callable[[], bool],
        everything: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._notes = notes
        self._query = query
        self._reader = reader
        self._held = cache(held)
        self._everything = everything
        self._clock = clock
        self._noted: set[tuple[str, str]] = set()

    @property
    def sight(self) -> Sight:
        """What the reader may see; nothing else is opened, or noted as opened."""
        return self._reader.sight

    @property
    def who(self) -> str:
        """The reader's reference."""
        return self._reader.reference

    @property
    def taken(self) -> bool:
        """Whether anything was noted: nothing is opened before."""
        return self._notes.taken

    def check_held(self) -> None:
        """Raise NotGranted, where that is refused, for a reader without the role: before a look-up."""
        self._held()

    def note(self, subjects: Iterable[str], categories: Iterable[str]) -> None:
        """Note that these categories of these subjects are about to be shown, once for a command.

        Raises Misconfigured for a reader who does not hold the role, TooManyLooks, Retry or Halt when it
        cannot be noted.
        """
        self._add(list(dict.fromkeys(subjects)), self.sight.open_among(categories))

    def note_many(self, categories: Iterable[str], *, everyone: bool = False) -> None:
        """Note an answer about many, with one read. `everyone`: about every customer and contact person."""
        opened = self.sight.open_among(categories)
        self._add([self._everything], opened, everyone=everyone)

    def _add(self, subjects: list[str], categories: set[str], *, everyone: bool = False) -> None:
        by_subject = {
            subject: {(subject, category) for category in (*categories, "")} for subject in subjects
        }
        # The empty category stands for the subject alone, so that a read without values is noted once, too.
        new = [subject for subject, pairs in by_subject.items() if not pairs <= self._noted]
        if new:
            ordered = tuple(sorted(categories))
            self._notes.add([self._read(subject, ordered, everyone=everyone) for subject in new])
            self._noted.update(*(by_subject[subject] for subject in new))

    def _read(self, subject: str, categories: tuple[str, ...], *, everyone: bool) -> Read:
        held, reason = self._held(), self._reader.reason
        return Read(
            id=str(uuid4()),
            time=self._clock(),
            subject=subject,
            reader=self._reader.reference,
            role=self._reader.role,
            query=self._query,
            categories=categories,
            everyone=everyone,
            role_held=held,
            reason=reason,
            case_ref=self._reader.case_ref,
            visit=self._reader.visits and held and reason is None and not everyone,
        )


class OwnScope(ReadScope):
    """What a person reads of themselves: it is no read by an employee, so nothing is noted.

    Of anybody else nothing can be opened. Names of recipients can: a person is told who they are.
    """

    _looked = False

    @property
    def taken(self) -> bool:
        """Whether the person is known to be the one whom an answer is about."""
        return self._looked

    def _add(self, subjects: list[str], categories: set[str], *, everyone: bool = False) -> None:
        others = (name for name in subjects if name != self._reader.reference)
        if not all(name.startswith("recipient/") for name in others):
            raise Halt("an answer to a person would open what is known of another one")
        self._looked = self._looked or self._reader.reference in subjects
