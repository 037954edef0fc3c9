"""The table of rights says of each role what it has, and of no role more than the acts of its pages."""

import pytest

from application.sight import EVERYTHING, NOTHING, Sight
from ledger.keys.opening import Missing
from web.rights import NOTHING as NO_RIGHTS
from web.rights import rights_of, table

# A form of these acts stands on a page of this part.
PAGE_OF = {
    "requests": "requests",
    "decisions": "retention",
    "holds": "holds",
    "incidents": "incidents",
    "letters": "operations",
    "audit": "proof",
}


@pytest.mark.parametrize("role", sorted(table()))
def test_a_role_that_may_do_something_has_the_page_for_it(role: str) -> None:
    rights = rights_of(role)
    assert len(set(rights.pages)) == len(rights.pages)
    assert {PAGE_OF[act] for act in rights.acts if act in PAGE_OF} <= set(rights.pages)
    assert rights.why


def test_a_role_that_is_not_listed_has_nothing() -> None:
    assert rights_of("never-defined") == NO_RIGHTS
    assert (NO_RIGHTS.pages, NO_RIGHTS.acts, NO_RIGHTS.others) == ((), (), "hidden")


def test_what_is_seen_is_open_masked_or_hidden() -> None:
    sight = Sight(frozenset({"contact"}), frozenset({"payment"}))
    seen = {name: sight.unseen(name) for name in ("contact", "payment", "traffic")}
    assert seen == {"contact": None, "payment": Missing.MASKED, "traffic": Missing.HIDDEN}
    assert sight.known(["traffic", "payment", "contact"]) == ["payment", "contact"]
    assert sight.open_among(["traffic", "payment", "contact"]) == {"contact"}
    assert EVERYTHING.unseen("traffic") is None
    assert NOTHING.unseen("contact") is Missing.HIDDEN
