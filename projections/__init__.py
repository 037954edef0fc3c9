"""The read side: disposable views, computed from the events and from nothing else. Holds no keys.

Names for the code that shows answers:

- `VIEWS`: every view of an open ledger, in the order in which they are followed; `views_of(confidential)`:
  of either kind of ledger; `view_named(name)`.
- `projections.folds.timetravel`: `Moment(as_of, recorded_by, at_position)`, `select(events, moment, office)`
  -> `Selected(counted, shown, annulled, erasures, position)`, `fold_at(VIEW, events, moment, office)`
  -> {subkey: state}, `projector(VIEW)` for the library's `Repository.get`.
- `projections.views.customer_state`: `VIEW` (subkey ""), `CustomerState`, and of a state `status`, `since`,
  `customer_kind`, `live_values` -> {category: {field: Value}}, `erased_categories`.
- `projections.views.consent_status`: `VIEW` (subkey = purpose), `Consent`,
  `consent_answer(row, account_status, customer_status, clock)` -> `ConsentAnswer`.
- `projections.views.disclosures`: `VIEW` (subkey = position), `Disclosure`, `sort_key`.
- `projections.views.recipients`: `VIEW` (subkey ""), `Recipient`, `recipient_at(state, time)` -> `Version`,
  `known_at(state, as_of)`, `ended_at(state)`.
- `projections.views.notices`: `VIEW` (subkey ""), `Notice`, `in_force(notices, time)` -> `Publication`.
- `projections.views.staff`: `VIEW` (subkey ""), `Role`, `Employee`, and at a time `roles_at`, `employed_at`,
  `certificate_at`, `definition_at`.
- `projections.views.requests`: `VIEW` (subkey = reference), `Request`, `standing(request, time)` ->
  `Standing`, `evidence(requests, categories, time)` -> what no period of retention may take because of them.
- `projections.views.notifications`: `VIEW` (subkey ""), `Changes`, `tasks(changes)`: who must be told.
- `projections.views.incidents`: `VIEW` (subkey = kind and reference), `Incident`, its `clocks`, `is_open`.
- `projections.views.complaints`: `VIEW` (subkey = reference), `Complaint`, its `clock`, `is_open`, `outcome`.
- `projections.views.orders`, of the confidential ledger: `VIEW` (subkey = reference), `Order`,
  `standing(order, time)` -> `OrderStatus`.
- `projections.views.secrecy`, of the confidential ledger: `VIEW` (subkey ""), `Secrets`, and at a time
  `disclosures`, `preservations`, `restrictions`.
- `projections.keeping.holds`: `VIEW` (subkey = reference), `holds(state)` -> those in force.
- `projections.views.measures`: `VIEW` (subkey ""), `Measure`, `adopted_at(measure, time)`.
- `projections.views.processing_register`: `Entry` (the shape of `ledger register`).
- `projections.reading.adherence`: `Adherence` (how retention is kept by activity and category).
- `projections.folds.view.Value`: the group of a value: `source`, `id`, `key`, `fields`, `blob`, `time`.
"""

from collections.abc import Collection

from projections.findings import view as findings
from projections.folds.view import AnyView
from projections.keeping import holds
from projections.views import (
    complaints,
    consent_status,
    customer_state,
    disclosures,
    incidents,
    measures,
    notices,
    notifications,
    orders,
    processing_register,
    recipients,
    requests,
    secrecy,
    staff,
)

VIEWS: tuple[AnyView, ...] = (
    customer_state.VIEW,
    consent_status.VIEW,
    disclosures.VIEW,
    recipients.VIEW,
    notices.VIEW,
    staff.VIEW,
    requests.VIEW,
    notifications.VIEW,
    incidents.VIEW,
    complaints.VIEW,
    holds.VIEW,
    measures.VIEW,
    processing_register.VIEW,
    findings.VIEW,
)


ORDER_VIEWS: tuple[AnyView, ...] = (orders.VIEW, secrecy.VIEW)
"""Views of a confidential ledger; in an open one there are no such tables."""


def views_of(confidential: bool) -> tuple[AnyView, ...]:
    """The views of a ledger."""
    return (*VIEWS, *ORDER_VIEWS) if confidential else VIEWS


def views_among(names: Collection[str]) -> tuple[AnyView, ...]:
    """The views of the ledger in which views of these names were made."""
    return views_of(any(view.name in names for view in ORDER_VIEWS))


def view_named(name: str) -> AnyView | None:
    """The view of that name; None without one."""
    return next((view for view in views_of(confidential=True) if view.name == name), None)
