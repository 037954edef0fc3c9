"""One made-up order in the making: its steps as messages, and the rules that a step breaks on purpose."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Any

from msgspec import Struct, convert

from rulebook.calendar import AMSTERDAM
from rulebook.orders import OrderFacts, OrderRule, allowed, order_rule
from sample.event import Ground, Publication, act, publish
from sample.recording import digest
from schemas import names

SOURCE, ACTIVITY = "privacy-office", "orders-of-authorities"


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of order: under which provision, from whom, for what."""

    code: str
    provision: str
    authority: str
    recipient_kind: str
    issued_by: str
    kind: str
    fields: tuple[str, ...]
    country: str = "NL"
    form: str = "letter"
    authorised_by: str = ""


def _kinds() -> tuple[Kind, ...]:
    text = files("sample").joinpath("orders.toml").read_text("utf-8")
    return convert(tomllib.loads(text)["kind"], tuple[Kind, ...])


KINDS = _kinds()
BY_CODE: Mapping[str, Kind] = {kind.code: kind for kind in KINDS}


class Case:
    """One order in the making: each step is a message, an hour after the one before unless it says a day."""

    def __init__(self, rng: Random, code: str, number: int, received: datetime) -> None:
        self.rng, self.kind, self.ref = rng, BY_CODE[code], f"O-{number:04d}"
        self.subject = f"customer/{10000 + number}"
        self.at = received
        self.steps: list[Publication] = []
        self.asked: tuple[str, ...] = self.kind.fields

    @property
    def rule(self) -> OrderRule:
        """The rule that the order rests on."""
        rule = order_rule(self.kind.provision, self.received.date(), self.kind.kind)
        assert rule
        return rule

    @property
    def received(self) -> datetime:
        """When the order came in, local."""
        return self.steps[0].published if self.steps else self.at

    def step(self, name: str, /, after: float = 1 / 24, **facts: Any) -> "Case":
        """An act on the order, this many days after the last one."""
        if self.steps:
            self.at += timedelta(days=after)
        about: tuple[str, ...] = tuple(facts.pop("about", ()))
        ground = Ground(ACTIVITY, "6-1-c", self.kind.provision)
        categories = facts.pop("categories", None)
        data = act(ground, about, order_ref=self.ref, **facts)
        if categories:
            data["categories"] = list(categories)
        self.steps.append(publish(self.rng, self.at, SOURCE, name, subject=self.subject, data=data))
        return self

    def receive(self, **facts: Any) -> "Case":
        """The order comes in."""
        usual: dict[str, Any] = {
            "authority": self.kind.authority,
            "requested_fields": list(self.kind.fields),
            "oral": False,
            "kind": self.kind.kind,
            "country": self.kind.country,
            "issued_by": self.kind.issued_by,
            "form": self.kind.form,
            "sha256": digest(self.rng),
        }
        self.asked = tuple(facts.get("requested_fields", self.kind.fields))
        return self.step(names.ORDER_RECEIVED, **{**usual, **facts})

    def check(self) -> "Case":
        """It is found to be genuine, and compared with its provision, after the word that it needs."""
        self.step(names.ORDER_AUTHENTICATED, method="call-back")
        office = self.kind.authorised_by
        if office:
            document = digest(self.rng)
            self.step(names.AUTHORISATION_RECORDED, by=office, document_sha256=document)
        received = self.received.replace(tzinfo=AMSTERDAM)
        order = OrderFacts(
            self.kind.provision,
            received,
            self.asked,
            issued_by=self.kind.issued_by,
            authorised_by=(office,) if office else (),
        )
        answer = allowed(self.rule, order)
        if not answer.refused:
            return self.step(names.ORDER_VALIDATED, allowed_fields=list(answer.fields))
        return self.step(
            names.ORDER_NARROWED,
            allowed_fields=list(answer.fields),
            refused_fields=list(answer.refused),
            ground=answer.grounds[0],
        )

    def execute(self, after: float = 1, **facts: Any) -> "Case":
        """The data is given."""
        decided = self.steps[-1].event["data"].get("allowed_fields", self.asked)
        usual = {"fields": list(decided), "recipient": self.kind.authority}
        bundle = {"bundle_sha256": digest(self.rng), "position": 1}
        return self.step(names.ORDER_EXECUTED, after, **{**usual, **bundle, **facts})

    def confirm(self, what: str = "receipt", after: float = 1) -> "Case":
        """The authority confirms."""
        return self.step(names.ORDER_CONFIRMED, after, what=what)

    def freeze(self, days: int, **facts: Any) -> "Case":
        """Data is kept for this many days from now."""
        until = (self.at + timedelta(days=days)).date().isoformat()
        kept = ("traffic",)
        return self.step(names.PRESERVATION_IMPOSED, until=until, categories=kept, **facts)

    def release(self, after: float) -> "Case":
        """Data is kept no longer."""
        imposed = self.steps[-1].event["data"]
        kept = {"until": imposed["until"], "categories": ("traffic",)}
        return self.step(names.PRESERVATION_RELEASED, after, **kept)

    def breaking(self, rule: str, step: str | None = None) -> "Case":
        """A step, without a name the last, breaks a rule on purpose."""
        places = [
            place
            for place, one in enumerate(self.steps)
            if step is None or f".{step}." in one.event["type"]
        ]
        one = self.steps[places[-1]]
        self.steps[places[-1]] = one.breaking(*one.breaks, rule)
        return self
