"""Requests of data subjects: their periods, with what stops and what prolongs them; refusals; evidence.

Pure. A period never moves silently: what moved it is part of the answer.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, get_args

from msgspec import Meta, Struct

from rulebook.calendar import day_of, last_day
from rulebook.deadlines import deadline, extended
from rulebook.loading import Sourced, load
from rulebook.validity import in_force
from schemas.events.rights import Right

RIGHTS: tuple[Right, ...] = get_args(Right)
_ARTICLES: dict[str, int] = {
    "access": 15,
    "rectification": 16,
    "erasure": 17,
    "restriction": 18,
    "portability": 20,
    "objection": 21,
    "human-review": 22,
}
_ANSWER, _QUESTION, _COURT = "rights.answer", "rights.identity", "rights.court"
# What the person wrote, and what was written back: the file of a request.
_FILE = frozenset({"correspondence"})


class Pause(Struct, frozen=True):
    """The period stood still from a day until the day on which identity was shown; None: it still does."""

    start: date
    until: date | None

    @property
    def days(self) -> int:
        """How long it stood still."""
        return (self.until - self.start).days if self.until else 0


class RequestPeriod(Struct, frozen=True):
    """Within which a request must be answered.

    `due`: the instant from which it is too late; None while the period stands still. `extend_by`: the same
    for telling that it is prolonged.
    """

    pauses: tuple[Pause, ...]
    extended: bool
    due: datetime | None
    extend_by: datetime | None

    @property
    def due_on(self) -> date | None:
        """The last day, in Amsterdam."""
        return last_day(self.due) if self.due else None

    def passed(self, time: datetime) -> bool:
        """Whether it is too late at a time."""
        return self.due is not None and self.due <= time


def request_period(
    received_on: date,
    questions: Iterable[datetime] = (),
    shown: Sequence[datetime] = (),
    extensions: Iterable[datetime] = (),
) -> RequestPeriod:
    """The period of a request (GDPR Art. 12(3), (6)), counted from the day of receipt.

    `questions`: when proof of identity was asked for; a late question stops nothing. `shown`: when
    identity was verified. `extensions`: when the person was told; one after the first period has no effect.
    """
    pauses = tuple(_pauses(received_on, questions, sorted(shown)))
    stands_still = any(pause.until is None for pause in pauses)
    days = sum(pause.days for pause in pauses)
    first = deadline(_ANSWER, received_on, days)
    is_extended = any(stands_still or time < first for time in extensions)
    last = extended(_ANSWER, received_on, days) if is_extended else first
    if stands_still:
        return RequestPeriod(pauses, is_extended, None, None)
    return RequestPeriod(pauses, is_extended, last, first)


def _pauses(
    received_on: date, questions: Iterable[datetime], verified: Sequence[datetime]
) -> Iterable[Pause]:
    in_time = deadline(_QUESTION, received_on)
    last = datetime.min.replace(tzinfo=UTC)
    for question in sorted(questions):
        if question < in_time and question >= last:
            answer = next((time for time in verified if time >= question), None)
            yield Pause(day_of(question), day_of(answer) if answer else None)
            last = answer or datetime.max.replace(tzinfo=UTC)


def provision_of(right: str) -> str:
    """The provision by which the controller owes a right."""
    return f"eu.gdpr.{_ARTICLES[right]}"


def evidence_of(
    right: str, categories: Iterable[str], ended_at: datetime | None, time: datetime
) -> frozenset[str]:
    """Which of the categories no period of retention may take at a time, because of a request.

    While it is open, everything that the answer may have to be given from; of a request for erasure only
    its file, since the data goes anyway. After its end the file, until the court can no longer be asked.
    """
    if ended_at is not None:
        return _FILE & set(categories) if time < deadline(_COURT, ended_at) else frozenset()
    return _FILE & set(categories) if right == "erasure" else frozenset(categories)


class ExtensionTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A day, and whether the reason may be given on it."""

    on: date
    allowed: bool


class Extension(Sourced, frozen=True, forbid_unknown_fields=True):
    """A reason for which a period may be prolonged, in words for the person."""

    id: str
    title: str
    title_nl: str
    tests: Annotated[tuple[ExtensionTest, ...], Meta(min_length=1)]


class RefusalTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A right and a day, and whether a request for it may be refused on the ground."""

    right: Right
    on: date
    allowed: bool


class Refusal(Sourced, frozen=True, forbid_unknown_fields=True):
    """A ground on which a request may be refused, in words for the person. `rights`: for which ones."""

    id: str
    rights: tuple[Right, ...]
    text: Annotated[str, Meta(min_length=20)]
    text_nl: Annotated[str, Meta(min_length=20)]
    tests: Annotated[tuple[RefusalTest, ...], Meta(min_length=1)]

    def allows(self, right: str, day: date) -> bool:
        """Whether a request for a right may be refused on this ground on a day."""
        return right in self.rights and in_force(self, day)


EXTENSIONS: dict[str, Extension] = {
    entry.id: entry for entry in load("law", "extension", Extension)
}
REFUSALS: dict[str, Refusal] = {entry.id: entry for entry in load("law", "refusal", Refusal)}

_REMEDIES = (
    "You may lodge a complaint with the Dutch data protection authority (Autoriteit "
    "Persoonsgegevens, autoriteitpersoonsgegevens.nl; GDPR art. 77), and you may petition the "
    "district court (rechtbank) within six weeks of receiving this answer (GDPR art. 79; UAVG "
    "art. 35).",
    "U kunt een klacht indienen bij de Autoriteit Persoonsgegevens (autoriteitpersoonsgegevens.nl; "
    "AVG art. 77), en u kunt binnen zes weken na ontvangst van dit antwoord een verzoekschrift "
    "indienen bij de rechtbank (AVG art. 79; UAVG art. 35).",
)


def extension_notice(reason: str, until: str, until_nl: str) -> dict[str, str]:
    """The notice to a person about a prolonged period (GDPR Art. 12(3)): `en` and `nl`.

    It gives the reason and the new date. `until`, `until_nl`: the last day, in words. A reason that concerns
    other people is left out.
    """
    entry = EXTENSIONS.get(reason)
    why, why_nl = (f": {entry.title}", f": {entry.title_nl}") if entry else ("", "")
    return {
        "en": f"We need more time for your request{why} (GDPR art. 12(3)). You will have our answer "
        f"on {until} at the latest. {_REMEDIES[0]}",
        "nl": f"Wij hebben meer tijd nodig voor uw verzoek{why_nl} (GDPR art. 12(3)). U krijgt uiterlijk "
        f"op {until_nl} ons antwoord. {_REMEDIES[1]}",
    }


def refusal_notice(ground: str) -> dict[str, str]:
    """The notice to a person about a refusal (GDPR Art. 12(4)): `en` and `nl`.

    It gives the reason, and the way to the authority and the court. Raises KeyError for an unknown ground.
    """
    refusal, (english, dutch) = REFUSALS[ground], _REMEDIES
    return {
        "en": f"We do not act on your request: {refusal.text} ({refusal.citation}). {english}",
        "nl": f"Wij geven geen gevolg aan uw verzoek: {refusal.text_nl} ({refusal.citation}). {dutch}",
    }
