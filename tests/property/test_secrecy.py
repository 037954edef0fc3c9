"""What tells of an investigation is withheld, however spelled, whatever its type, wherever it stands."""

import json
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook import (
    INVESTIGATION_HINTS,
    OWN_REPORTS,
    PROVISIONS,
    RECIPIENT_KINDS,
    Provision,
    secrecy,
)
from rulebook.secrecy import ORDINARY_WORDS, InvestigationHint, OrdinaryWords
from rulebook.secrecy import ordinary as ordinary_codes
from schemas import AdmissionRules, Code, Event, Rejection
from schemas.admission import fit
from schemas.events.disclosure import RecipientKind
from schemas.hints import Hints, HintWord
from schemas.likeness import is_like
from schemas.ordinary import Place
from schemas.secret_articles import names_article
from schemas.spelling import parts, plain, run
from schemas.strings import unescaped
from tests.fixtures.cases import each
from tests.fixtures.whole import examples
from tests.unit.schemas.making import (
    CONFIDENTIAL,
    GONE,
    Message,
    accepted,
    all_examples,
    changed,
    example,
    outcome,
)
from tests.unit.schemas.ordinary_business import MADE_UP, TYPES, ordinary
from tests.unit.schemas.secret_classes import CLASSES, CODES
from tests.unit.schemas.secret_spellings import (
    ARTICLES,
    HINTS,
    SPELLINGS,
    by_hint,
    by_kind,
    by_member,
    by_provision,
)

ECHOED = ("type", "source", "id", "subject")
DISCLOSED = changed(example("personal-data-disclosed"), data__recipient_kind="police")


def hidden(message: object) -> bool:
    """Whether the open ledger keeps nothing of a message that tells what it was."""
    result = outcome(message)
    if not isinstance(result, Rejection):
        return False
    pointer = "/type" if result.code is Code.UNKNOWN_TYPE else ""
    return result == Rejection(result.code, pointer, hidden=True)


def test_every_generated_message_is_withheld_and_nothing_is_said_of_it() -> None:
    tried, missed = 0, []
    for message in chain(by_provision(), by_member(), islice(by_hint(), 0, None, 7), by_kind()):
        tried += 1
        if not hidden(message):
            missed.append(json.dumps(message))
    print(f"{tried} messages")
    assert not missed, (len(missed), missed[:5])
    assert tried > 20_000


@pytest.mark.parametrize("make", CLASSES, ids=lambda make: make.__name__)
def test_what_leaves_open_what_it_tells_is_withheld(make: Callable[[], Iterator[Any]]) -> None:
    messages = list(make())
    missed = [str(message) for message in messages if not hidden(message)]
    print(f"{len(messages)} messages")
    assert not missed, (len(missed), missed[:5])
    assert len(messages) > 10


ABROAD = {"data__country": "BE", "data__legal_basis": "6-1-f", "data__provision": GONE}
CIVIL = {"data__purpose": "dispute-settlement", "data__necessity_reason": "court-order"}


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("personal-data-disclosed", {"data__recipient_kind": "court", **CIVIL, **ABROAD}),
        ("personal-data-disclosed", {"data__recipient_kind": "supervisory-authority", **ABROAD}),
        (
            "personal-data-disclosed",
            {"data__recipient_kind": "court", **CIVIL, "data__provision": "nl.rv.22"},
        ),
        ("legal-hold-placed", {"data__provision": "nl.awr.53a"}),
        ("legal-hold-placed", {"data__ground": "nl.awr.53a"}),
        ("bulk-feed-delivered", {"data__provision": "nl.tw.13.4", "data__legal_basis": "6-1-c"}),
        ("personal-data-accessed", {"data__role": "helpdeskAgent"}),
        ("personal-data-accessed", {"data__role": "privacy-officer"}),
        ("recipient-registered", {"data__name": "Politie, Eenheid Rotterdam"}),
        ("recipient-registered", {"subject": "recipient/politie-112"}),
        ("personal-data-accessed", {"data__employee": "employee/lea"}),
        *(
            ("recipient-registered", {"data__name": name})
            for name in (
                "Gag Studio",
                "EOB Services",
                "NSL Logistics",
                "Infiltratie Beregening B.V.",
            )
        ),
        ("processing-activity-declared", {"data__name": "Verstrekking aan politie op vordering"}),
        ("service-blocked", {"data__reason": "import-error"}),
        ("order-placed", {"dataclassification": "confidential"}),
        ("order-placed", {"datacontenttype": "application/json; charset=utf-8"}),
    ],
)
def test_what_was_withheld_without_need_is_open(name: str, members: Message) -> None:
    assert accepted(changed(example(name), **members))


@pytest.mark.parametrize("place", MADE_UP)
def test_codes_that_desks_make_up_are_ordinary(place: Place) -> None:
    judge, hints = ordinary_codes(), secrecy()._hints
    codes = MADE_UP[place].split()
    assert [code for code in codes if not judge.is_code(place, code)] == []
    assert [code for code in codes if hints.found(code.lower())] == []
    assert len(codes) > 40


@pytest.mark.parametrize("seed", range(4))
def test_ordinary_business_enters(seed: int) -> None:
    events = list(ordinary(500, seed))
    kept = [str(event) for event in events if not isinstance(outcome(event), Event)]
    assert not kept, (len(kept), kept[:5])


@pytest.mark.parametrize("name", TYPES)
def test_a_slip_in_a_type_stays_readable(name: str) -> None:
    message = changed(example(), type=f"nl.voipzeker.ledger.{name}.v1")
    assert outcome(message) == Rejection(
        Code.UNKNOWN_TYPE, "/type", **{name: message[name] for name in ECHOED}
    )


@pytest.mark.parametrize("kind", ["Carrier", "carier", "tax_authority", "other", "web-shop", "", 7])
def test_a_slip_in_a_kind_of_recipient_stays_readable(kind: object) -> None:
    message = changed(example("personal-data-disclosed"), data__recipient_kind=kind)
    refusal = outcome(message)
    assert isinstance(refusal, Rejection)
    assert (refusal.code, refusal.pointer) == (Code.SCHEMA, "/data/recipient_kind")
    assert not refusal.hidden


@pytest.mark.parametrize("entry", ORDINARY_WORDS, ids=lambda entry: entry.place)
def test_words_of_ordinary_business(entry: OrdinaryWords) -> None:
    judge, hints = ordinary_codes(), secrecy()._hints
    for test in entry.tests:
        assert judge.is_code(entry.place, test.code) is test.ordinary, test.code
    assert not any(hints.found(word) for word in entry.words.split())
    assert judge.is_code(entry.place, "_" * 200) is False


@pytest.mark.parametrize(
    "code", ["tapOrder", "ovjBevel", "FIUmelding", "AIVDverzoek", "doNotInform"]
)
def test_a_word_in_a_code_of_several_is_read(code: str) -> None:
    assert hidden(changed(example("personal-data-accessed"), data__case_ref=code))


@pytest.mark.parametrize(
    "members",
    [
        {"data__case_ref": "interception-7"},
        {"data__case_ref": "police-request-9"},
        {"data__case_ref": "politie-kennemerland-gag-order"},
        {"data__necessity_reason": "asked-by-police"},
        {"data__necessity_reason": "compelled"},
        {"data__recipient": "aivd"},
    ],
)
def test_what_was_asked_for_is_no_own_report(members: Message) -> None:
    own = {"data__recipient_kind": "police", "data__purpose": "fraud-report"}
    report = changed(DISCLOSED, **own, data__legal_basis="6-1-f")
    report["data"].pop("provision", None)
    assert accepted(report)
    assert accepted(changed(report, data__recipient="politie-haaglanden"))
    assert hidden(changed(report, **members))


@pytest.mark.parametrize(
    "message",
    [
        changed(example("personal-data-accessed"), data__case_ref="politie-kennemerland"),
        changed(example("personal-data-accessed"), data__case_ref="interpol-attache-7"),
        changed(example("personal-data-accessed"), subject="police/7"),
        changed(example("personal-data-accessed"), time="police-tap-7"),
        changed(example("bulk-feed-delivered"), data__provision="nl.tw.13.4/126n"),
        changed(example("privacy-notice-published"), correlationid="police-tap-10023"),
        {"event": {"type": "nl.voipzeker.ledger.order-received.v1"}},
    ],
)
def test_what_once_hid_a_word_hides_it_no_more(message: Message) -> None:
    assert hidden(message)


@pytest.mark.parametrize("entry", INVESTIGATION_HINTS, ids=lambda entry: entry.word)
def test_words_that_hint(entry: InvestigationHint) -> None:
    word = HintWord(entry.word, entry.whole, entry.unless)
    for test in entry.tests:
        assert (word in Hints([word]).found(plain(test.text))) is test.hints, test.text


def test_so_many_codes_are_remembered_and_none_is_forgotten_that_is_known() -> None:
    judge = ordinary_codes(["our-own-kode"])
    for number in range(5_000):
        assert judge.is_code("business", f"ticket-{number}")
        assert judge.is_code("business", "our-own-kode")


def test_a_deployment_has_codes_of_its_own() -> None:
    intake = AdmissionRules(secrecy=secrecy(frozenset({"zwaluw-desk", "Kwartel", "police-desk"})))
    seen = changed(example("personal-data-accessed"), data__role="zwaluw-desk")
    assert hidden(seen)
    assert accepted(seen, intake)
    assert accepted(changed(seen, data__role="kwartel-support"), intake)
    assert isinstance(outcome(changed(seen, data__role="police-desk"), intake), Rejection)


@settings(max_examples=examples(300), deadline=None)
@given(
    st.sampled_from(CODES),
    st.lists(st.sampled_from(sorted(SPELLINGS)), max_size=3),
    st.sampled_from(["legal-hold-placed__ground", "personal-data-accessed__purpose"]),
)
def test_codes_that_nobody_knows_in_spellings_on_top_of_each_other(
    code: str, spells: list[str], place: str
) -> None:
    for spell in spells:
        code = SPELLINGS[spell](code)
    name, member = place.split("__")
    assert hidden(changed(example(name), **{f"data__{member}": code}))


@settings(max_examples=examples(300), deadline=None)
@given(
    st.sampled_from(ARTICLES),
    st.lists(st.sampled_from(sorted(SPELLINGS)), max_size=3),
    st.sampled_from(["customer-registered", "personal-data-accessed", "legal-hold-placed"]),
)
def test_spellings_on_top_of_each_other(article: str, spells: list[str], name: str) -> None:
    text = article
    for spell in spells:
        text = SPELLINGS[spell](text)
    message = changed(example(name), data__legal_basis="6-1-c", data__provision=text)
    assert hidden(message)


def test_what_is_broken_off_is_withheld_when_it_was_said_already() -> None:
    data = example("personal-data-disclosed")["data"]
    for text in (*ARTICLES, *HINTS):
        told = {"provision": text, **data, "filler": "x" * 300}
        sent = json.dumps(changed(example("personal-data-disclosed"), data=told)).encode()
        for cut in (1, 2, 40, 200):
            assert hidden(sent[:-cut]), text


@pytest.mark.parametrize(
    "body",
    [
        b'{"reason":"vraag\\npolitie"',
        b'{"reason":"one\\ntap"',
        json.dumps(
            {"reason": "\U0001d429\U0001d428\U0001d425\U0001d422\U0001d41c\U0001d41e"}
        ).encode()[:-1],
        b'{"a":"pol' + b"-" * 5_000 + b'ice"',
        b"x" * 2_040 + b"p o l i t i e" + b"y" * 3_000,
        b"x" * 2_040 + b" sv 126 n " + b"y" * 3_000,
        "politie".encode("utf-16"),
        b"C:\\tap",
        b'"Interception-Ordered',
    ],
)
def test_bytes_are_judged_wherever_a_word_stands_and_however_it_is_escaped(body: bytes) -> None:
    for sent in (body, body + b" " * 60_000, b" " * 2_000_000 + body):
        assert hidden(sent), body


@given(st.binary(max_size=60), st.integers(2_000, 2_060), st.sampled_from([*ARTICLES, *HINTS]))
def test_the_look_at_pieces_passes_over_nothing(noise: bytes, at: int, word: str) -> None:
    judge = secrecy()
    body = b"." * at + word.encode() + noise
    closer = plain(unescaped(body))
    if names_article(parts(closer)) or judge._hints.found(closer):
        assert judge.withholds_bytes(body)


OPEN_POWERS = [entry for entry in PROVISIONS if entry.secrecy != "mandatory"]


@each("entry", OPEN_POWERS, ids=lambda entry: entry.id)
def test_a_known_provision_without_secrecy_clears_whom_it_names(entry: Provision) -> None:
    """A duty towards the person clears nothing, and a power nobody but its authorities.

    Words of an investigation are explained by a power of who investigates only.
    """
    message = changed(DISCLOSED, data__legal_basis="6-1-c", data__case_ref="warrant-7")
    for kind in get_args(RecipientKind):
        for name in (entry.id, *entry.aliases, f"{entry.id}.1"):
            told = changed(message, data__provision=name, data__recipient_kind=kind)
            investigates = RECIPIENT_KINDS[kind].investigates
            assert hidden(told) is not (investigates and kind in entry.authorities), (kind, name)
            assert hidden(changed(told, data__notice="barred"))
            plain_words = changed(told, data__case_ref="C-7")
            if kind in entry.authorities:
                assert not hidden(plain_words), (kind, name)
            elif investigates:
                assert hidden(plain_words), (kind, name)


@pytest.mark.parametrize("entry", OWN_REPORTS, ids=lambda entry: entry.purpose)
def test_an_own_report_is_open_on_its_bases_only(entry: object) -> None:
    purpose, tests = entry.purpose, entry.tests  # type: ignore[attr-defined]
    for test in tests:
        message = changed(DISCLOSED, data__purpose=purpose, data__legal_basis=test.basis)
        assert (not hidden(message)) is test.own
        spoiled = changed(message, data__provision="epoc")
        assert hidden(spoiled)
        assert hidden(changed(message, data__notice="barred"))
        assert hidden(changed(message, data__necessity_reason="vordering"))


@pytest.mark.parametrize(
    "said", ["bevel-12", "machtiging-rc", "demanded-by-police", "tap", "gevorderd"]
)
@pytest.mark.parametrize("member", ["case_ref", "necessity_reason", "method"])
def test_what_was_demanded_is_no_own_report(member: str, said: str) -> None:
    told = {f"data__{member}": said}
    assert hidden(
        changed(DISCLOSED, data__purpose="fraud-report", data__legal_basis="6-1-f", **told)
    )


def test_own_reports_never_go_to_a_secret_service_nor_explain_other_words() -> None:
    report = {"data__purpose": "fraud-prevention", "data__legal_basis": "6-1-f"}
    service = {"data__recipient_kind": "intelligence-service"}
    assert hidden(changed(DISCLOSED, **report, **service))
    seen = changed(example("personal-data-accessed"), data__purpose="fraud-investigation")
    seen = changed(seen, data__legal_basis="6-1-f", data__role="fraud-analyst")
    assert not hidden(seen)
    assert hidden(changed(seen, data__role="police-liaison"))
    assert hidden(changed(seen, data__case_ref="tapbevel-12"))
    taxed = changed(seen, data__purpose="support", data__provision="nl.awr.52")
    assert hidden(changed(taxed, data__role="police-liaison"))


@pytest.mark.parametrize("word", ["poIice-12", "polltie", "investlgation", "lntercept", "Europoi"])
def test_letters_that_look_alike_are_looked_at_in_messages_of_the_right_shape_too(
    word: str,
) -> None:
    assert hidden(changed(example("personal-data-accessed"), data__case_ref=word))


@pytest.mark.parametrize("word", ["AIVD2026-1", "FIOD2026", "bevel7", "vordering2026"])
def test_a_number_beside_a_word_leaves_it_a_word(word: str) -> None:
    assert hidden(changed(example("personal-data-accessed"), data__case_ref=word))


@pytest.mark.parametrize("value", [None, 1, True, [], {}, [["police"]], {"a": {"b": []}}, 1.5])
def test_facts_of_any_shape_are_judged(value: object) -> None:
    """What is no text clears nothing and ends nothing: it is withheld, or refused for its shape."""
    for name in (
        "recipient_kind",
        "provision",
        "legal_basis",
        "purpose",
        "ground",
        "notice",
        "country",
    ):
        told = changed(DISCLOSED, **{f"data__{name}": value})
        assert isinstance(outcome(told), Rejection)
        assert not hidden(changed(DISCLOSED, data=value)) or value == [["police"]]
        assert isinstance(outcome(changed(told, type=value)), Rejection)
        assert isinstance(outcome(changed(told, subject=value)), Rejection)


def test_a_refusal_of_rights_is_not_cleared_by_the_duty_to_answer() -> None:
    message = changed(
        example("rights-request-refused"),
        data__legal_basis="6-1-c",
        data__provision="eu.gdpr.12",
        data__ground="criminal-investigation",
    )
    assert hidden(message)
    assert accepted(changed(message, data__ground="identity-not-shown"))


def test_where_secrecy_depends_on_the_case_a_provision_clears_its_own_authorities() -> None:
    message = changed(DISCLOSED, data__legal_basis="6-1-c", data__provision="nl.awb.5.16")
    assert hidden(message)
    assert accepted(changed(message, data__recipient_kind="supervisory-authority"))


@pytest.mark.parametrize(
    "members",
    [
        {"data__case_ref": "HD-20126-N12"},
        {"data__case_ref": "BS-2026-1267"},
        {"data__purpose": "business-intelligence"},
        {"data__purpose": "outage-investigation"},
        {"data__case_ref": "politieke-peiling"},
        {
            "data__personal__remark": "Woont op nummer 126 t/m 130, hing 126m kabel op. De politie belde."
        },
        {"data__personal": {"name": "J. Politie-Tap"}, "data__categories": ["identity"]},
        {"correlationid": "01ARZ126N4TW13SV12AFTAPQ3E"},
        {"id": "0193126a-7f3e-126b-9d53-126ee8126ff1"},
    ],
)
def test_what_only_looks_like_it_enters(members: Message) -> None:
    assert accepted(changed(example("personal-data-accessed"), **members))


@each("name, label", all_examples())
def test_examples_are_open(name: str, label: str) -> None:
    assert accepted(example(name, label))


def test_what_is_withheld_is_recordable_in_the_confidential_ledger() -> None:
    for message in (*by_kind(), *by_provision()):
        valid = outcome(message, CONFIDENTIAL)
        if isinstance(valid, Rejection):
            assert (
                valid.code is Code.SCHEMA
            )  # a spelling that is no code, or no kind of the contract


def test_the_quick_look_passes_over_nothing() -> None:
    judge = secrecy()
    for message in chain(by_kind(), islice(by_hint(), 3, None, 31)):
        if judge.withholds(message) and not isinstance(outcome(message, CONFIDENTIAL), Rejection):
            assert judge.withholds_event(message), message


SAID = st.sampled_from(
    [
        *(
            "claim",
            "paid",
            "customer-request",
            "eob",
            "bob-7",
            "politie",
            "pol",
            "ice",
            "tap-7",
            "x",
        ),
        *("nl.awr.53", "nl.awr.99", "us.sca.2703", "nl.sv.126na", "T-2026-12", "helpdesk", "court"),
        *(
            "0193a0c2-7c1a-7c1a-9d53-000000000020",
            "secret",
            "internal",
            "gag-order",
            "126n",
            "barred",
        ),
        *(
            "%70olice",
            "%2570olice",
            "Politie zaak 26-1",
            "De politie, verdachte",
            "p\u043elice",
            "poIitie",
            "inter",
        ),
        # Words that count by themselves only, and letters of theirs that belong to others.
        *(
            "fiu",
            "special",
            "tapOrder",
            "theFIUreport",
            "f-iu",
            "fiu12",
            "Zee 10",
            "naFIU",
            "mi5",
            "m.i5",
        ),
    ]
)
PLACES = st.sampled_from(
    [
        *(
            f"data__{name}"
            for name in ("ground", "reason", "outcome", "role", "purpose", "case_ref")
        ),
        *(f"data__{name}" for name in ("provision", "channel", "necessity_reason", "recipient")),
        *(f"data__{name}" for name in ("order_ref", "services", "name", "owner", "agreement_ref")),
        *("data__personal__remark", "data__personal__name", "data__personal__fraud_signal"),
        *("data__security_measures", "data__country", "data__recipient_kind", "data__notice"),
        *("dataclassification", "authid", "correlationid", "id", "source", "subject"),
        *("datacontenttype", "data__categories"),
    ]
)


@settings(max_examples=examples(1_500), deadline=None)
@given(
    st.sampled_from(all_examples()), st.lists(st.tuples(PLACES, SAID, st.sampled_from([0, 1, 2])))
)
def test_the_quick_look_says_what_the_closer_one_does(
    which: tuple[str, str], told: list[tuple[str, str, int]]
) -> None:
    message = example(*which)
    for place, said, shape in told:
        value: Any = [said, [said], f"customer/{said}"][shape]
        fits = changed(message, **{place: value})
        try:
            fit(fits)
        except (msgspec.ValidationError, KeyError, TypeError):
            continue
        message = fits
    judge = secrecy()
    assert judge.withholds_event(message) is judge.withholds(message), message


@pytest.mark.parametrize(
    "members",
    [
        {"datacontenttype": GONE, "correlationid": "sv-126n"},
        {"datacontenttype": GONE, "causationid": "police-request"},
        {"data__provision": "nl.2.126b"},
        {
            "data__personal": {"remark": "Verzoek op grond van Sv\nart. 126 n."},
            "data__categories": ["contact"],
        },
        {"data__case_ref": "caf\u00e9 vordering\ntap"},
    ],
)
def test_the_quick_look_sees_links_and_ends_of_lines(members: Message) -> None:
    assert not isinstance(outcome(example("personal-data-accessed")), Rejection)
    assert hidden(changed(example("personal-data-accessed"), **members))


@given(st.text(max_size=80))
def test_spellings_are_small_letters_of_ascii(text: str) -> None:
    read = plain(text)
    assert read.isascii()
    assert read == plain(read)
    assert run(parts(read)) == run(read)


@pytest.mark.parametrize(
    ("name", "other", "like"),
    [
        ("order", "order", True),
        ("ordr", "order", True),
        ("ordering", "order", False),
        ("", "ab", True),
    ],
)
def test_likeness(name: str, other: str, like: bool) -> None:
    assert is_like(name, other) is like
    assert is_like(other, name) is like
