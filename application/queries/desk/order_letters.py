"""What a letter to the authority of an order tells: that it came in, why not, or what was carried out.

A letter goes by post and mail, so it names no person and no number: the order's file number does.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import FoundOrder, find_cases
from application.queries.desk.order_file import OrderFile, OrderStep, order_file
from application.queries.naming import Naming
from application.source import Source
from projections.folds.timetravel import NOW, Moment
from projections.reading.order_judging import lacking
from schemas import names
from schemas.texts import Language

LetterKind = Literal["receipt", "objection", "refusal", "execution"]
LETTERS: tuple[LetterKind, ...] = get_args(LetterKind)
_SAYS: dict[LetterKind, tuple[str, ...]] = {
    "receipt": (names.ORDER_RECEIVED,),
    "objection": (names.ORDER_OBJECTED,),
    "refusal": (names.ORDER_REJECTED,),
    "execution": (names.ORDER_EXECUTED, names.INTERCEPTION_PROVIDED),
}
"""Steps of which each letter tells."""
_OF_STATUS: dict[str, LetterKind] = {
    "objected": "objection",
    "rejected": "refusal",
    "executed": "execution",
    "confirmed": "execution",
}


class OrderLetter(Struct, frozen=True):
    """What a letter tells of an order. `file`: of its first person. `authority`: as the register names it.

    `told`: the steps that it tells of, by time, of all of its persons. `lacking`: what the authority must
    still give or mend, as codes; a letter of what was decided lacks nothing else.
    """

    kind: LetterKind
    authority: str
    file: OrderFile
    persons: int
    told: tuple[OrderStep, ...]
    lacking: tuple[str, ...]

    @property
    def grounds(self) -> tuple[str, ...]:
        """Why the order was objected to or refused, or what of it was."""
        return tuple(dict.fromkeys(str(g) for step in self.told if (g := step.facts.get("ground"))))


def order_letter(
    source: Source,
    ref: str,
    subject: str | None,
    kind: LetterKind | None,
    language: Language,
    moment: Moment = NOW,
) -> OrderLetter:
    """The letter that an order waits for at a moment, or one of a kind. Raises NotAllowed.

    `subject`: of which of its persons; without it of all of them, where all were answered alike.
    """
    cases = find_cases(source, ref, subject, moment)
    time = moment.as_of or source.now
    files = [file for case in cases if (file := order_file(source, case, time, language, moment))]
    if not files:
        raise NotAllowed(f"order {ref} had not been received by then")
    kind = kind or _OF_STATUS.get(files[0].status, "receipt")
    _check_national(files[0], kind)
    told = tuple(_told(files, kind))
    if not told:
        raise NotAllowed(
            f"order {ref} is {files[0].status}, so there is no {kind} to tell its authority of"
        )
    letter = OrderLetter(
        kind=kind,
        authority=Naming(source, language).recipient(files[0].authority, time),
        file=files[0],
        persons=len(files),
        told=told,
        lacking=tuple(_lacking(cases, kind, time)),
    )
    if kind != "execution" and len({(file.status, letter.grounds) for file in files}) > 1:
        raise NotAllowed(f"not all persons of order {ref} stand alike: name one", field="subject")
    return letter


def _check_national(file: OrderFile, kind: LetterKind) -> None:
    """Raise NotAllowed for what goes back on the form of a European order."""
    if kind in {"objection", "refusal"} and (file.provision or "").startswith("eu.2023.1543"):
        raise NotAllowed(
            "a European order is answered with a form: "
            f"`ledger order answer {file.order_ref} FILE --form objection`"
        )


def _told(files: Sequence[OrderFile], kind: LetterKind) -> Iterator[OrderStep]:
    """The steps of a letter: of what was carried out each one, else the last of each person."""
    for file in files:
        steps = [one for one in file.steps if one.type in _SAYS[kind] and one.annulled is None]
        kept = [one for one in file.steps if one.type in _KEEPING and one.annulled is None]
        yield from [*steps, *kept[-1:]] if kind == "execution" and steps else steps[-1:]


_KEEPING = (names.PRESERVATION_IMPOSED, names.PRESERVATION_EXTENDED)


def _lacking(cases: Sequence[FoundOrder], kind: LetterKind, time: datetime) -> Iterator[str]:
    """What the desk waits for before it decides, or decides again."""
    order = cases[0].order.until(time)
    if kind == "receipt" and not order.named(names.ORDER_AUTHENTICATED):
        yield "authentic"
    if order.facts and order.facts.oral and not order.confirmation("written-order"):
        yield "written-order"
    if kind in {"receipt", "objection"}:
        yield from lacking(order)
