"""The read side: disposable views, computed from the events and from nothing else. Holds no keys.

Names for the code that shows answers:

- `VIEWS`: every view, in the order in which they are followed; `view_named(name)`.
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
- `projections.keeping.holds`: `VIEW` (subkey = reference), `holds(state)` -> those in force.
- `projections.views.measures`: `VIEW` (subkey ""), `Measure`, `adopted_at(measure, time)`.
- `projections.views.processing_register`: `Entry` (the shape of `ledger register`).
- `projections.reading.adherence`: `Adherence` (how retention is kept by activity and category).
- `projections.folds.view.Value`: a sealed value: `source`, `id`, `key`, `blob`, `time`.
"""

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
    processing_register,
    recipients,
    requests,
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


def view_named(name: str) -> AnyView | None:
    """The view of that name, None when there is none."""
    return next((view for view in VIEWS if view.name == name), None)
