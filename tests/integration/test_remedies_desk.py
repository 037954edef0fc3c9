"""Each way out that the desk names is followed from the order of which it is said, and the order goes on."""

import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.fixtures.console import Cli
from tests.fixtures.ways_out import NAMED
from tests.integration import test_console_orders as desk_tests
from tests.integration.test_console_orders import (
    EUROPEAN,
    FREEZE,
    KEY,
    SAID,
    SUBSCRIBER,
    WHO,
    authentic,
    both,
    bundle_of,
    executed,
    on,
    ready,
    receive,
)

ledger, desk = desk_tests.ledger, desk_tests.desk
TO_FILE = ("--age", KEY, "--output")


class Ordered(NamedTuple):
    """An order that cannot be validated as it stands: the ground that is named refuses it."""

    ground: str
    stated: dict[str, str]
    more: tuple[str, ...] = ()


ORDERED = (
    Ordered("wrong-authority", SUBSCRIBER | {"issued_by": "inspector"}, ("--field", "name")),
    Ordered("oral-not-allowed", SUBSCRIBER, ("--oral", "--field", "name")),
    Ordered("beyond-provision", SUBSCRIBER, ("--field", "iban")),
    Ordered("wrong-kind", SUBSCRIBER | {"kind": "preservation"}, ("--field", "name")),
    Ordered("no-rule", SUBSCRIBER | {"provision": "us.cloud-act"}, ("--field", "name")),
    Ordered(
        "superseded", {"provision": "nl.rv.843a", "issued_by": "claimant"}, ("--field", "name")
    ),
    Ordered("not-a-duty", EUROPEAN | {"provision": "eob"}, ("--field", "name")),
    Ordered("not-authorised", {"provision": "nl.sv.126m", "issued_by": "public-prosecutor"}),
    Ordered(
        "needs-judge",
        {"provision": "nl.sv.126nd", "issued_by": "public-prosecutor"},
        ("--field", "letter_text"),
    ),
)


def named(desk: Cli, says: str, *command: str) -> list[list[str]]:
    """The commands that a refusal of this one names."""
    ran = desk(*command)
    assert ran.status != 0, command
    assert says in ran.err, ran.err
    return [shlex.split(way) for way in NAMED.findall(ran.err)]


def taken(desk: Cli, way: Sequence[str], **values: str) -> None:
    """Give a command that was named; its words in capitals are chosen."""
    ran = desk(*(values.get(word, word) for word in way))
    assert ran.status == 0, (way, ran.err)


def test_an_order_is_refused_on_the_ground_that_is_named(desk: Cli) -> None:
    for number, (ground, stated, more) in enumerate(ORDERED):
        ref = f"WG-{number}"
        authentic(desk, ref, *more, **stated)
        ways = named(desk, f"--ground {ground}", "order", "validate", ref)
        taken(desk, next(way for way in ways if way[1] == "refuse"))
        assert on(desk, "show", ref).json["status"] == "rejected", ground


def test_the_word_of_a_judge_is_recorded_as_it_is_named(desk: Cli, tmp_path: Path) -> None:
    paper = tmp_path / "word.pdf"
    paper.write_bytes(b"%PDF")
    authentic(
        desk,
        "WJ-1",
        "--field",
        "letter_text",
        provision="nl.sv.126nd",
        issued_by="public-prosecutor",
    )
    way, _ = named(desk, "needs the word of an examining judge", "order", "validate", "WJ-1")
    taken(desk, way, B="examining-judge", FILE=str(paper))
    assert on(desk, "validate", "WJ-1").status == 0


def test_an_order_goes_from_step_to_step_by_what_is_named(desk: Cli) -> None:
    file = str(desk.folder / "bundle.age")
    assert named(desk, "there is no order", "order", "show", "WS-1") == [["order", "list", "--all"]]
    assert desk("order", "list", "--all").status in {0, 1}
    receive(desk, "WS-1", WHO, "--field", "name")
    [way] = named(desk, "is not authenticated yet", "order", "execute", "WS-1")
    taken(desk, way, M="call-back")
    [way] = named(desk, "was not compared", "order", "execute", "WS-1")
    taken(desk, way)
    [way] = named(desk, "is given data", "order", "execute", "WS-1")
    taken(desk, [*way, *TO_FILE, file])
    receipt = Path(f"{file}.receipt")
    receipt.write_bytes(receipt.read_bytes()[1:])
    given = ("order", "execute", "WS-1", "--bundle", file)
    [way] = named(desk, "prepare the order anew", *given)
    taken(desk, [*way, "WS-1", *TO_FILE, f"{file}-2"])
    [way] = named(
        desk, "so it was not prepared here", *given[:-1], str(desk.folder / "nothing.age")
    )
    taken(desk, [*way, *TO_FILE[:2]], ORDER="WS-1", FILE=f"{file}-3")
    [way] = named(desk, "was decided on", "order", "confirm", "WS-1", "--what", "receipt")
    assert both(desk, *way, "--bundle", f"{file}-3").status == 0
    [way] = named(desk, "only its receipt is left", *given[:-1], f"{file}-3")
    taken(desk, way)
    assert on(desk, "show", "WS-1").json["status"] == "confirmed"


def test_what_is_kept_is_kept_and_what_is_given_is_given(desk: Cli) -> None:
    ready(desk, "WK-1", "--field", "called_number", **FREEZE)
    [way] = named(desk, "orders that data is kept", "order", "execute", "WK-1")
    taken(desk, way)
    ready(desk, "WK-2", "--field", "name")
    [way] = named(desk, "does not order that data is kept", "preservation", "impose", "WK-2")
    assert both(desk, *way, "--bundle", bundle_of(desk, "WK-2")).status == 0


def test_an_order_that_prolongs_a_freeze_is_carried_out_by_the_steps_that_are_named(
    desk: Cli,
) -> None:
    european = EUROPEAN | {"kind": "preservation"}
    ready(desk, "WL-1", **european)
    assert desk("preservation", "impose", "WL-1", "--category", "traffic").status == 0
    ready(desk, "WL-2", "--extends", "WL-1", **european)
    ways = named(desk, "prolongs what is kept", "preservation", "impose", "WL-2")
    assert ways == [["preservation", "extend", "WL-1"], ["order", "execute", "WL-2"]]
    taken(desk, ways[0])
    assert both(desk, *ways[1]).status == 0


def test_a_secrecy_is_reviewed_before_it_is_lifted(desk: Cli) -> None:
    ready(desk, "WR-1", "--field", "name")
    assert executed(desk, "WR-1").status == 0
    on_day = ("--review-on", "2099-01-01")
    [way] = named(desk, "was imposed already", "secrecy", "impose", "WR-1", *SAID, *on_day)
    went_on = both(desk, *way, "WR-1", *SAID, "--outcome", "continues", *on_day)
    assert went_on.status == 0, went_on.err
    by_us = ("--by", "review", "--evidence", "memo", *SAID[-2:])
    [way] = named(desk, "did not find that it may be lifted", "secrecy", "lift", "WR-1", *by_us)
    found = both(desk, *way, "WR-1", *SAID, "--outcome", "may-lift")
    assert found.status == 0, found.err


def test_no_command_makes_keys_for_a_confidential_ledger_that_lost_its_own(
    desk: Cli, ledger: dict[str, str], tmp_path: Path
) -> None:
    (keys,) = Path(ledger["KEY_DIR"]).iterdir()
    kept = shutil.move(keys, tmp_path / "elsewhere")
    try:
        for command in (("init",), ("order", "list")):
            refused = desk(*command)
            assert refused.status == 2, command
            assert "LEDGER_KEY_DIR" in refused.err, refused.err
            assert not keys.exists(), command
    finally:
        shutil.rmtree(keys, ignore_errors=True)
        shutil.move(kept, keys)
    assert desk("init").status == 0
