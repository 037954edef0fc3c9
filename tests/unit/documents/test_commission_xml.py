"""The Commission's XML, by the names that are known of it: what it says is read, and what is more is told."""

import pytest

from documents.order_forms import received
from documents.order_forms.receiving import Received
from tests.unit.documents import making
from tests.unit.documents.making import refused

FORM = "http://data.europa.eu/edm/1/ns/forms/EPOC-FORM_1#"
PRESERVE = "http://data.europa.eu/edm/1/ns/forms/EPOC-PR-FORM-2#"
NAMESPACES = (
    'xmlns:e="http://data.europa.eu/edm/1/ns/epoc" xmlns:i="http://data.europa.eu/edm/1/ns/eio"'
)
EVIDENCE = """<e:Evidence>
  <e:Identifier><e:Id>1</e:Id><e:Type>PHONE_NUMBER</e:Type><e:Value>+31 20 1234567</e:Value>
    <e:DateTimeRange><e:Start>2026-10-01T00:00:00Z</e:Start><e:End>2026-10-08T12:00:00Z</e:End></e:DateTimeRange>
  </e:Identifier>
  <e:DataCategories><e:Subscriber><e:Selection><e:Option>USER_INFORMATION</e:Option>
    <e:Option>PUK_CODES_INFORMATION</e:Option></e:Selection></e:Subscriber></e:DataCategories>
</e:Evidence>"""
DEADLINE = "<f:WithinTenDays>AS_SOON_AS_POSSIBLE</f:WithinTenDays>"
KIND = "JUDGE_COURT_OR_INVESTIGATING_JUDGE"


def document(
    evidence: str = EVIDENCE, deadline: str = DEADLINE, kind: str = KIND, more: str = ""
) -> bytes:
    """Form 1, filled in."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<f:Form xmlns:f="{FORM}" {NAMESPACES}>
  <f:SectionA><e:IssuingAndContactAuthority><e:IssuingAuthority>
    <i:NameOfAuthority>Staatsanwaltschaft</i:NameOfAuthority><i:FileReference>345 Js 12/26</i:FileReference>
  </e:IssuingAuthority></e:IssuingAndContactAuthority></f:SectionA>
  <f:SectionB><e:Addressee><e:Authority><i:NameOfAuthority>VoipZeker</i:NameOfAuthority></e:Authority></e:Addressee>
    <e:EmergencyCase>false</e:EmergencyCase></f:SectionB>
  <f:SectionC><f:DataProductionInRelationToDeadline>{deadline}</f:DataProductionInRelationToDeadline></f:SectionC>
  <f:SectionEToF>{evidence}</f:SectionEToF>
  <f:SectionI><e:Type>{kind}</e:Type>
    <e:SignatureOfAuthority><e:Date>2026-11-20+01:00</e:Date></e:SignatureOfAuthority></f:SectionI>
  <f:SectionL><f:ToWhomTransferTheData><f:AuthorityCompetences>ISSUING_AUTHORITY</f:AuthorityCompetences>
  </f:ToWhomTransferTheData></f:SectionL>{more}
</f:Form>""".encode()


def read(data: bytes) -> Received:
    """With the authority that the command names."""
    return received(data, "sta-beispielstadt")


def wrong(data: bytes) -> set[tuple[str, str, str]]:
    """What is wrong with a document."""
    found = making.wrong(data, "sta-beispielstadt")
    return {(one.section, one.field, one.code) for one in found}


def test_what_is_known_is_read_and_what_is_more_is_told() -> None:
    result = read(document())
    (order,) = result.orders
    assert (order.form, order.kind, order.urgent) == ("epoc", "production", False)
    assert order.personal == {"assigned_numbers": "+31201234567"}
    assert "name" in order.requested_fields
    assert str(order.period_from) == "2026-10-01"
    assert str(order.period_to) == "2026-10-08"
    assert order.case_ref == "345-Js-12/26"
    assert result.unheld == ("puk",)
    # The number of the identifier is not read.
    assert [one.section for one in result.more] == ["EF"]


def test_what_the_reader_does_not_know_is_not_said_to_be_missing() -> None:
    """The names of the offence's elements are not known: they may be there."""
    more = "<f:SectionG><f:NatureOfOffence>fraud</f:NatureOfOffence></f:SectionG>"
    result = read(document(more=more))
    assert [one.section for one in result.more] == ["EF", "G"]
    assert result.more[1].say("en").startswith("section G, Underlying conditions: ")


def test_deadlines_that_exclude_each_other_are_refused() -> None:
    both = DEADLINE + "<f:Emergency><f:Value>IMMINENT_THREAT_TO_LIFE</f:Value></f:Emergency>"
    assert wrong(document(deadline=both)) == {("C", "deadline", "deadlines-contradict")}


def test_an_emergency_is_urgent() -> None:
    one = "<f:Emergency><f:Value>IMMINENT_THREAT_TO_LIFE</f:Value></f:Emergency>"
    (order,) = read(document(deadline=one)).orders
    assert order.urgent is True


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("USER_INFORMATION", "EVERYTHING", ("EF", "category", "unknown-category")),
        ("2026-10-08T12:00:00Z", "2026-10-08T12:00:00", ("EF", "to", "not-instant")),
        ("2026-10-08T12:00:00Z", "2026-09-08T12:00:00Z", ("EF", "to", "period-reversed")),
        (KIND, "MAYOR", ("I", "issuer_kind", "unknown-choice")),
        (KIND, "OTHER_COMPETENT_AUTHORITY", ("J", "validator", "validation-missing")),
        (
            "<i:NameOfAuthority>Staatsanwaltschaft</i:NameOfAuthority>",
            "",
            ("A", "issuing_authority", "missing"),
        ),
        (
            "</f:ToWhomTransferTheData>",
            "<f:AuthorityCompetences>VALIDATING_AUTHORITY</f:AuthorityCompetences></f:ToWhomTransferTheData>",
            ("L", "transfer_to", "repeated"),
        ),
        (
            "</e:Addressee>",
            "<e:Authority><i:NameOfAuthority>Other</i:NameOfAuthority></e:Authority></e:Addressee>",
            ("B", "addressee", "repeated"),
        ),
    ],
)
def test_a_fault_is_told(old: str, new: str, found: tuple[str, str, str]) -> None:
    assert wrong(document().replace(old.encode(), new.encode())) == {found}


def test_each_evidence_is_an_order() -> None:
    other = EVIDENCE.replace("PHONE_NUMBER", "EMAIL").replace("+31 20 1234567", "jan@example.org")
    one, two = read(document(evidence=EVIDENCE + other)).orders
    assert one.personal == {"assigned_numbers": "+31201234567"}
    assert two.personal == {"email": "jan@example.org"}


def test_an_identifier_of_another_kind_is_sealed_and_told() -> None:
    result = read(document().replace(b"PHONE_NUMBER", b"IP_ADDRESS_RANGE"))
    assert result.orders[0].personal == {"remark": "+31 20 1234567"}
    assert "other-identifier" in {one.code for one in result.more}


def test_an_order_to_preserve() -> None:
    data = (
        document(deadline="")
        .replace(FORM.encode(), PRESERVE.encode())
        .replace(b"SectionI>", b"SectionF>")
        .replace(b"SectionEToF>", b"SectionC>")
    )
    (order,) = read(data).orders
    assert (order.form, order.kind) == ("epoc-pr", "preservation")


@pytest.mark.parametrize("number", ["EPOC-FORM-3#", "EPOC-PR-FORM-5#", "EPOC-PR-FORM-6#"])
def test_a_form_that_is_not_read_says_so(number: str) -> None:
    data = document().replace(b"EPOC-FORM_1#", number.encode())
    (problem,) = refused(lambda: read(data)).problems
    assert problem.code in {"not-an-order", "form-not-read"}


def test_names_of_another_namespace_are_not_read() -> None:
    data = document().replace(b"http://data.europa.eu/edm/1/ns/eio", b"urn:other")
    assert wrong(data) == {("A", "", "section-missing"), ("B", "addressee", "missing")}
