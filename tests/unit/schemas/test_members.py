"""Members of events in words: one for each, in both languages, and none for what there is not."""

from schemas import ALL_TYPES
from schemas.members import PERSONAL, Member, Shape, members_of, words
from schemas.personal import PERSONAL_FIELDS
from schemas.texts import LANGUAGES
from tests.fixtures.cases import each

OPEN = [entry for entry in ALL_TYPES.values() if not entry.own]


def names_in(members: tuple[Member, ...]) -> set[str]:
    """The names of members and of all below them, fields of persons aside."""
    found: set[str] = set()
    for one in members:
        found.add(one.name)
        found |= set() if one.is_personal else below(one.shape)
    return found


def below(shape: Shape) -> set[str]:
    return names_in(shape.members) | (below(shape.item) if shape.item else set())


def test_every_member_has_words_and_no_word_is_of_nothing() -> None:
    assert words().keys() == {name for entry in OPEN for name in names_in(members_of(entry.data))}
    for said in words().values():
        assert set(said) == set(LANGUAGES)
        assert all(text.strip() == text and not text.endswith(".") for text in said.values())


@each("entry", OPEN, ids=lambda entry: entry.name)
def test_a_type_has_its_members_once_what_it_must_have_first(entry: object) -> None:
    data = entry.data  # type: ignore[attr-defined]
    members = members_of(data)
    assert {one.name for one in members} == set(data.__struct_fields__)
    needed = [one.required for one in members]
    assert needed == sorted(needed, reverse=True)


def test_fields_of_persons_are_known_and_marked() -> None:
    [collected] = [entry for entry in OPEN if entry.name == "personal-data-collected"]
    [personal] = [one for one in members_of(collected.data) if one.name == PERSONAL]
    assert {one.name for one in personal.shape.members} == set(PERSONAL_FIELDS)
    assert all(one.is_personal for one in personal.shape.members)
    assert personal.shape.members[0].means("nl") == "naam"


def test_what_a_member_may_hold_is_read_from_its_type() -> None:
    [given] = [entry for entry in OPEN if entry.name == "personal-data-disclosed"]
    kinds = {one.name: one.shape.kind for one in members_of(given.data)}
    assert (kinds["recipient"], kinds["country"], kinds["period_from"]) == ("id", "country", "day")
    assert (kinds["method"], kinds["fields"], kinds["case_ref"]) == ("choice", "list", "code")
    [breach] = [entry for entry in OPEN if entry.name == "breach-detected"]
    kinds = {one.name: one.shape.kind for one in members_of(breach.data)}
    assert (kinds["detected_at"], kinds["subject_count"]) == ("instant", "number")
