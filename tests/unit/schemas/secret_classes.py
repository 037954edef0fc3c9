"""Messages that leave open what they tell of an authority: each class of them must be withheld."""

import json
from base64 import b64encode
from collections.abc import Iterator
from itertools import product
from typing import Any

from rulebook import PROVISIONS
from tests.unit.schemas.making import GONE, Message, changed, example
from tests.unit.schemas.secret_spellings import HINTS, PUBLIC, REGISTER

CODES = (
    *("gdpr-23", "uavg-41", "belang-van-het-onderzoek", "ciot-query", "bob", "eob", "wwft-melding"),
    *("ciot-operator", "OM", "counterterror", "nl-wwft-23", "p0lice", "notice-barred", "geheim"),
    *("rc-machtiging", "douane", "special-request", "uitlevering", "nsa", "liaison", "b-o-b"),
)
SPELLED = ("{}", "{}-7", "case.{}", "customer_{}", "{}/request", "2026-{}", "{}.v2")
HOLDS = ("legal-hold-placed", "legal-hold-reviewed", "legal-hold-released")
GROUNDED = (*HOLDS, "disclosure-notice-withheld", "rights-request-refused")
LAWS = (
    *("us.cloud-act", "uk.ipa.2016", "de.stpo.100a", "eu.eio", "nl.wwft.16", "nl.wwft.17"),
    *("nl.wed.19", "nl.nowhere", "nl.awr.81", "nl.rv", "nl.sr.189", "x.y"),
)
INVESTIGATORS = ("police", "public-prosecutor", "intelligence-service", "investigation-agency")
AUTHORITIES = ("court", "supervisory-authority", "tax-authority", "emergency-services")
KINDS: tuple[Any, ...] = (
    *("fbi", "douane", "p0lice", "polce", "cia", "om", "fiu-nl", "rijksrecherche", "MIVD", "dea"),
    *("foreign-police-force", "inteligence-service", "grenswacht", "public_prosecutr"),
    *(["fbi"], ["police"], {"kind": "douane"}, [["carrier", "nsa"]]),
)
TYPES = (
    *("vordering-ontvangen", "bevel-uitgevoerd", "machtiging-rc-ontvangen", "uitlevering-gevraagd"),
    *("ciot-bevraging", "geheim-verzoek", "tapp-gestart", "eob-received", "lea-demand-handled"),
    *("warrant-served", "court-order-received", "authority-request-received"),
)
NAMED = ("nl.voipzeker.ledger.{}.v1", "nl.voipzeker.ledger.{}.v2", "{}", "com.example.{}")


def given(**values: Any) -> Message:
    """A disclosure on a legitimate interest, without a provision."""
    base = changed(
        example("personal-data-disclosed"), data__legal_basis="6-1-f", data__provision=GONE
    )
    return changed(base, **values)


def by_code() -> Iterator[Message]:
    """Grounds, roles and purposes of access, and what courts get data for: codes that nobody knows."""
    places = [
        *((example(name), "ground") for name in GROUNDED),
        *((example("personal-data-accessed"), member) for member in ("role", "purpose")),
        *(
            (given(data__recipient_kind=kind, data__purpose="dispute-settlement"), member)
            for kind in AUTHORITIES
            for member in ("purpose", "necessity_reason")
        ),
    ]
    for (base, member), code, spelled, basis in product(places, CODES, SPELLED, ("6-1-b", "6-1-f")):
        named = {f"data__{member}": spelled.format(code)}
        yield changed(base, **named, data__legal_basis=basis, data__provision=GONE)


def by_law() -> Iterator[Message]:
    """Provisions that nobody knows, where an authority may be behind them."""
    authorities = [given(data__recipient_kind=kind) for kind in AUTHORITIES]
    others = [example(name) for name in (*GROUNDED, "personal-data-accessed")]
    told = [example(f"{what}-disclosed") for what in ("emergency-call", "malicious-call-data")]
    for base, law, basis in product((*authorities, *others, *told), LAWS, ("6-1-c", "6-1-f")):
        for spelled in (law, law.upper(), law.replace(".", "-"), f"{law}.1"):
            yield changed(base, data__provision=spelled, data__legal_basis=basis)


def by_misfit() -> Iterator[Message]:
    """Who investigates receives under a known provision that names somebody else, or nobody."""
    for kind, entry in product(INVESTIGATORS, PROVISIONS):
        if kind not in entry.authorities or entry.secrecy == "mandatory":
            for name in (entry.id, *entry.aliases):
                given_to = {"data__recipient_kind": kind, "data__provision": name}
                yield given(**given_to, data__legal_basis="6-1-c")
    foreign = {"data__country": "DE", "data__legal_basis": "6-1-c"}
    yield given(**foreign, data__recipient_kind="tax-authority", data__provision="nl.awr.53")
    yield given(**foreign, data__recipient_kind="court", data__provision="nl.tw.11.5.6")


def by_unknown_kind() -> Iterator[Message]:
    """Kinds of recipient that the contract does not know, which may be anybody."""
    for kind, basis in product(KINDS, [f"6-1-{letter}" for letter in "abcdef"]):
        yield given(data__recipient_kind=kind, data__legal_basis=basis)
        yield given(data__recipient_kind=kind, data__legal_basis=basis, data__surprise=1)


def by_unknown_type() -> Iterator[Message]:
    """Types that the contract does not know, which may name anything."""
    for name, named in product(TYPES, NAMED):
        yield changed(example(), type=named.format(name))
        yield changed(example(), type=named.format(name), specversion="0.3")


def by_upkeep() -> Iterator[Message]:
    """Upkeep of the register that says more than which parties and rules there are; all about staff."""
    members = ("correlationid", "causationid", "source", "id", "data__reason")
    for name, member, hint in product(sorted(REGISTER - {PUBLIC}), members, HINTS):
        yield changed(example(name), **{member: hint})
    for name in ("role-granted", "role-revoked", "vog-presented", "employment-ended"):
        yield changed(example(name), correlationid="police-case-7")


def by_shape() -> Iterator[Any]:
    """Events in a list, in a wrapper, as a text within a text, cut off: bytes, and JSON values."""
    held = changed(example("legal-hold-placed"), data__ground="bob")
    seen = changed(example("personal-data-accessed"), data__purpose="eob")
    for one in (held, seen, given(data__recipient_kind="nsa")):
        sent = json.dumps(one)
        yield from ([one], {"events": [one]}, {**example(), "data": {"batch": [one]}})
        yield changed(one, data=json.dumps(one["data"]))
        yield changed(
            one, data=GONE, data_base64=b64encode(json.dumps(one["data"]).encode()).decode()
        )
        yield from (sent[:-1].encode(), f"[{sent}".encode(), sent.replace("{", "{{", 1).encode())
        yield sent.encode("utf-16")[:-2]


def by_bytes() -> Iterator[bytes]:
    """Bytes that are no JSON, and how they hide a word: escaped twice, or in another encoding."""
    for word in ("tap", "warrant", "aivd", "politie", "sv 126 n"):
        for slashes in range(1, 5):
            for letter in "nrt":
                yield f'{{"a":"x{chr(92) * slashes}{letter}{word}"'.encode()
            yield ('{"a":"' + "".join(f"{chr(92) * slashes}u{ord(c):04x}" for c in word)).encode()
        yield ('{"a":"' + "".join(f"{chr(92)}u005cu{ord(c):04x}" for c in word)).encode()
    alike = "\u0440\u043e\u043bit\u0438\u0435 \u0432\u0440\u0430\u0430\u0433 \u0437\u0430\u043a"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r"):
        yield f'{{"reason":"{alike}"'.encode(encoding)
    yield "{'reason':'politie'".encode("cp037")
    yield bytes(range(256))


CLASSES = (
    *(by_code, by_law, by_misfit, by_unknown_kind, by_unknown_type, by_upkeep),
    *(by_shape, by_bytes),
)
