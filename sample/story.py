"""Makes a life into exactly as many events as it is allowed."""

from collections.abc import Sequence

from sample import chapters, choices, contracts, incidents, people, quarrels, rights, terms
from sample.acts import (
    Look,
    Origin,
    accessed,
    collected,
)
from sample.chapters import Chapter
from sample.event import Publication, below
from sample.life import CustomerLife, registered
from sample.register import PORTAL

# Events of a story in a sample with room enough, registration included; customers take turns.
SIZES = (6, 14, 9, 21, 11, 4, 16, 8, 12, 18, 7, 10)
# Which customers have something unusual in their story: remainder of the number by this, chapter.
ODDITY_CYCLE = 40
ODDITIES: dict[int, Chapter] = {
    2: incidents.wrong_bank_account,
    5: incidents.undeclared_category,
    8: incidents.late_note,
    11: incidents.overtaken_correction,
    15: incidents.undeclared_activity,
    19: incidents.disclosure_not_made,
    25: incidents.wrong_annulment,
    29: incidents.undeclared_country,
    33: incidents.ended_recipient,
    37: incidents.fraud_signal,
    39: chapters.sleeper,
}
# Chapters that every sample with the tour tells, at any size: each is dealt to one customer.
DEALT: tuple[Chapter, ...] = (
    contracts.order,
    contracts.credit_decision,
    quarrels.default,
    contracts.takeover,
    choices.consent_texts,
    choices.marketing,
    rights.access,
    contracts.extension,
    quarrels.misuse,
    rights.restriction,
    contracts.number_brought_along,
    choices.app_permissions,
    quarrels.dispute_in_court,
    choices.disclosure_notices,
    rights.portability,
    quarrels.calls_of_note,
    choices.abroad,
    contracts.second_line_ends,
    rights.rectification,
    choices.preferences,
    quarrels.complaint,
    rights.erasure_refused,
    contracts.number_stays,
    choices.objection_overruled,
    incidents.somebody_acts_for_them,
)
# The deck of chapters, and how likely each is in a life that has room for it.
CHAPTERS: tuple[tuple[Chapter, float], ...] = (
    (chapters.app, 0.6),
    (chapters.credit_check, 0.7),
    (chapters.equipment, 0.6),
    (chapters.group_administration, 0.5),
    (chapters.internet_line, 0.4),
    (chapters.login, 0.8),
    (chapters.mobile, 0.4),
    (chapters.moving_house, 0.5),
    (chapters.new_bank_account, 0.4),
    (chapters.new_contact_data, 0.5),
    (chapters.newsletter, 0.7),
    (chapters.numbers, 0.9),
    (chapters.paper_listing, 0.2),
    (chapters.pause, 0.15),
    (chapters.product_information, 0.6),
    (chapters.removal, 0.3),
    (chapters.telemarketing, 0.3),
    (chapters.visits, 0.5),
    (choices.app_permissions, 0.15),
    (choices.marketing, 0.1),
    (choices.preferences, 0.3),
    (contracts.credit_decision, 0.1),
    (contracts.extension, 0.4),
    (contracts.number_brought_along, 0.2),
    (contracts.order, 0.3),
    (incidents.debt, 0.2),
    (incidents.dispute, 0.08),
    (incidents.emergency, 0.15),
    (incidents.tax_question, 0.12),
    (incidents.ticket, 0.7),
    (quarrels.complaint, 0.05),
    (quarrels.default, 0.1),
    (quarrels.misuse, 0.05),
    (rights.access, 0.1),
    (rights.rectification, 0.05),
)


def story(life: CustomerLife, allowance: int, others: Sequence[Chapter] = ()) -> list[Publication]:
    """Exactly `allowance` (at least 1) events of this life, unsorted; registration comes first.

    `others`: chapters that this customer is dealt anyway, and which are not told twice.
    """
    events = [registered(life)]
    for chapter in (*_certain(life), *_shuffled(life)):
        if chapter in others:
            continue
        events_told = chapter(life)
        if len(events) + len(events_told) <= allowance:
            events.extend(events_told)
        if len(events) == allowance:
            return events
    return events + [_moment(life) for _ in range(allowance - len(events))]


def dealt(deck: Sequence[Chapter], index: int, players: int) -> list[Chapter]:
    """The chapters of a deck that the player with this index gets, often none."""
    return [chapter for turn, chapter in enumerate(deck) if turn * players // len(deck) == index]


def _certain(life: CustomerLife) -> list[Chapter]:
    first: list[Chapter] = []
    if life.leaves:
        first.append(chapters.goodbye)
    if life.kind == "legal-entity":
        first.append(chapters.contact_persons)
    oddity = ODDITIES.get(life.number % ODDITY_CYCLE)
    return first if oddity is None else [*first, oddity]


def _shuffled(life: CustomerLife) -> list[Chapter]:
    # Fisher-Yates on Random.random(), as random.shuffle may change between versions of Python.
    deck = list(CHAPTERS)
    for last in range(len(deck) - 1, 0, -1):
        swapped = below(life.rng, last + 1)
        deck[last], deck[swapped] = deck[swapped], deck[last]
    return [chapter for chapter, likelihood in deck if life.rng.random() < likelihood]


def _moment(life: CustomerLife) -> Publication:
    if life.rng.random() < 0.5:
        at, values = life.free(life.between(0.03, 0.93)), people.device(life.rng)
        return collected(life, at, PORTAL, "app-backend", Origin("portal"), values)
    at = life.office(life.between(0.03, 0.93))
    about = ("name", "email", "service_ids")
    return accessed(life, at, Look(terms.HELPDESK, "customer-question", about))
