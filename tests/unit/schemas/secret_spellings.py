"""Messages that tell of an investigation, in many spellings, types and members: what must be withheld."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from rulebook import PROVISIONS
from tests.unit.schemas.making import FOREIGN, Message, changed, example

ARTICLES = [
    *(entry.id for entry in PROVISIONS if entry.secrecy == "mandatory"),
    *("nl.wvsv.126n", "nl.sv.art126n", "sv.126ni", "wvsv.art.126zja", "nl.sv.126ij", "sv.552i"),
    *("telecommunicatiewet.13.4", "tw.13.2a", "wiv.2017.47", "wiv.2002", "epoc", "epoc-pr"),
    *("e-evidence", "eu.reg.2023.1543", "uavg.41.1.d", "avg.23.1.a"),
]
ALIKE = {"a": "\u0430", "e": "\u0435", "o": "\u043e", "p": "\u0440", "c": "\u0441", "i": "\u0456"}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "title": str.title,
    "dashes": lambda text: text.replace(".", "-"),
    "underscores": lambda text: text.replace(".", "_"),
    "slashes": lambda text: text.replace(".", "/"),
    "spaces": lambda text: text.replace(".", " "),
    "colons": lambda text: text.replace(".", ":"),
    "a paragraph": lambda text: f"{text}.2",
    "lid": lambda text: f"{text}-lid-2",
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in text),
    "zero width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "Unicode dashes": lambda text: text.replace(".", "\u2011"),
    "letters that look alike": lambda text: "".join(ALIKE.get(c, c) for c in text),
    "behind a word": lambda text: f"case.{text}",
}
HINTS = (
    *("police-request", "Politie", "vraag_politie", "public.prosecutor", "openbaar-ministerie"),
    *(
        "officier-van-justitie",
        "opsporing",
        "criminal-investigation",
        "AIVD",
        "mivd",
        "fiod",
        "fiu-nl",
    ),
    *("europol", "lawful-interception", "tap", "preservation-order", "counter-terrorism", "kmar"),
    *(
        "foreign-authority",
        "intelligence_service",
        "rechtshulpverzoek",
        "strafrechtelijk-onderzoek",
    ),
)
MEMBERS = (
    *("data__provision", "data__ground", "data__purpose", "data__necessity_reason", "data__reason"),
    *("data__role", "data__case_ref", "data__hold_ref", "data__activity", "data__recipient"),
    *(
        "data__purposes",
        "data__surprise",
        "correlationid",
        "causationid",
        "source",
        "subject",
        "id",
    ),
    *("data__owner", "data__scope", "data__personal__remark"),
)
PUBLIC = "privacy-notice-published"
REGISTER = {
    *(
        "recipient-registered",
        "recipient-changed",
        "recipient-ended",
        "role-defined",
        "role-granted",
    ),
    *(
        "role-revoked",
        "vog-presented",
        "employment-started",
        "employment-ended",
        "system-registered",
    ),
    *("processing-activity-declared", "processing-activity-changed", "processing-activity-retired"),
    *("security-measure-adopted", "security-measure-retired", "dpia-linked", PUBLIC),
}
KINDS = ("police", "public-prosecutor", "intelligence-service", "investigation-agency")
MORE_KINDS = (
    "Police",
    "POLITIE",
    "fiu",
    "foreign-authority",
    "p\u043elice",
    "pol\u200bice",
    "aivd",
)


def spelled() -> Iterator[str]:
    """Every article in every spelling."""
    for article, spell in product(ARTICLES, SPELLINGS.values()):
        yield spell(article)


def by_provision() -> Iterator[Message]:
    """A disclosure to each kind that investigates, and to one that does not, under each spelling."""
    base = changed(example("personal-data-disclosed"), data__legal_basis="6-1-c")
    for number, (text, kind) in enumerate(product(spelled(), (*KINDS, "carrier"))):
        yield changed(base, id=f"p{number}", data__provision=text, data__recipient_kind=kind)


def by_member() -> Iterator[Message]:
    """Each type with an article in each member, whether its shape knows that member or not."""
    texts = ("nl.sv.126n", "Sv-126NI", "wvsv.art126na", "tw.13.4", "sv126n\u0430", "wiv-2017")
    names = [entry.name for entry in FOREIGN if entry.name != PUBLIC]
    for number, (name, member, text) in enumerate(product(names, MEMBERS, texts)):
        value: Any = [{"purpose": "x", "provision": text}] if member == "data__purposes" else text
        if name == "bulk-feed-delivered" and (member, text) == ("data__provision", "tw.13.4"):
            continue  # that CIOT gets its feed under it is no secret
        made = changed(example(name), id=f"m{number}")
        yield changed(made, **{member: f"customer/{text}" if member == "subject" else value})


def by_hint() -> Iterator[Message]:
    """Each type about persons with a word that hints, without a provision that is known to be open."""
    names = [entry.name for entry in FOREIGN if entry.name not in REGISTER]
    members = [
        one for one in MEMBERS if one not in {"data__personal__remark", "data__purposes", "id"}
    ]
    for number, (name, member, text) in enumerate(product(names, members, HINTS)):
        made = changed(example(name), id=f"h{number}", data__legal_basis="6-1-b")
        made["data"].pop("provision", None)
        yield changed(made, **{member: f"customer/{text}" if member == "subject" else text})


def by_kind() -> Iterator[Message]:
    """A disclosure to whoever investigates, on each legal basis, with nothing that clears it."""
    base = example("personal-data-disclosed")
    base["data"].pop("provision", None)
    bases = [f"6-1-{letter}" for letter in "abcdef"]
    for number, (kind, basis) in enumerate(product((*KINDS, *MORE_KINDS), bases)):
        made = changed(base, id=f"k{number}", data__recipient_kind=kind, data__legal_basis=basis)
        yield made
        yield changed(made, id=f"k{number}u", data__provision="nl.nowhere")
        yield changed(made, id=f"k{number}n", data__provision="nl.awr.53", data__notice="barred")
