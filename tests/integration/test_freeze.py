"""An order to preserve, known in the confidential ledger alone, keeps data in the open one until it ends."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from application.acts.deciding import erase_asked
from application.queries.keeping.erasures import ErasureScope
from host.running.forgetting import forget_waiting
from host.running.telling import publish_keep_list, tell_open_ledger
from host.settings import OFFICE, Settings, read_settings
from host.wiring import open_site
from ledger.erasure.keep_writing import Published
from ledger.errors import Halt
from schemas import CATEGORIES, LISTED_CATEGORIES
from tests.fixtures.console import Cli, registered
from tests.fixtures.deciding import held
from tests.fixtures.ledger import Clock, message
from tests.fixtures.two_ledgers import ORDER, WHO, Ledger, Two, preserved
from tests.integration.test_backup import back_up, elsewhere, ledger

__all__ = ["elsewhere", "ledger"]

IMPOSED, RELEASED = "2026-11-01T10:00:00Z", "2026-11-20T10:00:00Z"
ASKED = ErasureScope("request", "R-1")


def publish(two: Two) -> int:
    """Write the list; how many tokens of it are real ones."""
    return publish_keep_list(two.confidential.site).kept


@pytest.fixture
def frozen(two: Two) -> Two:
    two.open.tell(registered(time="2025-01-01T10:00:00Z"), held("behaviour", "contact"))
    two.confidential.tell(preserved("imposed", IMPOSED, "behaviour", "traffic"))
    # So that both know of the key, as when an operator brought it.
    assert publish(two) == 2
    key = two.confidential.site.settings.key_dir / "confidential" / "keep.key"
    shutil.copy(key, two.open.site.settings.key_dir / "main")
    return two


def waiting(two: Two) -> int:
    """How many erasures that had to wait go on now."""
    return forget_waiting(two.open.site)[0]


def test_what_is_frozen_is_put_off_and_goes_on_by_itself(frozen: Two) -> None:
    (done,) = erase_asked(frozen.open.site, WHO, ASKED)
    assert done.step.erased == ("contact",)
    frozen.open.tell()
    assert waiting(frozen) == 0
    frozen.confidential.tell(preserved("released", RELEASED, "behaviour"))
    assert publish(frozen) == 1
    frozen.open.tell()
    assert waiting(frozen) == 1
    erased = frozen.open.events("personal-data-erased")[-1]
    assert erased.facts["ground"] == "request"


def test_a_freeze_ends_on_its_last_day_and_an_extension_moves_that_day(frozen: Two) -> None:
    frozen.clock.now = frozen.clock.now.replace(year=2027, month=2, day=28, hour=22)
    assert publish(frozen) == 2
    frozen.clock.forward(hours=2)  # a day is over when it is over in Amsterdam
    assert publish(frozen) == 0
    frozen.confidential.tell(preserved("extended", "2027-02-01T10:00:00Z", until="2027-05-29"))
    assert publish(frozen) == 2
    frozen.clock.forward(days=91)
    assert publish(frozen) == 0


def test_two_orders_keep_the_same_until_both_have_ended(frozen: Two) -> None:
    frozen.confidential.tell(
        preserved("imposed", IMPOSED, "behaviour", order_ref="ORD-2", until="2026-12-24"),
        preserved("released", RELEASED, "behaviour", "traffic"),
    )
    assert publish(frozen) == 1
    frozen.clock.forward(days=40)
    assert publish(frozen) == 0


def test_a_hold_that_only_the_confidential_ledger_knows_keeps_as_well(frozen: Two) -> None:
    facts = {"hold_ref": "H-1", "ground": "sv-126ni", "review_on": "2027-06-01"}
    times = ("2026-11-02T10:00:00Z", "2026-11-03T10:00:00Z", RELEASED)
    kept = []
    for deed, time in zip(("placed", "reviewed", "released"), times, strict=True):
        categories = ["contact"] if deed == "reviewed" else ["contact", "device"]
        act = message(f"legal-hold-{deed}", WHO, time=time, categories=categories, **facts)
        assert frozen.confidential.tell(act).recorded == 1
        kept.append(publish(frozen))
    assert kept == [4, 3, 2]


def test_the_order_of_arrival_decides_nothing(frozen: Two) -> None:
    frozen.confidential.tell(preserved("released", RELEASED, "behaviour", order_ref="ORD-3"))
    frozen.confidential.tell(preserved("imposed", IMPOSED, "behaviour", order_ref="ORD-3"))
    frozen.confidential.tell(preserved("released", "2026-11-02T10:00:00Z", "traffic", "behaviour"))
    assert publish(frozen) == 0


def test_an_extension_from_before_the_imposition_keeps_nothing_more(frozen: Two) -> None:
    early = {"order_ref": "ORD-5", "until": "2027-03-31"}
    frozen.confidential.tell(preserved("extended", "2026-10-30T10:00:00Z", **early))
    assert publish(frozen) == len(LISTED_CATEGORIES)  # nobody said yet what it is about
    frozen.confidential.tell(preserved("imposed", IMPOSED, "contact", order_ref="ORD-5"))
    assert publish(frozen) == 3
    frozen.confidential.tell(preserved("released", RELEASED, "contact", order_ref="ORD-5"))
    assert publish(frozen) == 2


def test_an_act_that_is_annulled_keeps_nothing_and_releases_nothing(frozen: Two) -> None:
    def annul(id: str) -> int:
        facts = {"annuls": id, "reason": "mistake", "time": RELEASED, "source": OFFICE}
        assert frozen.confidential.tell(message("event-annulled", WHO, **facts)).recorded == 1
        return publish(frozen)

    def tell(act: dict[str, Any]) -> int:
        assert frozen.confidential.tell(act).recorded == 1
        return publish(frozen)

    other = {"order_ref": "ORD-6"}
    assert tell(preserved("imposed", IMPOSED, "contact", id="i-1", **other)) == 3
    assert tell(preserved("released", "2026-11-19T10:00:00Z", "contact", id="r-1", **other)) == 2
    assert annul("r-1") == 3
    assert annul("i-1") == 2
    assert tell(preserved("extended", "2026-11-10T10:00:00Z", id="x-1", until="2027-05-29")) == 2
    annul("x-1")
    frozen.clock.now = frozen.clock.now.replace(year=2027, month=3, day=2)
    assert publish(frozen) == 0


def test_data_is_kept_while_the_order_for_it_waits(frozen: Two) -> None:
    """Reg. (EU) 2023/1543 art. 11: as long as the order for the data needs, without an extension."""

    def ordered(step: str, ref: str, time: str, **facts: Any) -> dict[str, Any]:
        about = {"provision": "eu.2023.1543", "legal_basis": "6-1-c", "order_ref": ref}
        return message(f"order-{step}", WHO, time=time, **about, **facts)

    asked = {"authority": "om-rotterdam", "requested_fields": [], "oral": False}
    european = {"order_ref": "P-1", "provision": "eu.2023.1543", "until": "2026-11-19"}
    follows = {"kind": "production", "extends": "P-1", **asked}
    frozen.confidential.tell(
        ordered("received", "P-1", IMPOSED, kind="preservation", **asked),
        preserved("imposed", IMPOSED, "contact", **european),
    )
    frozen.clock.forward(days=30)
    assert publish(frozen) == 2
    frozen.confidential.tell(ordered("received", "P-2", "2026-11-18T10:00:00Z", **follows))
    assert publish(frozen) == 3
    frozen.clock.forward(days=30)
    assert publish(frozen) == 3
    frozen.confidential.tell(ordered("executed", "P-2", "2026-11-20T10:00:00Z", fields=[]))
    assert publish(frozen) == 2


def test_at_equal_time_acts_stand_as_the_steps_of_an_order_do(frozen: Two) -> None:
    steps = {
        "imposed": preserved("imposed", IMPOSED, "contact", order_ref="ORD-4", id="c-1"),
        "extended": preserved("extended", IMPOSED, order_ref="ORD-4", id="b-1", until="2027-03-31"),
        "released": preserved("released", IMPOSED, "contact", order_ref="ORD-4", id="a-1"),
    }
    kept = []
    for step in steps.values():
        assert frozen.confidential.tell(step).recorded == 1
        kept.append(publish(frozen))
    assert kept == [3, 3, 2]


def test_the_clock_writes_it_anew_also_when_nothing_changed(frozen: Two) -> None:
    path = frozen.confidential.site.settings.keep_list
    assert path is not None
    before = path.read_bytes()
    assert tell_open_ledger(frozen.confidential.site) == 0
    assert path.read_bytes() != before
    assert len(path.read_bytes()) == len(before)


def test_what_a_list_was_made_of_holds_no_reference(frozen: Two) -> None:
    memory = frozen.confidential.site.settings.key_dir / "confidential" / "kept.json"
    for told in (WHO, "10023", ORDER, "behaviour", "traffic"):
        assert told.encode() not in memory.read_bytes()
    assert memory.stat().st_mode & 0o777 == 0o600
    memory.write_bytes(b"nonsense")
    with pytest.raises(Halt, match=r"kept\.json is damaged"):
        publish(frozen)


def test_a_person_erased_in_the_confidential_ledger_stays_frozen_in_the_open_one(
    frozen: Two,
) -> None:
    frozen.confidential.site.eraser().erase(WHO, [], "retention")
    assert publish(frozen) == 2


# Restores


@pytest.fixture
def confidential(ledger: Cli, tmp_path: Path) -> Cli:
    ledger.set(CONFIDENTIAL="1", KEEP_LIST=str(tmp_path / "keep.list"))
    assert ledger("init").status == 0
    return ledger


def published(cli: Cli) -> Published:
    texts = {name: text for name, text in os.environ.items() if name.startswith("LEDGER_")}
    settings: Settings = read_settings(texts, cli.folder)
    with open_site(settings) as site:
        return publish_keep_list(site)


def told(cli: Cli, *acts: dict[str, Any]) -> None:
    """Record acts as the ledger's own commands do."""
    texts = {name: text for name, text in os.environ.items() if name.startswith("LEDGER_")}
    with open_site(read_settings(texts, cli.folder)) as site:
        assert Ledger(site, Clock()).tell(*acts).recorded == len(acts)


def test_a_restored_confidential_ledger_forgets_no_freeze_and_no_release(
    confidential: Cli, elsewhere: str
) -> None:
    """The copy is from before one order, and from before the end of another."""
    far = {"until": "2099-01-01"}
    earlier = preserved("imposed", "2024-01-01T10:00:00Z", "contact", order_ref="OLD", **far)
    told(confidential, earlier)
    assert published(confidential).kept == 1
    copies = back_up(confidential)
    ended = preserved("released", "2024-02-01T10:00:00Z", "contact", order_ref="OLD", **far)
    told(confidential, ended, preserved("imposed", "2024-03-01T10:00:00Z", "behaviour", **far))
    before = published(confidential)
    assert before.kept == 1
    confidential.set(DATABASE_URL=elsewhere)
    assert confidential("restore", copies[0], "--keys", copies[1]).status == 0
    assert confidential("status", "--json").json["position"] == 3
    assert published(confidential).kept == 1
    # What came after the copy is recorded once more; its end then ends it.
    end = preserved("released", "2024-04-01T10:00:00Z", "behaviour", **far)
    told(confidential, preserved("imposed", "2024-03-01T10:00:00Z", "behaviour", **far), end)
    assert published(confidential).kept == 0


def test_a_restored_open_ledger_still_keeps_what_is_listed(
    ledger: Cli, elsewhere: str, tmp_path: Path
) -> None:
    path = tmp_path / "keep.list"
    ledger.record(registered(), held("behaviour", "contact", time="2024-03-01T10:00:00Z"))
    copies = back_up(ledger)
    ledger.set(CONFIDENTIAL="1", KEEP_LIST=str(path))
    assert ledger("init").status == 0
    told(ledger, preserved("imposed", "2024-03-01T10:00:00Z", *CATEGORIES[:9], until="2099-01-01"))
    published(ledger)
    keys = ledger.folder / "keys"
    shutil.copy(keys / "confidential" / "keep.key", keys / "main")
    ledger.set(CONFIDENTIAL="0")
    decide = ("retention", "decide", WHO, "--cause", "unlawful", "--yes", "--json")
    assert ledger(*decide).status == 1
    assert ledger("state", WHO, "--json").json["erased_categories"] == []
    ledger.set(DATABASE_URL=elsewhere)
    assert ledger("restore", copies[0], "--keys", copies[1]).status == 0
    assert ledger("erase", WHO, "--ground", "unlawful").status == 1
    assert ledger("retention", "run", "--yes", "--json").json["erased"] == []
    path.unlink()
    ran = ledger("retention", "run", "--yes", "--json")
    assert (ran.status, "nothing of any person is erased" in ran.err) == (3, True)
