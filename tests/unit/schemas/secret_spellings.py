"""Messages that tell of an investigation by what they say in so many words: what must be withheld."""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

from rulebook import PROVISIONS
from tests.fixtures.whole import WHOLE
from tests.unit.schemas.making import FOREIGN, GONE, Message, changed, example

CITATIONS: Final = (
    *(
        "nl.sv.126n",
        "Sv-126NI",
        "wvsv.art126na",
        "tw.13.4",
        "wiv-2017",
        "126nd",
        "art-126n-sv",
        "sv.96a",
    ),
    *("telecommunicatiewet.13.4", "tw.13.2a", "wiv.2017.47", "wiv.2002", "eu.2023.1543", "awr.81"),
    *(
        "artikel-126m",
        "sv/126na/2026",
        "art-47-wiv",
        "sv\u2011126nd",
        "\uff53\uff56.126n",
        "SV_126ZG",
    ),
)
"""Articles of the law of investigation, as codes and references cite them."""
KINDS: Final = ("police", "public-prosecutor", "intelligence-service", "investigation-agency")
MEMBERS: Final = (
    *("data__provision", "data__ground", "data__purpose", "data__necessity_reason", "data__reason"),
    *(
        "data__role",
        "data__case_ref",
        "data__hold_ref",
        "data__activity",
        "data__recipient",
        "data__owner",
    ),
    *(
        "data__purposes",
        "data__surprise",
        "correlationid",
        "source",
        "subject",
        "id",
        "data__scope",
    ),
)
PUBLIC: Final = "privacy-notice-published"


def by_provision() -> Iterator[Message]:
    """A disclosure under each secret provision, to each kind that investigates and to one that does not."""
    base = changed(example("personal-data-disclosed"), data__legal_basis="6-1-c")
    secret = [entry for entry in PROVISIONS if entry.secrecy == "mandatory"]
    names = [name for entry in secret for name in (entry.id, *entry.aliases)]
    spelled = [
        text for name in names for text in (name, name.upper(), name.replace(".", "-"), f"{name}.2")
    ]
    for number, (text, kind) in enumerate(product(spelled, (*KINDS, "carrier"))):
        yield changed(base, id=f"p{number}", data__provision=text, data__recipient_kind=kind)


def by_member() -> Iterator[Message]:
    """Each type with a citation in each member, whether its shape knows that member or not.

    In a share each type has each member with one citation, and each member has each citation in some type.
    """
    names = [entry.name for entry in FOREIGN if entry.name != PUBLIC]
    for number, (name, member, text) in enumerate(product(names, MEMBERS, CITATIONS)):
        turn = names.index(name) + MEMBERS.index(member)
        if not WHOLE and text != CITATIONS[turn % len(CITATIONS)]:
            continue
        value: Any = [{"purpose": "x", "provision": text}] if member == "data__purposes" else text
        if name == "bulk-feed-delivered" and (member, text) == ("data__provision", "tw.13.4"):
            continue  # that CIOT gets its feed under it is no secret
        made = changed(example(name), id=f"m{number}")
        yield changed(made, **{member: f"customer/{text}" if member == "subject" else value})


def by_kind() -> Iterator[Message]:
    """A disclosure to whoever investigates, on each legal basis, with nothing that clears it."""
    base = changed(example("personal-data-disclosed"), data__provision=GONE)
    bases = [f"6-1-{letter}" for letter in "abcdef"]
    for number, (kind, basis) in enumerate(product((*KINDS, "Police", "public_prosecutor"), bases)):
        made = changed(base, id=f"k{number}", data__recipient_kind=kind, data__legal_basis=basis)
        yield made
        yield changed(made, id=f"k{number}u", data__provision="nl.nowhere")
        yield changed(made, id=f"k{number}n", data__provision="nl.awr.53", data__notice="barred")


def by_shape() -> Iterator[Message | bytes | list[Any]]:
    """What is no event of the contract, and holds one of these."""
    for secret in (
        next(by_kind()),
        next(by_provision()),
        {**example(), "correlationid": "sv-126n"},
    ):
        yield [secret]
        yield {"events": [secret]}
        yield changed(example(), data=[secret])
        yield {**secret, "type": "nl.voipzeker.ledger.personal-data-disclosed.v2"}
        yield str(secret).encode()
    yield b'{"type":"nl.voipzeker.ledger.order-received.v1"'
    yield '{"recipient_kind":"police"}'.encode("utf-16")
    yield b'{"recipient_kind":"\\u0070olice"'
    yield b'{"recipient_kind":"Police"'
    yield [{"recipient_kind": "POLICE"}]
    yield b'{"case_ref":"sv-126nd"'
