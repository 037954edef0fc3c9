"""Any sequence of records, repeats, conflicts, erasures and rotations, against a plain model of lists."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.audit import audit
from ledger.errors import UnknownSubject
from ledger.keys.opening import Missing
from ledger.keys.rotation import rotate
from schemas import Code
from tests.fixtures.ledger import House, collected
from tests.fixtures.whole import examples

PEOPLE = ["customer/1", "customer/2", "customer/1/contact/1"]
FIELDS = {"identity": "name", "contact": "email"}
NAMES = count()

events = st.tuples(
    st.just("record"),
    st.lists(
        st.tuples(
            st.integers(0, 12),  # id
            st.sampled_from(PEOPLE),
            st.sampled_from(["one@example.nl", "other@example.nl"]),
            st.integers(0, 40),  # day
        ),
        min_size=1,
        max_size=8,
    ),
)
erasures = st.tuples(
    st.just("erase"), st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["contact", "identity"]))
)
rotations = st.tuples(st.just("rotate"), st.none())


@dataclass
class Model:
    """What must be true, kept in the plainest way."""

    recorded: list[tuple[str, str, str, int]] = field(default_factory=list)
    content: dict[str, tuple[str, str, int, int]] = field(default_factory=dict)
    fences: dict[tuple[str, str], int] = field(default_factory=dict)
    latest: dict[str, int] = field(default_factory=dict)
    erasures: dict[str, int] = field(default_factory=dict)

    def record(self, id: str, person: str, value: str, day: int) -> Code | str:
        if id in self.content:
            known_person, known_value, known_day, generation = self.content[id]
            known = (person, value, day) == (known_person, known_value, known_day)
            forgotten = generation != self.erasures.get(known_person, 0)
            return "duplicate" if known or forgotten else Code.CONFLICTING_DUPLICATE
        if any(day <= self.fences.get((person, c), -1) for c in FIELDS):
            return Code.ERASED_SUBJECT
        self.content[id] = (person, value, day, self.erasures.get(person, 0))
        self.recorded.append((id, person, value, day))
        self.latest[person] = max(day, self.latest.get(person, -1))
        return "recorded"

    def erase(self, person: str, category: str, today: int) -> None:
        self.fences[person, category] = max(today, self.latest[person])
        self.erasures[person] = self.erasures.get(person, 0) + 1


def message_of(id: int, person: str, value: str, day: int) -> dict[str, Any]:
    month, in_month = divmod(day, 28)
    time = f"2026-{month + 9:02}-{in_month + 1:02}T10:00:00Z"
    personal = {"name": value, "email": value}
    return collected(person, id=f"id-{id}", time=time, personal=personal)


@given(st.lists(st.one_of(events, erasures, rotations), max_size=8))
@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_ledger_does_what_the_model_does(
    make_house: Callable[..., House], database_url: str, steps: list[tuple[str, Any]]
) -> None:
    house, model = make_house(database_url, f"p{next(NAMES)}"), Model()
    ledger = house.open()
    today = 84  # 2026-12-01 on the calendar of `message_of`, after every event
    house.clock.now = house.clock.now.replace(month=12, day=1)
    destroyed: set[str] = set()
    for kind, argument in steps:
        if kind == "record":
            check_record(house, ledger, model, argument)
        elif kind == "erase":
            destroyed |= erase(house, model, argument, today)
        else:
            rotate(house.session("eraser"), house.provider, house.ledger, house.clock())
    check_values(house, model, destroyed)
    assert audit(house.session("reader")).findings == ()
    house.close()


def check_record(
    house: House, ledger: Any, model: Model, lines: list[tuple[int, str, str, int]]
) -> None:
    verdicts = [model.record(f"id-{id}", person, value, day) for id, person, value, day in lines]
    outcome = house.record(*[message_of(*line) for line in lines], ledger=ledger)
    assert outcome.recorded == verdicts.count("recorded")
    assert outcome.duplicates == verdicts.count("duplicate")
    refused = [verdict for verdict in verdicts if isinstance(verdict, Code)]
    assert [rejection.code for _, rejection in outcome.rejections] == refused


def erase(house: House, model: Model, argument: tuple[str, str], today: int) -> set[str]:
    person, category = argument
    if person not in model.latest:
        if not house.opener().periods(person):
            try:
                house.eraser().erase(person, [category], "request")
            except UnknownSubject:
                return set()
            raise AssertionError("erased somebody unknown")
        model.latest[person] = -1
    model.erase(person, category, today)
    return set(house.eraser().erase(person, [category], "request")[0].keys)


def check_values(house: House, model: Model, destroyed: set[str]) -> None:
    opener = house.opener()
    upstream = [event for event in house.events() if not event.ours]
    assert [event.id for event in upstream] == [id for id, *_ in model.recorded]
    for event, (_, _, value, _) in zip(upstream, model.recorded, strict=True):
        shown = opener.personal(event)
        for category, name in FIELDS.items():
            gone = event.sealed[category].key in destroyed
            assert shown[name] == (Missing.ERASED if gone else value)
