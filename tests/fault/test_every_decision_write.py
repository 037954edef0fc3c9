"""Deciding what is erased under every fault at every step: recorded with what it destroys, or not at all.

What had to wait goes when nothing keeps it any more, once, however often its run died; and of all that went
there is a certificate.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from uuid import UUID

import pytest

from application.acts.deciding import due_steps, erase_asked, erase_due
from application.following import bring_up_to_date
from application.queries.keeping.erasures import ErasureScope
from host.settings import read_settings
from host.site import Site
from host.wiring import open_site
from ledger.erasure.eraser import Eraser, Erasure
from ledger.erasure.pending import pending
from ledger.erasure.verdict import Verdict
from ledger.errors import IncompleteErasure, LedgerError, Retry
from ledger.event import RecordedEvent
from ledger.keys.opening import Missing
from ledger.tlog.proving.certificate import (
    ProvenEntry,
    encode_certificate,
    parse_certificate,
    verify,
)
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import entry_at, prove
from projections import VIEWS
from projections.following.storage import prepare
from rulebook.calendar import day_of
from tests.fault.enduring import STRIDES, closing, endure
from tests.fault.erasing import (
    ORDERS,
    VALUES,
    Erasing,
    Order,
    Reapplying,
    Rows,
    kept,
    reappear,
    start_again,
)
from tests.fault.faults import Kind
from tests.fixtures.deciding import customer, held, told
from tests.fixtures.ledger import House
from tests.fixtures.tlog import Log

GOES = {"decision": "erase", "ground": "request"}
RETAINED = {"decision": "retain", "ground": "retention-duty", "until": "2034-01-01"}
RESTRICTED = {"decision": "restrict", "ground": "legal-hold", "ref": "H-1"}
STAYS = {"identity": RETAINED, "traffic": RESTRICTED}
ALL_STAY = Order((), frozenset(), VALUES)


def log_of(house: House) -> Log:
    """Where a scene publishes what it decided."""
    return Log(house, house.keys.parent / "tlog")


class Deciding(Erasing):
    """A decision on several categories, of which some go and some wait; or all of them wait."""

    def erase(self, eraser: Eraser, number: int) -> list[Erasure]:
        verdict = Verdict("request", dict.fromkeys(self.order.categories, GOES) | STAYS, "R-1")
        subjects = eraser.live_subjects(self.reference(number))
        return eraser.decide(subjects, lambda seen: dict.fromkeys(seen, verdict))

    def check_erased(self, house: House, number: int) -> None:
        if self.order.categories:
            super().check_erased(house, number)
        else:
            assert self.is_done(house, number)
            assert pending(house.reader, house.journal) == []
        assert self.values(house, number, None) == self.order.stays
        (decided,) = (e for e in self.own(house, number) if e.name == "erasure-decided")
        assert {c: decided.facts["decisions"][c] for c in STAYS} == STAYS
        assert (decided.facts["cause"], decided.facts["request_ref"]) == ("request", "R-1")

    def is_done(self, house: House, number: int) -> bool:
        if self.order.categories:
            return super().is_done(house, number)
        return bool(self.own(house, number))


class ReapplyingDecision(Reapplying, Deciding):
    """What a start does about a decision that is in the journal only."""


@STRIDES
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("order", [ORDERS["category"], ALL_STAY])
def test_a_decision_is_recorded_with_what_it_destroys_or_not_at_all(
    house: House, kind: Kind, order: Order, stride: int
) -> None:
    endure(Deciding(order), house, kind, stride)


@STRIDES
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("order", [ORDERS["category"], ALL_STAY])
def test_a_start_completes_a_decision_that_the_journal_knows(
    house: House, kind: Kind, order: Order, stride: int
) -> None:
    endure(ReapplyingDecision(order), house, kind, stride)


@contextmanager
def opened(house: House) -> Iterator[Site]:
    """The ledger as a command opens it."""
    texts = {
        "LEDGER_DATABASE_URL": house.url,
        "LEDGER_KEY_DIR": str(house.keys),
        "LEDGER_NAME": str(house.ledger),
    }
    with open_site(read_settings(texts, house.keys.parent), house.clock) as site:
        yield site


def overlapping(who: str) -> list[dict[str, Any]]:
    """A customer with an invoice that tax law keeps, calls under a hold, and consent to analytics."""
    web = {"activity": "web", "legal_basis": "6-1-a"}
    consent = {"purpose": "analytics-cookies", "channel": "portal"}
    given = consent | web | {"text_version": "1", "method": "tick-box"}
    return [
        *customer(who),
        held("identity", "contact", "payment", who=who),
        held("traffic", who=who, time="2026-10-10T10:00:00Z", origin="network"),
        told("consent-given", "2026-01-05T10:00:00Z", who, **given),
        held("behaviour", who=who, origin="cookie", **web),
        on_hold(who, "placed", "2026-11-01T10:00:00Z"),
    ]


def on_hold(who: str, deed: str, time: str) -> dict[str, Any]:
    facts = {"hold_ref": "H-1", "ground": "civil-claim", "review_on": "2027-06-01"}
    return told(f"legal-hold-{deed}", time, who, categories=["traffic"], **facts)


class Asking:
    """The command about a request: what nothing keeps goes, the rest waits with its ground."""

    before: ClassVar[set[str]] = set()
    steps: ClassVar[list[set[str]]] = [{"behaviour", "contact"}]

    def __init__(self) -> None:
        self.backup: dict[str, Rows] = {}

    def prepare(self, house: House, number: int) -> None:
        with closing(house):
            prepare(house.session("projector"), house.ledger, VIEWS)
            self.tell(house, *overlapping(self.who(number)))
            self.backup = kept(house, self.stream(house, number))

    def act(self, house: House, number: int) -> None:
        with opened(house) as site:
            erase_asked(site, self.who(number), ErasureScope("request", "R-1"))

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry | IncompleteErasure), error
        start_again(house)
        taken = self.taken(house, number)
        assert self.gone(house, number) == self.before.union(*self.steps[:taken])
        # An error after the last step is one of looking whether there is another.
        assert taken == len(self.steps) or not done
        if taken < len(self.steps):
            self.act(house, number)

    def check(self, house: House, number: int) -> None:
        assert self.taken(house, number) == len(self.steps)
        self.check_gone(house, number)
        reappear(house, self.stream(house, number), self.backup)
        start_again(house)
        self.check_gone(house, number)
        self.check_certificates(house, number)

    def check_gone(self, house: House, number: int) -> None:
        assert self.gone(house, number) == self.before.union(*self.steps)
        assert pending(house.reader, house.journal) == []
        decided = [e.facts["decisions"] for e in self.own(house, number, "erasure-decided")]
        erased = [
            set(e.facts["categories"]) for e in self.own(house, number, "personal-data-erased")
        ]
        assert [{c for c in one if one[c]["decision"] == "erase"} for one in decided] == erased
        assert erased == [*([self.before] if self.before else []), *self.steps]
        grounds = {c: (one["decision"], one["ground"]) for c, one in decided[0].items()}
        assert grounds["identity"] == grounds["payment"] == ("retain", "retention-duty")
        assert grounds["traffic"] == ("restrict", "legal-hold")

    def check_certificates(self, house: House, number: int) -> None:
        log = log_of(house)
        log.publish()
        for event in self.own(house, number, "personal-data-erased"):
            places = event.position - 1, event.position
            proofs = (
                ProvenEntry(entry_at(log.folder, one), encode_proof(prove(log.folder, one)))
                for one in places
            )
            found = verify(parse_certificate(encode_certificate(*proofs)), log.key_file.known())
            assert found.positions == places
            assert found.categories == tuple(event.facts["categories"])

    def who(self, number: int) -> str:
        return f"customer/{number}"

    def stream(self, house: House, number: int) -> UUID:
        (period,) = house.opener().periods(self.who(number))
        return period.subject

    def tell(self, house: House, *lines: dict[str, Any]) -> None:
        assert house.record(*lines).rejections == ()
        with opened(house) as site:
            bring_up_to_date(site)

    def events(self, house: House, number: int) -> list[RecordedEvent]:
        stream = self.stream(house, number)
        return [event for event in house.events() if event.stream == stream]

    def own(self, house: House, number: int, name: str) -> list[RecordedEvent]:
        return [event for event in self.events(house, number) if event.ours and event.name == name]

    def taken(self, house: House, number: int) -> int:
        """How many steps of this attempt the journal knows."""
        stream = self.stream(house, number)
        known = sum(entry.subject == stream for entry in house.journal.entries())
        return known - bool(self.before)

    def gone(self, house: House, number: int) -> set[str]:
        """Categories of which nothing opens; in one of which something does, all of it must."""
        opener = house.opener()
        shown = [
            (category, opener.personal(event)[field])
            for event in self.events(house, number)
            for category, sealed in event.sealed.items()
            for field in sealed.fields
        ]
        gone = {category for category, value in shown if value is Missing.ERASED}
        assert not any(value is Missing.LOST for _, value in shown)
        assert not gone & {c for c, value in shown if not isinstance(value, Missing)}
        return gone


class Resuming(Asking):
    """A night's run: the hold is released, so what waited goes; and what a withdrawn consent had kept."""

    before: ClassVar[set[str]] = {"behaviour", "contact"}
    steps: ClassVar[list[set[str]]] = [{"traffic"}, {"correspondence"}]

    def prepare(self, house: House, number: int) -> None:
        super().prepare(house, number)
        who = self.who(number)
        with closing(house):
            super().act(house, number)
            old = held("correspondence", who=who, time="2020-02-10T10:00:00Z")
            self.tell(house, old, on_hold(who, "released", "2026-11-20T10:00:00Z"))
            self.backup = kept(house, self.stream(house, number))

    def act(self, house: House, number: int) -> None:
        with opened(house) as site:
            for _ in erase_due(site):
                pass

    def check(self, house: House, number: int) -> None:
        super().check(house, number)
        with opened(house) as site:
            bring_up_to_date(site)
            assert list(due_steps(site.session("reader"), day_of(house.clock()))) == []


@STRIDES
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("scene", [Asking, Resuming])
def test_a_command_takes_each_step_once_and_whole(
    house: House, kind: Kind, scene: type[Asking], stride: int
) -> None:
    # Many steps, and each attack costs a publication and a certificate: the short form takes half as many.
    endure(scene(), house, kind, 2 * stride - 1, lambda house, _: log_of(house))
