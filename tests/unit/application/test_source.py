"""What a source tells of persons, and what it notes before it does."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from application.answer import Name
from application.sight import EVERYTHING, Sight
from application.source import ERASED, LOST, UNTOLD, Source
from ledger.errors import Halt, KeyLost

CUSTOMER, CONTACT, VISITOR, EMPLOYEE, GONE = (UUID(int=n) for n in range(5))
REFERENCES = {
    CUSTOMER: "customer/1",
    CONTACT: "customer/1/contact/2",
    VISITOR: "visitor/3",
    EMPLOYEE: "employee/4",
}
OF_NOBODY = Sight(persons=False)


class Opening:
    """Names data subjects; of `lost` ones the key is gone."""

    def __init__(self, lost: UUID | None = None) -> None:
        self.lost = lost

    def references(self, subjects: Iterable[UUID]) -> dict[UUID, str]:
        asked = list(subjects)
        if self.lost in asked:
            raise KeyLost("a key is gone")
        return {one: REFERENCES[one] for one in asked if one in REFERENCES}

    def ledger_key(self, _purpose: str) -> bytes:
        return bytes(32)


class Noting:
    """Notes what is read."""

    def __init__(self, sight: Sight, who: str) -> None:
        self.sight, self.who = sight, who
        self.notes: list[tuple[list[str], list[str]]] = []

    @property
    def taken(self) -> bool:
        return bool(self.notes)

    def note(self, subjects: Iterable[str], categories: Iterable[str]) -> None:
        self.notes.append((list(subjects), list(categories)))

    def note_many(self, categories: Iterable[str]) -> None:
        self.notes.append(([], list(categories)))


def source(sight: Sight = EVERYTHING, lost: UUID | None = None, who: str = "employee/1") -> Any:
    nothing = cast("Any", SimpleNamespace())
    opening, noting = cast("Any", Opening(lost)), cast("Any", Noting(sight, who))
    return Source(nothing, opening, nothing, (), nothing, noting)


@pytest.mark.parametrize(
    ("sight", "told"),
    [
        (EVERYTHING, {**REFERENCES, GONE: ERASED}),
        (
            OF_NOBODY,
            {
                CUSTOMER: UNTOLD,
                CONTACT: UNTOLD,
                VISITOR: UNTOLD,
                EMPLOYEE: "employee/4",
                GONE: UNTOLD,
            },
        ),
    ],
)
def test_who_is_told_of_no_person_is_not_told_who_was_erased(
    sight: Sight, told: dict[UUID, Name]
) -> None:
    """An erased person may have been anybody: the word would tell customers from staff."""
    asked = source(sight)
    asked.reads.note_many(())
    assert asked.names(told) == told
    for subject, name in told.items():
        assert source(sight).noted(subject) == name


def test_a_lost_key_is_told_of_its_own_person_alone() -> None:
    asked = source(lost=VISITOR)
    asked.reads.note_many(())
    assert asked.names([CUSTOMER, VISITOR]) == {CUSTOMER: "customer/1", VISITOR: LOST}
    hidden = source(OF_NOBODY, lost=VISITOR)
    hidden.reads.note_many(())
    assert hidden.names([VISITOR]) == {VISITOR: UNTOLD}


@pytest.mark.parametrize("sight", [EVERYTHING, OF_NOBODY])
def test_a_read_notes_the_categories_whose_values_are_shown(sight: Sight) -> None:
    asked = source(sight)
    asked.noted(CUSTOMER, ["contact", "payment"])
    assert asked.reads.notes == [(["customer/1"], ["contact", "payment"])]


def test_a_read_of_who_was_erased_is_one_of_the_ledger() -> None:
    asked = source()
    assert asked.noted(GONE, ["contact"]) == ERASED
    assert asked.reads.notes == [([], [])]


def test_who_is_told_of_no_person_tells_rows_apart_by_names_of_its_own() -> None:
    """Others learn nothing from them; who is told of persons gets what the ledger calls them."""
    asked, again, other = (source(OF_NOBODY, who=who) for who in ("employee/1", "employee/1", "b"))
    names = [asked.pseudonym(one) for one in REFERENCES]
    assert names == [again.pseudonym(one) for one in REFERENCES]
    assert len({*REFERENCES, *names, *map(other.pseudonym, REFERENCES)}) == 3 * len(REFERENCES)
    assert [source().pseudonym(one) for one in REFERENCES] == [*REFERENCES]


def test_nobody_is_named_before_a_note_is_taken() -> None:
    with pytest.raises(Halt):
        source().names([CUSTOMER])
    assert source().names([]) == {}
