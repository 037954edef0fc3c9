"""Personal data that slipped into facts, and facts that only look a little like it."""

import json
import random
import re
from datetime import date
from uuid import UUID

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.leaks import is_personal_id, looks_personal
from tests.fixtures.cases import each
from tests.unit.schemas.making import accepted as decoded
from tests.unit.schemas.making import changed, example, outcome, refused

LEAKS = [
    "j.devries@example.nl",
    "mail J.de_Vries+x@mail.example.co.uk today",
    "+31612345678",
    "bel +31 6 1234 5678",
    "+31 (0)6-12345678",
    "tel+31612345678",
    "0612345678",
    "06-12345678",
    "06 12345678",
    "06 12 34 56 78",
    "020-1234567",
    "0252 123 456",
    "tel.0612345678",
    "0031612345678",
    "call_0612345678",
    "NL91ABNA0417164300",
    "nl91abna0417164300",
    "NL91 ABNA 0417 1643 00",
    "NL91-ABNA-0417-1643-00",
    "rekening NL91 ABNA 0417 1643 00 op naam",
    "DE89370400440532013000.",
    "MT84MALT011000012345MTLCAST001S",
    "123456782",
    "bsn-123456782",
    "BSN: 123456782, zie dossier",
    "bsn123456782",
    "012345672",
    "111222333",
    "(020) 1234567",
    "(020) 123 45 67",
    "0031 6 12345678",
    "06 - 1234 5678",
    "06.12.34.56.78",
    "06/12345678",
    "001-202-555-0123",
    "06\u00a012345678",
    "1112.22.333",
    "111.222.333",
    "111 222 333",
    "zie 123456782 in het dossier",
    *("+1234567", "PT50000201231234567890154", "LY83002048000020100120361"),
    "ST23000100010051845310146",
]

HARMLESS = [
    "",
    "portal",
    "2026-1",
    "2026-11-24",
    "20261124",
    "2026-11-24T10:15:00",
    "INV-2026-0000123",
    "2026-000123456",
    "F2026/001234",
    "order-4711",
    "0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11",
    "01234567-8901-4234-8901-234567890123",
    "00000001003214345000",
    "0000123456",
    "0001234567",
    "01-02-2026",
    "2026-01-23456789",
    "ORD-2026-01-2026-0042",
    "12345678",
    "ORD-576695920",
    "2026-123456782",
    "0012.34.567",
    "0012345678",
    "1234567890",
    "123456789",
    "111222334",
    "000000000",
    "a123456782",
    "123456782b",
    "1234567820",
    "KvK 12345678",
    "v1.2.3.4.5.6.7",
    "NL91ABNA0417164301",
    "NL91",
    "PV20261234567890",
    "NL91ABNA04171643001",
    "Bureau @ Work B.V.",
    "twitter @handle",
    "a@b",
    "3 + 1234567",
    "Art. 6:162 BW",
    "iso-27001-2022",
    "10.0.0.1",
    "nl.awr.52.4",
    "A46-2-c",
    "Postbus 12345, 2170 AA Sassenheim",
    "+31",
]


@each("text", LEAKS)
def test_looks_personal(text: str) -> None:
    assert looks_personal(text)


@each("text", HARMLESS)
def test_looks_harmless(text: str) -> None:
    assert not looks_personal(text)


@given(st.uuids())
@hypothesis.example(UUID("be809c50-82f8-8a67-5829-c77e4695c033"))
def test_a_uuid_is_harmless(uuid: UUID) -> None:
    assert not looks_personal(str(uuid))


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.integers(0, 99_999))
def test_dated_references_are_harmless(day: date, number: int) -> None:
    assert not looks_personal(f"{day}-{number:05}")
    assert not looks_personal(f"INC-{str(day)[:4]}-{number:06}")


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    assert looks_personal(text) in {True, False}


HIDDEN = [
    *(
        "123-456-782",
        "123.456.782",
        "123 456 782",
        "123/456/782",
        "123_456_782",
        "123\u00a0456\u00a0782",
    ),
    *(
        "1234-56-782",
        "12-34-56-782",
        "1 2 3 4 5 6 7 8 2",
        "123\u2009456\u2009782",
        "123 - 456 - 782",
    ),
    *(
        "klant123456782",
        "Klant-123456782",
        "123456782-klant",
        "customer_123456782",
        "bsn.nr:123456782",
    ),
    *("mevrouw123456782", "klant 2: 123-456-782", "zie 111 222 333 of 123 456 782"),
    *("klant0612345678", "tel0612345678", "31612345678", "06_12345678", "bel:31201234567"),
    *(
        "ibanNL91ABNA0417164300",
        "xNL91ABNA0417164300",
        "NL91.ABNA.0417.1643.00",
        "NL91_ABNA_0417_1643_00",
    ),
    *("j.devries(at)example.nl", "j.devries [at] example.nl"),
]
DASHES = (
    "\u002d\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u00ad\u2043\u30fb\u00b7"
)
ZEROS = "\uff10\u0660\u06f0\u0966\u09e6\u0e50\U0001d7ce\U0001d7d8\U0001d7e2"
UNSEEN = ("\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\u0301")


@each("text", HIDDEN)
def test_separators_and_words_beside_a_number_hide_nothing(text: str) -> None:
    assert looks_personal(text)
    assert looks_personal(f"zie {text} in het dossier")


@each("dash", DASHES)
@each("text", ["123-456-782", "06-12345678", "NL91-ABNA-0417-1643-00"])
def test_every_dash_and_dot_of_unicode_is_a_separator(text: str, dash: str) -> None:
    assert looks_personal(text.replace("-", dash))


@each("zero", ZEROS)
@each("text", ["123456782", "0612345678", "bsn 111.222.333", "+31 6 12345678"])
def test_digits_of_every_script_are_digits(text: str, zero: str) -> None:
    other = "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in text)
    assert looks_personal(other)


@pytest.mark.parametrize("text", ["123456782", "0612345678", "j@example.nl", "NL91ABNA0417164300"])
def test_full_width_letters_and_what_cannot_be_seen_hide_nothing(text: str) -> None:
    assert looks_personal("".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text))
    for unseen in UNSEEN:
        assert looks_personal(text[:4] + unseen + text[4:])


# A `reference`: nine digits alone say nothing, as one in eleven numbers passes the test of a BSN.

BSNS = [number for number in range(123_456_000, 123_457_000) if looks_personal(str(number))]
ORDINARY = [
    *(
        "INV-123456782",
        "INV123456782",
        "ORD-576695920",
        "ORD_576695920",
        "2026-123456782",
        "F123456782",
    ),
    *(
        "2026-12345",
        "2026.12.345",
        "2026/123456782",
        "TT-2026-0123456",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ),
    *(
        "8931440301234567890",
        "356938035643809",
        "35-693803-564380-9",
        "1012AB",
        "2170 AA",
        "KVK12345678",
    ),
    *("3f786850e387550fdab836ed7e6dc881de23001b", "1.2.3.4", "192.168.10.1", "v2026.11.27", "R-1"),
]


def test_one_in_eleven_numbers_passes_the_test() -> None:
    assert 80 < len(BSNS) < 100


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_references_are_harmless_everywhere(text: str) -> None:
    assert not looks_personal(text)
    assert not looks_personal(text, reference=True)


@pytest.mark.parametrize("number", BSNS[:20])
def test_a_number_alone_is_a_reference_where_references_stand(number: int) -> None:
    assert not looks_personal(str(number), reference=True)
    for text in (
        f"bsn{number}",
        f"klant-{number}",
        f"{str(number)[:3]}-{str(number)[3:6]}-{str(number)[6:]}",
    ):
        assert looks_personal(text, reference=True)


@pytest.mark.parametrize("digits", range(8, 13))
def test_fewer_than_one_in_a_thousand_plain_references_is_refused(digits: int) -> None:
    chance = random.Random(digits)
    numbers = [str(chance.randrange(10 ** (digits - 1), 10**digits)) for _ in range(20_000)]
    refused_ones = [text for text in numbers if looks_personal(text, reference=True)]
    assert len(refused_ones) <= 20


@pytest.mark.parametrize("digits", [9, 10, 12, 20, 26])
def test_random_ids_are_harmless(digits: int) -> None:
    chance = random.Random(digits)
    for alphabet in ("0123456789abcdef", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"):
        made = ("".join(chance.choices(alphabet, k=digits)) for _ in range(5_000))
        found = [text for text in made if not text.isdigit() and is_personal_id(text)]
        assert len(found) <= 5, found


CHECKED = [
    ("customer-registered", "channel", "/data/channel"),
    ("personal-data-collected", "notice_version", "/data/notice_version"),
    ("personal-data-collected", "provision", "/data/provision"),
    ("personal-data-corrected", "reason", "/data/reason"),
    ("personal-data-corrected", "request_ref", "/data/request_ref"),
    ("account-deactivated", "reason", "/data/reason"),
    ("consent-given", "text_version", "/data/text_version"),
    ("consent-given", "method", "/data/method"),
    ("recipient-registered", "name", "/data/name"),
    ("recipient-registered", "agreement_ref", "/data/agreement_ref"),
    ("personal-data-disclosed", "purpose", "/data/purpose"),
    ("personal-data-disclosed", "necessity_reason", "/data/necessity_reason"),
    ("personal-data-disclosed", "case_ref", "/data/case_ref"),
    ("personal-data-disclosed", "transfer_mechanism", "/data/transfer_mechanism"),
    ("personal-data-accessed", "role", "/data/role"),
    ("processing-activity-declared", "name", "/data/name"),
    ("processing-activity-declared", "owner", "/data/owner"),
    ("processing-activity-retired", "reason", "/data/reason"),
    ("event-annulled", "reason", "/data/reason"),
]


@each("name, fact, pointer", CHECKED)
@each("leak", ["0612345678", "NL91ABNA0417164300", "123-456-782", "klant123456782"])
def test_every_open_fact_is_looked_through(name: str, fact: str, pointer: str, leak: str) -> None:
    message = changed(example(name), **{f"data__{fact}": leak})
    assert refused(message) == ("personal-data-in-facts", pointer)
    assert leak not in repr(outcome(message))


def test_lists_and_maps_are_looked_through() -> None:
    declared = example("processing-activity-declared")
    leak = "NL91ABNA0417164300"
    purpose = {"purpose": leak, "legal_basis": "6-1-f"}
    for fact, value, pointer in (
        ("security_measures", ["locks", "call j@example.nl"], "/data/security_measures/1"),
        ("subject_categories", ["06-12345678"], "/data/subject_categories/0"),
        ("purposes", [purpose], "/data/purposes/0/purpose"),
        ("retention", {"debt": leak}, "/data/retention"),
    ):
        message = changed(declared, **{f"data__{fact}": value})
        assert refused(message) == ("personal-data-in-facts", pointer)
    decided = example("erasure-decided")
    message = changed(decided, data__decisions={"debt": {"decision": "erase", "ground": leak}})
    assert refused(message) == ("personal-data-in-facts", "/data/decisions")


PUBLIC = ("id", "source", "correlationid", "causationid", "data__activity", "data__recipient")
LEAKING = [
    *("0612345678", "0031612345678", "31612345678", "123456782", "123-456-782", "klant123456782"),
    *(
        "NL91ABNA0417164300",
        "06-12345678",
        "192.168.1.17",
        "2170AA-12",
        "00:1a:2b:3c:4d:5e",
        "bsn:123456782",
    ),
    "2001:db8:0:0:0:0:0:17",
    *(
        "0-6-1-2-3-4-5-6-7-8",
        "id:06:12:34:56:78",
        "jan_at_example.nl",
        "jan.de.vries-at-mail.example.com",
    ),
    *("001a.2b3c.4d5e", "dorpsstraat-12", "Kerkplein.5a", "lange-voorlaan_8"),
]


@pytest.mark.parametrize("leak", LEAKING)
@pytest.mark.parametrize("path", PUBLIC)
def test_no_public_place_takes_what_leads_to_a_person(path: str, leak: str) -> None:
    message = changed(example("personal-data-disclosed"), **{path: leak})
    assert refused(message) == ("personal-data-in-facts", "/" + path.replace("__", "/"))
    assert leak not in repr(outcome(message)), "an answer would quote it"
    assert leak not in repr(outcome(changed(message, data__nothing=1))), (
        "nor one about another fault"
    )
    assert leak not in repr(outcome(json.dumps({**message, "x": "x" * 50_000}).encode()))


@pytest.mark.parametrize(
    "id",
    [
        *("123456782", "123456789", "987654321", "202600123", "012345678", "urn:crm:123456789"),
        *("123456789/1", "crm/123456789", "1:123456789:2"),
    ],
)
def test_nine_digits_alone_are_no_part_of_an_id(id: str) -> None:
    """Whatever they are: one in eleven would be refused as a BSN, and none says which."""
    assert is_personal_id(id)
    for path in ("source", "data__recipient") if "/" not in id else ("source",):
        message = changed(example("personal-data-disclosed"), **{path: id})
        assert refused(message) == ("personal-data-in-facts", "/" + path.replace("__", "/"))


@pytest.mark.parametrize(
    "id",
    [
        *("e123456782", "evt_123456782", "event-123456782", "crm.123456782", "123456782b"),
        *(
            "000123456",
            "00000042",
            "1234567890",
            "12345678",
            "order:123456782",
            "invoice/123456782",
        ),
        *("12345-6789", "2026-12345", "202612345-x", "123456782-nl", "urn:crm:v1:e123456782"),
    ],
)
def test_a_letter_makes_nine_digits_an_id(id: str) -> None:
    assert not is_personal_id(id)
    assert decoded(changed(example(), source=id)).source == id


SHORT_BSN = ["bsn 12345672", "BSN: 12.345.672", "12345672 (bsn)", "burgerservicenummer 12345672"]


@pytest.mark.parametrize("text", SHORT_BSN)
def test_a_bsn_without_its_zero_counts_beside_a_word_for_it(text: str) -> None:
    assert looks_personal(text)
    assert looks_personal(text, reference=True)
    assert not looks_personal(text.replace("12345672", "12345673").replace("345.672", "345.673"))
    assert not looks_personal("factuur 12345672")


@pytest.mark.parametrize(
    "text",
    [
        *("BSN in dossier 123456782", "bsn van de klant, zie zaak 123456782", "id-kaart 123456782"),
        *("123456782 is het BSN", "sofinummer 123456782", "citizen service number 123456782"),
        *("order 123456782 (bsn)", "BSN nr123456782", "b.s.n. 123456782", "BSN 1985.12.351"),
    ],
)
def test_a_word_for_it_near_a_number_makes_it_a_bsn(text: str) -> None:
    assert looks_personal(text)
    assert looks_personal(text, reference=True)


@pytest.mark.parametrize(
    "text",
    [
        *("8931440301234567890", "8931-4403-0123-4567-89", "89 31 440 301 234 567 890"),
        *("356938035643809", "35-693803-564380-9", "35 693803 564380 9", "356938 03 564380 9"),
    ],
)
def test_numbers_of_cards_and_devices_hold_no_other_number(text: str) -> None:
    assert not looks_personal(text)
    assert not looks_personal(f"SIM {text}, order 1", reference=True)


@pytest.mark.parametrize("leak", LEAKING[:6])
def test_subjects_that_are_no_persons_are_public_too(leak: str) -> None:
    message = changed(example("recipient-registered"), subject=f"recipient/{leak}")
    assert refused(message) == ("personal-data-in-facts", "/subject")
    source = changed(example(), source=f"urn:voipzeker:{leak}")
    assert refused(source) == ("personal-data-in-facts", "/source")


@pytest.mark.parametrize(
    "id",
    [
        "0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11",
        *ORDINARY[:8],
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "10023",
        "e:1",
    ],
)
def test_ordinary_ids_are_taken(id: str) -> None:
    if re.fullmatch("[A-Za-z0-9._:-]+", id):
        assert decoded(changed(example(), id=id, correlationid=id)).id == id


def test_references_to_persons_and_personal_data_are_not_looked_through() -> None:
    number = "0612345678"
    message = changed(
        example("personal-data-accessed"),
        subject=f"customer/{number}",
        data__employee=f"employee/{number}",
        data__personal={"remark": f"{number} j@example.nl"},
    )
    assert decoded(message).personal["remark"].startswith(number)


def test_keys_of_a_map_are_looked_through() -> None:
    message = changed(example("privacy-notice-published"), data__claims={"j@example.nl": "yes"})
    assert refused(message) == ("personal-data-in-facts", "/data/claims")


def test_the_name_of_a_private_recipient_is_sealed_and_not_looked_through() -> None:
    message = changed(example("recipient-registered"), data__name="J. Voorbeeld, 06-12345678")
    assert refused(message) == ("personal-data-in-facts", "/data/name")
    assert decoded(changed(message, data__kind="subscriber")).personal


def test_random_numbered_references_mostly_pass() -> None:
    numbers = random.Random(7)
    references = [f"C{numbers.randrange(10**8):08}" for _ in range(500)]
    assert not [text for text in references if looks_personal(text)]
    assert json.loads(json.dumps(references)) == references
