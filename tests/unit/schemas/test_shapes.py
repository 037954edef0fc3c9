"""Which members of a struct carry a mark, and which texts below them do."""

from typing import Annotated

from msgspec import Meta, Struct

from schemas.shapes import members_marked, names_marked

Day = Annotated[str, Meta(extra={"day": True})]


class Inner(Struct):
    day: Day
    text: str
    days: list[Day] = []


class Outer(Struct):
    within: Inner | None
    plain: str


class Data(Struct):
    own: Day
    plain: str
    inner: Inner
    outer: Outer
    many: list[Outer] = []
    by_name: dict[str, Inner] = {}


def test_a_member_is_named_with_the_marked_texts_below_it_at_any_depth() -> None:
    below = frozenset({"day", "days"})
    wanted = [
        ("own", frozenset()),
        *((name, below) for name in ("inner", "outer", "many", "by_name")),
    ]
    assert list(names_marked(Data, "day")) == wanted
    assert members_marked(Data, "day") == ("own", "inner", "outer", "many", "by_name")
    assert names_marked(Data, "another") == ()
    assert members_marked(Data, "another") == ()
