"""What a visit lets its role do: each condition alone, without a ledger."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from host.site import Site
from ledger.names import Role
from web import context
from web.context import RequestContext
from web.logins.limits import Limiter, own_acts
from web.principals import Principal
from web.problems import NotForRole, TooMany
from web.reasons import Reason, Reasons, Statements
from web.rights import NEEDED, Permission, rights_of, table

UNTIL = datetime(2030, 1, 1, tzinfo=UTC)


def visiting(
    role: str,
    *,
    kind: Any = "staff",
    peer: bool = True,
    openings: int = 100,
    confidential: bool = False,
) -> RequestContext:
    site = SimpleNamespace(
        database=SimpleNamespace(peer=peer),
        session=lambda _role: None,
        ledger=SimpleNamespace(role=str),
        settings=SimpleNamespace(confidential=confidential),
        views=SimpleNamespace(wait=lambda _site, at_most_s=None: 0),
        source=lambda query: SimpleNamespace(
            query=query, reads=SimpleNamespace(check_held=lambda: None)
        ),
        for_whom=None,
    )
    limiter = Limiter(openings, 60.0, lambda: 0.0)
    statements = Statements(Reasons(), limiter, "login", "employee/7", own_acts())
    principal = Principal("employee/7", role, kind, "link", UNTIL)
    return RequestContext(cast("Site", site), principal, "en", statements=statements)


@pytest.mark.parametrize("deed", sorted(NEEDED))
def test_an_act_needs_every_role_of_the_database_that_it_works_as(
    deed: Permission, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login that may take one of two would record a decision and fail at the erasure."""
    role = next(role for role in table() if deed in rights_of(role).acts)
    for taken in ([], *([one] for one in NEEDED[deed]), list(NEEDED[deed])):
        taking: list[Role] = list(taken)
        monkeypatch.setattr(context, "may_take", lambda _session, wanted: wanted in taking)  # noqa: B023
        assert visiting(role, peer=False).may(deed) is (set(taking) >= set(NEEDED[deed]))
    assert visiting(role).may(deed), "on the embedded server the user logs in as each role"


@pytest.mark.parametrize("role", sorted(table()))
def test_a_role_may_what_the_table_says_and_nothing_else(role: str) -> None:
    asked = visiting(role)
    assert {deed for deed in NEEDED if asked.may(deed)} == set(rights_of(role).acts)
    assert {part for part in ("persons", "proof", "own") if asked.has(part)} == {
        part for part in ("persons", "proof", "own") if part in rights_of(role).pages
    }


def test_a_document_of_all_that_is_held_counts_as_an_opening() -> None:
    one = visiting("privacy-officer", openings=1)
    one.whole_source("access")
    with pytest.raises(TooMany):
        one.whole_source("access")


@pytest.mark.parametrize("role", sorted(table()))
def test_only_who_answers_requests_gets_all_that_is_held(role: str) -> None:
    asked = visiting(role)
    if "requests" in rights_of(role).acts:
        asked.whole_source("access")
    else:
        with pytest.raises(NotForRole):
            asked.whole_source("access")


def test_a_reason_for_one_answer_counts_as_an_opening() -> None:
    one = visiting("privacy-officer", openings=1)
    one.for_reason(Reason("complaint"), "contact")
    with pytest.raises(TooMany):
        one.for_reason(Reason("complaint"), "contact")
    with pytest.raises(TooMany):
        one.state_reason("customer/1", Reason("complaint"), "contact")
    for role in table():
        if rights_of(role).others != "masked":
            with pytest.raises(NotForRole):
                visiting(role).for_reason(Reason("complaint"), "contact")
            with pytest.raises(NotForRole):
                visiting(role).state_reason("customer/1", Reason("complaint"), "contact")


@pytest.mark.parametrize(
    ("kind", "confidential", "is_there"),
    [
        ("data-subject", False, True),
        ("data-subject", True, False),
        ("staff", False, False),
        ("client", False, False),
        ("inspector", False, False),
    ],
)
def test_what_is_held_of_oneself_is_for_a_person_of_the_portal_alone(
    kind: str, confidential: bool, is_there: bool
) -> None:
    asked = visiting("data-subject", kind=kind, confidential=confidential)
    if is_there:
        asked.own_source("own")
    else:
        with pytest.raises(NotForRole):
            asked.own_source("own")


@pytest.mark.parametrize(
    ("role", "word", "is_refused"),
    [
        ("security-officer", "customer/1", True),
        ("security-officer", "customer/1/contact/2", True),
        ("security-officer", "visitor/1", True),
        ("security-officer", "MB-1 customer/1", True),
        ("security-officer", "employee/1", False),
        ("security-officer", "MB-1", False),
        ("privacy-officer", "customer/1", False),
    ],
)
def test_who_is_told_of_no_person_may_ask_about_none(
    role: str, word: str, is_refused: bool
) -> None:
    for asked in (word, [word], ["x", word]):
        if is_refused:
            with pytest.raises(NotForRole):
                visiting(role).check_asked([asked])
        else:
            visiting(role).check_asked([asked])
