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


WHY = ("ground", "reason", "outcome", "action", "decision", "forum", "rule", "role", "purpose")
SAYING = (
    *("rights-request-extended", "rights-request-answered", "objection-raised", "objection-upheld"),
    *("objection-overruled", "service-blocked", "service-unblocked", "service-deactivated"),
    *("processing-restricted", "restriction-lifted", "recipient-notified", "event-annulled"),
    "number-porting-cancelled",
)
TOGETHER = (
    *("officer-request", "officer-of-court", "defence-request", "legal-request", "court-request"),
    *("external-order", "law-officer", "public-safety", "customs", "silent-hold", "OfficerRequest"),
)
FOREIGN_LAWS = ("us.sca.2703", "fr.cpp.60-1", "uk.ipa.2016", "nl.wed.18", "be.sv.46bis", "nl.sr.1")
RESTRICTING = (
    *("service-blocked", "service-deactivated", "account-deactivated", "processing-restricted"),
    *("restriction-lifted", "number-porting-performed", "equipment-shipped", "event-annulled"),
    *("recipient-notified", "bulk-feed-delivered", "erasure-decided", "objection-overruled"),
    *("rights-request-extended", "disclosure-notice-given", "court-petition-received"),
)
PRIVATE = ("processor", "carrier", "lawyer", "shipping", "group-company", "bailiff")
CASES = (
    *("vordering-12", "gag-order", "Onderzoek Zwaluw 2026-77", "Politie zaak 26-123", "tapbevel"),
    *("secret-order-desk", "investigation 2026/7.81", "sealed order"),
)
ALL_CATEGORIES = (
    *("identity", "contact", "service", "device", "behaviour", "fraud", "location", "credential"),
    *("correspondence", "credit", "staff", "address"),
)


def by_reason() -> Iterator[Message]:
    """Why something was done because of others, or not done: codes that nobody knows."""
    for name, member, code in product(SAYING, WHY, CODES):
        told = example(name)
        if member in told["data"]:
            yield changed(told, **{f"data__{member}": code}, data__provision=GONE)
    for member, code in product(WHY, CODES):  # where the type has no such member
        yield changed(example("order-placed"), **{f"data__{member}": code})
    for code in CODES:
        yield changed(example("disclosure-notice-given"), data__channel=code)
        decided = {"decision": "retain", "ground": "claim"}
        for more in ({"ground": code}, {"rule": code}, {"besides": [{"ground": code}]}):
            kept = {**decided, **more}
            yield changed(example("erasure-decided"), data__decisions__contact=kept)


def by_foreign_law() -> Iterator[Message]:
    """Provisions that nobody knows, whoever receives, and whatever is restricted under them."""
    for law, kind, basis in product(FOREIGN_LAWS, PRIVATE, ("6-1-c", "6-1-f")):
        yield given(data__recipient_kind=kind, data__provision=law, data__legal_basis=basis)
    for law, name in product(FOREIGN_LAWS, RESTRICTING):
        yield changed(example(name), data__provision=law)


def by_personal_value() -> Iterator[Message]:
    """Sealed values that name an article or a case; in free text who investigates beside what they do."""
    base = changed(example(), data__categories=list(ALL_CATEGORIES))
    for field, text in product(
        (
            "name",
            "fraud_signal",
            "service_ids",
            "login_name",
            "location_text",
            "device_id",
            "remark",
        ),
        (
            "nl.sv.126na",
            "Sv art. 126 n",
            "tapbevel 7",
            "Tw 13.4",
            "wiretap",
            "gag order",
            "WIV 2017",
        ),
    ):
        yield changed(base, data__personal={field: text})
        yield changed(base, data__personal={field: ["x", text]})
    for field in ("remark", "letter_text", "ticket_text", "fraud_signal", "visited_pages"):
        for text in (
            "politie, verdachte",
            "De officier van justitie vordert: vordering 3",
            "OvJ: tap",
        ):
            yield changed(base, data__personal={field: text})
    yield changed(
        base, data__personal={"remark": json.dumps({"politie": ["verdachte", "tapbevel"]})}
    )


def by_case() -> Iterator[Message]:
    """Entries of the register that belong to a case: its number beside a word, or an order."""
    party, activity = example("recipient-registered"), example("processing-activity-declared")
    for text in CASES:
        yield changed(party, data__name=text)
        yield changed(activity, data__owner=text)
        yield changed(activity, data__security_measures=["encryption", text])
        code = "-".join(text.replace("/", ".").split())
        yield changed(party, subject=f"recipient/{code}")
        yield changed(activity, data__purposes=[{"purpose": code, "legal_basis": "6-1-c"}])
        yield changed(party, data__agreement_ref=code)
    yield changed(party, data__agreement_ref="tap-7")


def by_together() -> Iterator[Message]:
    """Ordinary words that together say who asked, and a court that commands under no provision."""
    for code, member in product(TOGETHER, ("role", "purpose")):
        yield changed(example("personal-data-accessed"), **{f"data__{member}": code})
    for code in TOGETHER:
        yield changed(example("service-blocked"), data__reason=code)
    civil = {"data__purpose": "dispute-settlement", "data__necessity_reason": "court-order"}
    for basis in ("6-1-c", "6-1-e"):
        yield given(data__recipient_kind="court", data__legal_basis=basis, **civil)
    yield given(data__recipient_kind="court", data__country="US", **civil)
    for kind in ("security", "defence", "customs", "military", "state", "ministry"):
        yield given(data__recipient_kind=kind)


def by_slip() -> Iterator[Message]:
    """Types with a slip or of another version, and right ones in a wrong shape: their facts are judged."""
    seen = example("personal-data-accessed")
    for name in (
        "personal-data-accesed.v1",
        "personal-data-accessed.v2",
        "PersonalDataAccessed.v1",
    ):
        told = changed(seen, type=f"nl.voipzeker.ledger.{name}")
        yield changed(told, data__role="eob")
        yield changed(told, data__purpose=["support", "eob"])
        yield changed(told, data__provision="us.sca.2703")
    yield changed(seen, data__surprise={"role": "eob"})
    yield changed(seen, data__role={"x": "eob"})
    yield changed(seen, data__case_ref=7, data__purpose=["eob"])
    for kind in ("police", "fbi"):
        yield changed(example("order-placed"), data__x=[{"recipient_kind": kind}])
        yield changed(example("order-placed"), data__x=json.dumps({"recipient_kind": kind}))
        cleared = {"provision": "nl.tw.11.10", "legal_basis": "6-1-c"}
        yield given(
            **{f"data__{n}": v for n, v in cleared.items()}, data__x={"recipient_kind": kind}
        )


def by_encoding() -> Iterator[Message]:
    """What is said beside the facts, or in the escapes of something else."""
    ordered = example("order-placed")
    for text in ('{"recipient_kind":"police"}', '{"ground":"eob"}', "politie???>>>", '[["tap-7"]]'):
        encoded = b64encode(text.encode()).decode()
        yield changed(ordered, data_base64=encoded)
        yield changed(ordered, data_base64=encoded.rstrip("=").replace("/", "_").replace("+", "-"))
        yield changed(ordered, data_base64=f"{encoded[:4]}\r\n{encoded[4:]}")
    yield changed(ordered, data=json.dumps(json.dumps({"x": {"reason": "eob"}})))
    for text in ("%70olitie", "&#112;olice", "&#x70;olitie", "p%6flice"):
        yield changed(ordered, data__x=text)
        yield changed(example("processing-activity-declared"), data__description=text)
    for note in ("note=police", 'note="tap"', "x=AIVD"):
        yield changed(ordered, datacontenttype=f"application/json; {note}")
    for name in ("dataclassification", "dataregulation", "datacategory"):
        for text in ("secret", "top-secret", "staatsgeheim", "stg-zg", "wiv", "sigint"):
            yield changed(ordered, **{name: text})
    yield changed(ordered, authid="police-officer")


def by_split() -> Iterator[Message]:
    """Words that begin in one member and end in the next."""
    ordered = example("order-placed")
    for first, then in (("pol", "ice"), ("poli", "tie"), ("x-inter", "ception"), ("op", "sporing")):
        yield changed(ordered, data__order_ref=first, data__services=[then])
        yield changed(ordered, data__services=[first, then])
        facts = {"activity": "a", "legal_basis": "6-1-b", "order_ref": first, "recipient": then}
        yield changed(example("equipment-shipped"), data=facts)


CLASSES = (
    *(by_code, by_law, by_misfit, by_unknown_kind, by_unknown_type, by_upkeep),
    *(by_shape, by_bytes, by_reason, by_foreign_law, by_personal_value, by_case),
    *(by_together, by_slip, by_encoding, by_split),
)
