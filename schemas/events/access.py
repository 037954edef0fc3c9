"""Who looked at whose data (§ 5.2)."""

from schemas.event_type import PERSON, EventType
from schemas.facts import PersonFacts
from schemas.formats import Code, Employee


class PersonalDataAccessed(PersonFacts, frozen=True, kw_only=True):
    """An employee looked at personal data; the subject is the person whose data it was."""

    employee: Employee
    role: Code
    purpose: Code
    case_ref: Code


TYPES = (
    EventType(
        "personal-data-accessed", PersonalDataAccessed, PERSON, "5.2", references=("employee",)
    ),
)
