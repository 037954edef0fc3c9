"""What the register answers from events: retention kept or not, measures in place, the processor's part."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, declared, disclosed, message
from tests.fixtures.moments import on

WHO, OTHER = "customer/10023", "customer/10024"
TRAFFIC = {"called_number": "0201234567"}
ACTIVITY = "subscription-management"  # of `collected`


def called(subject: str = WHO, **members: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"personal": TRAFFIC, "categories": ["traffic"], "time": on(2)}
    return collected(subject, **(facts | members))


def activity(cli: Cli, name: str = ACTIVITY, *options: str) -> dict[str, Any]:
    answer = cli("register", *options, "--json").json
    (found,) = [row for row in answer["activities"] if row["activity"] == name]
    assert isinstance(found, dict)
    return found


def answered(cli: Cli, category: str = "traffic", *options: str) -> dict[str, Any]:
    rows = activity(cli, ACTIVITY, *options)["retention"]["categories"]
    (found,) = [row for row in rows if row["category"] == category]
    assert isinstance(found, dict)
    return found


def judged(cli: Cli, *options: str) -> tuple[Any, ...]:
    """Kept, why; of how many people something is held, suspended, overdue."""
    row = answered(cli, "traffic", *options)
    return row["kept"], row["why"], row["held"], row["suspended"], row["overdue"]


def test_data_is_kept_until_its_period_has_passed(cli: Cli) -> None:
    cli.record(called(), called(OTHER, time=on(9, month=4)))
    row = answered(cli)
    assert (row["kept"], row["why"]) == (False, "overdue")
    assert (row["data_subjects"], row["held"], row["overdue"]) == (2, 2, 2)
    assert row["since"] == "2024-09-29T22:00:00.000000Z"
    assert row["decided_by"] == ["law.tw.11-5.traffic"]
    assert [one["period"] for one in row["rules"]] == ["P6M"]
    assert judged(cli, "--as-of", on(1, month=9)) == (True, "within-period", 2, 0, 0)
    assert judged(cli, "--as-of", on(5, month=10)) == (False, "overdue", 2, 0, 1)
    assert activity(cli)["retention"]["kept"] is False
    assert activity(cli, ACTIVITY, "--as-of", on(1, month=9))["retention"]["kept"] is True


def test_the_past_knows_neither_later_people_nor_later_erasures(cli: Cli) -> None:
    cli.record(called(), called(OTHER, time=on(9)))
    cli("erase", WHO, "--category", "traffic", "--ground", "retention")
    assert judged(cli) == (False, "overdue", 1, 0, 1)
    assert judged(cli, "--at-position", "2") == (False, "overdue", 2, 0, 2)
    assert judged(cli, "--at-position", "1") == (False, "overdue", 1, 0, 1)
    assert judged(cli, "--at-position", "1", "--as-of", on(1, month=9))[0] is True


def test_what_is_erased_is_overdue_no_longer(cli: Cli) -> None:
    cli.record(called())
    cli("erase", WHO, "--category", "traffic", "--ground", "retention")
    assert judged(cli) == (True, "nothing-held", 0, 0, 0)
    assert answered(cli)["data_subjects"] == 1


def test_a_legal_hold_stops_the_period(cli: Cli) -> None:
    hold = {"hold_ref": "H-1", "ground": "claim", "review_on": "2030-01-01"}
    held = message("legal-hold-placed", WHO, time=on(3), categories=["traffic"], **hold)
    cli.record(called(), called(OTHER), held)
    assert judged(cli) == (False, "overdue", 2, 1, 1)
    cli("erase", OTHER, "--category", "traffic", "--ground", "retention")
    assert judged(cli) == (True, "within-period", 1, 1, 0)


def test_what_nobody_observed_cannot_be_measured(cli: Cli) -> None:
    rules = {"traffic": "law.tw.11-5.traffic", "debt": "p7y", "identity": "house.contract.contact"}
    categories = ["traffic", "debt", "identity", "contact"]
    cli.record(declared(ACTIVITY, data_categories=categories, retention=rules))
    assert judged(cli) == (None, "not-observed", 0, 0, 0)
    assert activity(cli)["retention"]["kept"] is None
    fits = {c: answered(cli, c)["declared_rule"] for c in categories}
    assert fits == {
        "traffic": "known",
        "debt": "unknown",
        "identity": "other-category",
        "contact": "none",
    }


def test_an_overdue_category_counts_for_every_activity_that_saw_it(cli: Cli) -> None:
    seen: dict[str, Any] = {"activity": "debt-collection", "categories": ["traffic"]}
    cli.record(called(), disclosed(time=on(4), **seen))
    for name in (ACTIVITY, "debt-collection"):
        (row,) = activity(cli, name)["retention"]["categories"]
        assert (row["overdue"], row["data_subjects"]) == (1, 1)


def test_measures_stand_beside_the_activities_that_name_them(cli: Cli) -> None:
    vault, facts = "measure/vault", {"name": "A vault", "owner": "security"}
    cli.record(
        declared(security_measures=["vault", "lock"]),
        message("security-measure-adopted", vault, time=on(2), **facts),
        message("security-measure-retired", vault, time=on(8), reason="replaced"),
    )

    def standing(*options: str) -> list[tuple[str, Any]]:
        rows = activity(cli, "debt-collection", *options)["security_measures"]
        return [(row["measure"], row["in_place"]) for row in rows]

    assert standing() == [("vault", False), ("lock", None)]
    assert standing("--as-of", on(3)) == [("vault", True), ("lock", None)]
    assert standing("--at-position", "1") == [("vault", None), ("lock", None)]
    (row,) = cli("register", "--json").json["measures"]
    assert row == facts | {
        "measure": "vault",
        "in_place": False,
        "adopted": "2024-03-02T09:00:00.000000Z",
        "retired": "2024-03-08T09:00:00.000000Z",
        "reason": "replaced",
        "activities": ["debt-collection"],
    }


def test_the_processors_part_is_by_controller(cli: Cli) -> None:
    shop, mill = "Example Shop B.V., Street 1, Town", "Example Mill B.V., Street 2, Town"
    cli.record(
        declared("billing"),
        declared("b", role="processor", on_behalf_of=[shop], processing=["call-routing"]),
        declared("a", role="processor", on_behalf_of=[shop, mill], processing=["storage"]),
        declared("c", role="processor", countries=["NL", "IN"]),
    )
    answer = cli("register", "--json").json
    assert [
        (one["controller"], [row["activity"] for row in one["activities"]])
        for one in answer["processor"]["controllers"]
    ] == [(None, ["c"]), (mill, ["a"]), (shop, ["a", "b"])]
    first = answer["processor"]["controllers"][1]["activities"][0]
    assert (first["processing"], first["name"]) == (["storage"], "Collection")
    assert [one["measure"] for one in first["security_measures"]] == ["encryption"]
    missing = [
        (one["article"], one["what"], one["detail"]) for one in activity(cli, "c")["missing"]
    ]
    assert missing == [
        ("30(2)(a)", "on_behalf_of", None),
        ("30(2)(b)", "processing", None),
        ("30(2)(c)", "mechanism", "IN"),
    ]


EMPTY: dict[str, list[str]] = {
    "purposes": [],
    "subject_categories": [],
    "security_measures": [],
}


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"retention": {"identity": "p7y", "payment": "p7y"}}, []),
        ({}, [("30(1)(f)", "retention", "payment")]),
        (
            {"role": "joint-controller", "data_categories": [], "countries": ["VN"]},
            [
                ("30(1)(a)", "joint_controllers", None),
                ("30(1)(c)", "data_categories", None),
                ("30(1)(e)", "mechanism", "VN"),
            ],
        ),
        (
            EMPTY | {"data_categories": ["identity"]},
            [
                ("30(1)(b)", "purposes", None),
                ("30(1)(c)", "subject_categories", None),
                ("30(1)(g)", "security_measures", None),
            ],
        ),
    ],
)
def test_the_register_says_what_the_article_asks_for_and_is_missing(
    cli: Cli, facts: dict[str, Any], missing: list[Any]
) -> None:
    cli.record(declared(**facts))
    rows = activity(cli, "debt-collection")["missing"]
    assert [(one["article"], one["what"], one["detail"]) for one in rows] == missing


def test_what_was_not_declared_lacks_the_declaration(cli: Cli) -> None:
    cli.record(disclosed())
    (row,) = activity(cli, "debt-collection")["missing"]
    assert row == {"article": "30(1)", "what": "declaration", "detail": None}
