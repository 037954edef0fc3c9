"""What another system lists is not erased yet, and no answer says why; later the erasure goes on."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from application.acts.deciding import due_steps, erase_asked, preview
from application.following import bring_up_to_date
from application.queries.keeping.erasures import ErasureScope
from application.undisclosed import hidden_in
from host.keep_list import keep_list
from host.running.forgetting import forget_waiting
from host.settings import read_settings
from host.site import Site
from host.wiring import install_site, open_site
from ledger.erasure.keep_list import KeepKey, make_key, write_list
from ledger.errors import Misconfigured, NotYet, Retry
from ledger.event import RecordedEvent
from ledger.names import LedgerName
from projections.folds.timetravel import NOW, select
from projections.keeping.person import dossier_of
from projections.use.restricting import restricted
from rulebook.calendar import day_of
from schemas import CATEGORIES
from tests.fixtures.deciding import WHO, Home, customer, held, hold
from tests.fixtures.ledger import Clock, House

ASKED = ErasureScope("request", "R-1")
OTHER = "customer/2"


@dataclass
class Listing:
    """A ledger with a keep list, and its writer."""

    home: Home
    path: Path
    key: KeepKey

    def write(self, *categories: str, who: str = WHO) -> None:
        names = [self.key.name(who, category) for category in categories]
        write_list(self.path, self.key, names, self.home.clock())

    def own(self) -> list[RecordedEvent]:
        """What the ledger recorded of its own accord."""
        return [event for event in self.home.house.events() if event.ours]

    def run(self) -> list[tuple[str, ...]]:
        """What a nightly run erases; the list is as new as the night."""
        return [done.step.erased for done in self.home.due()]


@pytest.fixture
def listing(database_url: str, tmp_path: Path) -> Iterator[Listing]:
    clock, keys, path = Clock(), tmp_path / "keys", tmp_path / "lists" / "keep.list"
    texts = {
        "LEDGER_DATABASE_URL": database_url,
        "LEDGER_KEY_DIR": str(keys),
        "LEDGER_KEEP_LIST": str(path),
    }
    settings = read_settings(texts, tmp_path)
    install_site(settings, clock)
    house = House(database_url, keys, LedgerName(), clock)
    with open_site(settings, clock) as site:
        key = make_key(keys / "main" / "keep.key")
        yield Listing(Home(site, house, clock), path, key)
    house.close()


def told_of(listing: Listing, categories: Collection[str]) -> dict[str, tuple[str, str]]:
    (done,) = erase_asked(listing.home.site, WHO, ASKED)
    decided = {c: (one.decision, one.first.ground) for c, one in done.step.decisions.items()}
    return {category: decided[category] for category in categories}


def test_a_request_is_put_off_without_a_reason_and_goes_on_by_itself(listing: Listing) -> None:
    home = listing.home
    home.tell(*customer(), held("identity", "contact"), held("behaviour"))
    listing.write("behaviour", "identity", "traffic")
    (before,) = preview(home.site, WHO, ASKED)
    listing.write()
    (unlisted,) = preview(home.site, WHO, ASKED)
    assert before == unlisted  # a preview asks nothing of the list
    assert before.step.decisions["behaviour"].decision == "erase"
    listing.write("behaviour", "identity", "traffic")
    assert told_of(listing, ["behaviour", "contact", "identity"]) == {
        "behaviour": ("restrict", "undisclosed"),
        "contact": ("erase", "request"),
        # What the law keeps anyway is kept for that reason, and for no other one.
        "identity": ("retain", "retention-duty"),
    }
    (decided, _) = listing.own()
    assert not hidden_in([select(home.house.events(), NOW, ())])(decided)
    (seen,) = preview(home.site, WHO, ASKED)
    gone = {category: decided.facts["decisions"][category] for category in ("contact",)}
    assert decided.facts["decisions"] == seen.step.facts() | gone
    assert decided.facts["decisions"]["behaviour"] == {
        "decision": "restrict",
        "ground": "undisclosed",
        "rule": "law.erasure.undisclosed",
    }
    assert listing.run() == []
    bring_up_to_date(home.site)
    assert restricted(dossier_of(home.house.events(), ())) == {"behaviour"}
    with pytest.raises(NotYet):
        home.site.eraser().erase(WHO, ["behaviour"], "request")
    listing.write("traffic")
    assert forget_waiting(home.site)[0] == 1
    assert home.open_categories() == {"identity"}
    assert listing.own()[-1].facts["ground"] == "request"
    assert listing.run() == []


def test_a_period_that_ends_is_put_off_once_and_nothing_is_late(listing: Listing) -> None:
    home = listing.home
    home.tell(*customer(), held("behaviour", "contact"))
    home.clock.forward(days=365 * 8)
    listing.write("behaviour")
    assert listing.run() == [("contact",)]
    recorded = len(listing.own())
    today = day_of(home.clock())
    for _ in range(3):
        home.clock.forward(days=1)
        listing.write("behaviour")
        assert listing.run() == []
        assert list(due_steps(home.site.session("reader"), today)) == []
    assert len(listing.own()) == recorded
    (put_off,) = [e for e in listing.own() if "behaviour" in e.facts.get("decisions", {})]
    assert put_off.facts["cause"] == "retention"
    # Nobody asked for it, so it is not in the report about the person.
    assert hidden_in([select(home.house.events(), NOW, ())])(put_off)
    listing.write()
    # Nothing is left then, so the reference goes as well: more than seven years after everything ended.
    assert listing.run() == [("behaviour",), tuple(sorted(CATEGORIES))]
    assert home.open_categories() == set()


def test_when_another_reason_ends_first_nothing_shows_until_the_list_ends(listing: Listing) -> None:
    home = listing.home
    home.tell(*customer(), held("traffic", time="2026-10-10T10:00:00Z"))
    home.tell(hold("placed", "2026-11-01T10:00:00Z", "traffic"))
    listing.write("traffic")
    assert told_of(listing, ["traffic"]) == {"traffic": ("restrict", "legal-hold")}
    home.clock.forward(minutes=1)
    home.tell(hold("released", "2026-11-20T10:00:00Z", "traffic"))
    assert listing.run() == listing.run() == []
    *_, last = listing.own()
    assert last.facts["decisions"]["traffic"]["ground"] == "undisclosed"
    assert last.facts["request_ref"] == "R-1"
    assert list(due_steps(home.site.session("reader"), day_of(home.clock()))) == []
    listing.write()
    assert listing.run() != []
    assert "traffic" not in home.open_categories()


def test_a_hold_that_is_not_disclosed_beside_the_list_is_the_same_reason(listing: Listing) -> None:
    listing.home.tell(*customer(), held("behaviour"))
    unsaid = {"hold_ref": "F-1", "ground": "undisclosed"}
    listing.home.tell(hold("placed", "2026-11-02T10:00:00Z", "behaviour", **unsaid))
    listing.write("behaviour")
    assert told_of(listing, ["behaviour"]) == {"behaviour": ("restrict", "undisclosed")}
    assert "besides" not in listing.own()[0].facts["decisions"]["behaviour"]
    # The hold is released; the list keeps what it kept, and is asked each night.
    released = hold("released", "2026-11-21T10:00:00Z", "behaviour", **unsaid)
    listing.home.tell(released)
    assert listing.run() == []
    listing.write()
    assert listing.run() == [tuple(sorted(CATEGORIES))]


def test_a_listed_person_of_whom_nothing_is_held_keeps_the_reference(listing: Listing) -> None:
    home = listing.home
    home.tell(*customer(), held("behaviour"))
    listing.write("location")
    (done,) = erase_asked(home.site, WHO, ErasureScope("unlawful"))
    assert done.step.erased == ("behaviour",)
    home.clock.forward(days=365 * 9)
    listing.write("location")
    assert listing.run() == []
    listing.write()
    assert listing.run() == [tuple(sorted(CATEGORIES))]


def _stops(listing: Listing, words: str, error: type[Exception] = Retry) -> None:
    """Nothing is erased for anybody, with words that are the same for all."""
    site, said = listing.home.site, set()
    for who in (WHO, OTHER):
        attempts = (
            partial(erase_asked, site, who, ErasureScope("request")),
            partial(site.eraser().erase, who, ["contact"], "request"),
            partial(forget_waiting, site),
        )
        for attempt in attempts:
            with pytest.raises(error, match=words) as raised:
                attempt()
            said.add(str(raised.value))
    assert len(said) == 1
    assert listing.own() == []


def test_without_a_list_that_is_new_and_whole_nothing_is_erased(listing: Listing) -> None:
    home = listing.home
    home.tell(*customer(), *customer(OTHER), held("contact"), held("contact", who=OTHER))
    _stops(listing, "cannot be read")
    listing.write("contact")
    whole = listing.path.read_bytes()
    listing.path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    _stops(listing, "damaged")
    listing.path.write_bytes(whole[:-40])
    _stops(listing, "damaged")
    listing.path.write_bytes(b"")
    _stops(listing, "damaged")
    write_list(listing.path, KeepKey(b"k" * 32), [], home.clock())
    _stops(listing, "another key")
    listing.write()
    home.clock.forward(days=2, seconds=2)
    _stops(listing, "too old")
    write_list(listing.path, listing.key, [], home.clock() + timedelta(hours=1))
    _stops(listing, "too old")
    listing.write()
    assert erase_asked(home.site, WHO, ErasureScope("request"))


def test_an_earlier_list_that_is_put_back_lets_nothing_go(listing: Listing, tmp_path: Path) -> None:
    home = listing.home
    home.tell(*customer(), held("contact"), *customer(OTHER), held("contact", who=OTHER))
    listing.write()
    earlier = listing.path.read_bytes()
    home.clock.forward(minutes=5)
    listing.write("contact")
    newer = listing.path.read_bytes()
    asked = keep_list(home.site.settings)
    assert asked
    assert asked.kept([WHO], home.clock()) == {"contact"}
    listing.path.write_bytes(earlier)
    _stops(listing, "older than one before")
    # Nor does another process believe it, nor one that cannot remember.
    listing.path.write_bytes(newer)
    seen = tmp_path / "keys" / "main" / "keep.seen"
    remembered = seen.read_bytes()
    seen.write_bytes(b"?")
    _stops(listing, "damaged or closed")
    seen.write_bytes(remembered)


def test_a_key_that_is_missing_stops_as_well(listing: Listing, tmp_path: Path) -> None:
    listing.home.tell(*customer(), held("contact"), *customer(OTHER))
    listing.write()
    (tmp_path / "keys" / "main" / "keep.key").unlink()
    _stops(listing, "holds no key", Misconfigured)


def test_a_list_says_nothing_to_who_has_no_key(listing: Listing) -> None:
    """Any two lists have the same size and not one token in common; their tokens are in order."""
    contents = []
    for categories in ((), ("contact",), ("contact",), tuple(CATEGORIES)):
        listing.write(*categories)
        contents.append(listing.path.read_bytes())
    assert len({len(content) for content in contents}) == 1
    bodies = [content[25:-32] for content in contents]
    tokens = [[body[at : at + 16] for at in range(0, len(body), 16)] for body in bodies]
    assert all(listed == sorted(set(listed)) for listed in tokens)
    assert len({one for listed in tokens for one in listed}) == sum(map(len, tokens))


def test_the_same_is_looked_up_for_every_person(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many keyed hashes for who is listed, who is not, and who is erased."""
    listing.home.tell(*customer(), *customer(OTHER))
    listing.write(*CATEGORIES)
    asked: list[str] = []
    name = KeepKey.name

    def counted(key: KeepKey, reference: str, category: str) -> bytes:
        asked.append(category)
        return name(key, reference, category)

    monkeypatch.setattr(KeepKey, "name", counted)
    eraser = listing.home.site.eraser()
    seen = []
    for who in (WHO, OTHER):
        (subject,) = eraser.live_subjects(who)
        asked.clear()
        seen.append((len(eraser.listed(subject)), len(asked)))
    assert seen == [(len(CATEGORIES), len(CATEGORIES)), (0, len(CATEGORIES))]


def test_a_restored_ledger_asks_the_list_that_lies_beside_it(
    listing: Listing, site_again: Site
) -> None:
    """The list is no part of the database: the process that starts anew finds it as it was."""
    listing.home.tell(*customer(), held("behaviour"))
    listing.write("behaviour")
    told_of(listing, ["behaviour"])
    bring_up_to_date(site_again)
    assert forget_waiting(site_again)[0] == 0
    listing.write()
    assert forget_waiting(site_again)[0] == 1


@pytest.fixture
def site_again(listing: Listing) -> Iterator[Site]:
    with open_site(listing.home.site.settings, listing.home.clock) as site:
        yield site
