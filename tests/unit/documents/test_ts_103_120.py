"""Messages of TS 103 120: an authorisation and its tasks, or a refusal that names what is unclear."""

from datetime import date

import pytest

from documents.order_forms import received
from documents.order_forms.receiving import Received
from tests.unit.documents import making

NAMESPACES = """xmlns="http://uri.etsi.org/03120/common/2019/10/Core"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:common="http://uri.etsi.org/03120/common/2016/02/Common"
 xmlns:auth="http://uri.etsi.org/03120/common/2020/09/Authorisation"
 xmlns:task="http://uri.etsi.org/03120/common/2020/09/Task" xmlns:doc="http://uri.etsi.org/03120/common/2020/09/Document\""""


def entry(name: str, value: str) -> str:
    """An entry of a dictionary."""
    owner = "<common:Owner>ETSI</common:Owner>"
    return f"{owner}<common:Name>{name}</common:Name><common:Value>{value}</common:Value>"


def approval(kind: str, role: str) -> str:
    """One approval."""
    return f"""<auth:AuthorisationApprovalDetails><common:ApprovalType>{kind}</common:ApprovalType>
<common:ApproverDetails><common:ApproverName>Staatsanwaltschaft</common:ApproverName>
<common:ApproverRole>{role}</common:ApproverRole></common:ApproverDetails>
<common:ApprovalTimestamp>2026-11-20T23:30:00Z</common:ApprovalTimestamp></auth:AuthorisationApprovalDetails>"""


def authorisation(
    legal: str = entry("EPOCLegalType", "EPOC"),
    approvals: str = approval("IssuingAuthority", "PublicProsecutor"),
    more: str = "",
) -> str:
    """An authorisation."""
    return f"""<HI1Object xsi:type="auth:AuthorisationObject"><ObjectIdentifier>1</ObjectIdentifier>
<auth:AuthorisationReference>345 Js 12/26</auth:AuthorisationReference>
<auth:AuthorisationLegalType>{legal}</auth:AuthorisationLegalType>
<auth:AuthorisationPriority>{entry("EPOCPriority", "EightHours")}</auth:AuthorisationPriority>
<auth:AuthorisationCSPID><auth:CSPID><CountryCode>NL</CountryCode><UniqueIdentifier>voipzeker</UniqueIdentifier>
</auth:CSPID></auth:AuthorisationCSPID>{approvals}{more}</HI1Object>"""


SOUGHT = """<task:FormatType><task:FormatOwner>ETSI</task:FormatOwner>
<task:FormatName>InternationalE164</task:FormatName></task:FormatType><task:Value>31201234567</task:Value>"""
SUBTYPE = f"""<task:Subtype><task:RequestSubtype>{entry("EPOCRequestSubtype", "UserInformation")}
</task:RequestSubtype></task:Subtype>"""


def task(kind: str = "LDTaskObject", requested: str = "SubscriberData", more: str = SUBTYPE) -> str:
    """A task about one number."""
    return f"""<HI1Object xsi:type="task:{kind}"><ObjectIdentifier>2</ObjectIdentifier><task:RequestDetails>
<task:Type>{entry("RequestType", requested)}</task:Type>
<task:StartTime>2026-10-01T00:00:00.000000Z</task:StartTime><task:EndTime>2026-10-08T12:00:00.000000Z</task:EndTime>
<task:RequestValues><task:RequestValue>{SOUGHT}</task:RequestValue></task:RequestValues>{more}
</task:RequestDetails></HI1Object>"""


INTERCEPTION = f"""<HI1Object xsi:type="task:LITaskObject"><ObjectIdentifier>2</ObjectIdentifier>
<task:Timespan><task:StartTime>2026-12-01T00:00:00Z</task:StartTime><task:EndTime>2027-01-01T00:00:00Z</task:EndTime>
</task:Timespan><task:TargetIdentifier><task:TargetIdentifierValues><task:TargetIdentifierValue>{SOUGHT}
</task:TargetIdentifierValue></task:TargetIdentifierValues></task:TargetIdentifier>
<task:DeliveryType>{entry("TaskDeliveryType", "IRIOnly")}</task:DeliveryType></HI1Object>"""
DOCUMENT = '<HI1Object xsi:type="doc:DocumentObject"><doc:DocumentName>a.pdf</doc:DocumentName></HI1Object>'
WARRANT = approval("Warrant", "examining-judge")


def message(*objects: str, verb: str = "CREATE") -> bytes:
    """A request with an action for each object."""
    actions = "".join(
        f"<ActionRequest><ActionIdentifier>{n}</ActionIdentifier><{verb}>{one}</{verb}></ActionRequest>"
        for n, one in enumerate(objects)
    )
    return f"""<HI1Message {NAMESPACES}><Header><SenderIdentifier><CountryCode>DE</CountryCode>
<UniqueIdentifier>STA1</UniqueIdentifier></SenderIdentifier></Header><Payload><RequestPayload><ActionRequests>{actions}
</ActionRequests></RequestPayload></Payload></HI1Message>""".encode()


def read(data: bytes) -> Received:
    """With the authority that the command names."""
    return received(data, "sta-beispielstadt")


def wrong(*objects: str, verb: str = "CREATE") -> set[tuple[str, str, str]]:
    """What is wrong with a message."""
    found = making.wrong(message(*objects, verb=verb), "sta-beispielstadt")
    return {(one.section, one.field, one.code) for one in found}


def test_a_european_order() -> None:
    (order,) = read(message(authorisation(), task())).orders
    assert (order.form, order.kind, order.provision) == ("ts-103-120", "production", "eu.2023.1543")
    assert (order.country, order.case_ref, order.urgent) == ("DE", "345-Js-12/26", True)
    assert order.personal == {"assigned_numbers": "+31201234567"}
    assert "name" in order.requested_fields
    assert "iban" not in order.requested_fields
    assert (order.period_from, order.period_to) == (date(2026, 10, 1), date(2026, 10, 8))


def test_a_type_without_subtypes_is_all_of_it() -> None:
    (order,) = read(message(authorisation(), task(more=""))).orders
    assert {"name", "iban", "login_name"} <= set(order.requested_fields)


def test_an_order_to_preserve() -> None:
    legal = entry("EPOCLegalType", "EPOCPR")
    (order,) = read(message(authorisation(legal), task("LPTaskObject"))).orders
    assert order.kind == "preservation"


def test_an_interception_under_national_law() -> None:
    data = message(authorisation(entry("NL", "126m"), WARRANT), INTERCEPTION)
    (order,) = read(data).orders
    assert (order.kind, order.provision) == ("interception", "nl.sv.126m")
    assert order.issued_by == "examining-judge"
    assert "called_number" in order.requested_fields
    assert order.period_to == date(2027, 1, 1)


def test_a_value_of_another_format_is_sealed_and_told() -> None:
    result = read(message(authorisation(), task().replace("InternationalE164", "SUPIIMSI")))
    assert result.orders[0].personal == {"remark": "31201234567"}
    assert [one.code for one in result.more] == ["other-identifier"]


def test_each_task_is_an_order() -> None:
    assert len(read(message(authorisation(), task(), task())).orders) == 2


def test_a_document_that_comes_along_must_be_looked_at() -> None:
    assert [one.code for one in read(message(authorisation(), task(), DOCUMENT)).more] == [
        "more-sections"
    ]


SECOND = """<auth:AuthorisationCSPID><auth:CSPID><UniqueIdentifier>other</UniqueIdentifier>
</auth:CSPID></auth:AuthorisationCSPID>"""


@pytest.mark.parametrize(
    ("objects", "code"),
    [
        ((task(),), "authorisations"),
        ((authorisation(), authorisation(), task()), "authorisations"),
        ((authorisation(),), "tasks"),
        ((authorisation(), task(), INTERCEPTION), "tasks"),
        ((authorisation(more=SECOND), task()), "addressees"),
        ((authorisation(entry("a", "EPOC") + entry("a", "EPOCPR")), task()), "legal-types"),
        ((), "not-a-request"),
    ],
)
def test_a_message_that_leaves_the_order_open_is_refused(
    objects: tuple[str, ...], code: str
) -> None:
    assert wrong(*objects) == {("", "", code)}


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "GET"])
def test_another_action_creates_no_order(verb: str) -> None:
    assert wrong(authorisation(), task(), verb=verb) == {("", "", "not-a-request")}


@pytest.mark.parametrize(
    ("objects", "found"),
    [
        (
            (authorisation(), task(requested="Everything", more="")),
            ("EF", "category", "unknown-category"),
        ),
        (
            (authorisation(), task(more=SUBTYPE.replace("UserInformation", "Secrets"))),
            ("EF", "category", "unknown-category"),
        ),
        (
            (authorisation(), task().replace("12:00:00.000000Z", "12:00:00")),
            ("EF", "to", "not-instant"),
        ),
        (
            (authorisation(approvals=""), task()),
            ("I", "", "section-missing"),
        ),
        (
            (authorisation(entry("NL", "126m"), approval("Warrant", "mayor")), INTERCEPTION),
            ("A", "issued_by", "unknown-choice"),
        ),
    ],
)
def test_a_fault_is_told(objects: tuple[str, ...], found: tuple[str, str, str]) -> None:
    assert found in wrong(*objects)
