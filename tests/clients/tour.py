"""A program that somebody else writes with the generated Python client. It reads, and sends two events.

`python tour.py ADDRESS TOKEN`
"""

import json
import sys
from urllib.parse import parse_qs, urlsplit

from processing_ledger_client import AuthenticatedClient
from processing_ledger_client.api.disclosures import get_disclosures
from processing_ledger_client.api.events import post_event, post_event_batch
from processing_ledger_client.api.persons import get_persons_state_by_kind_and_id as get_state
from processing_ledger_client.api.register import get_purposes
from processing_ledger_client.models import (
    ApiProblem,
    CloudEvent,
    EventData,
    GetPersonsStateByKindAndIdKind,
    GetPurposesResponse200,
    PostedEvents,
)
from processing_ledger_client.types import UNSET


def withdrawal(id: str) -> CloudEvent:
    """An event of the system `crm`."""
    data = EventData.from_dict(
        {
            "purpose": "newsletter",
            "channel": "portal",
            "activity": "direct-marketing",
            "legal_basis": "6-1-a",
        }
    )
    return CloudEvent(
        specversion="1.0",
        type_="nl.voipzeker.ledger.consent-withdrawn.v1",
        source="urn:voipzeker:crm",
        id=id,
        subject="customer/10023",
        time="2026-05-01T10:15:00+02:00",
        datacontenttype="application/json",
        data=data,
    )


def disclosures(client: AuthenticatedClient) -> int:
    """How many disclosures there are in the first three pieces of the list."""
    counted, cursor = 0, None
    for _ in range(3):
        answer = get_disclosures.sync(client=client, cursor=cursor or UNSET)
        if answer is None or isinstance(answer, ApiProblem):
            raise SystemExit("no disclosures")
        counted += len(answer.disclosures)
        if not isinstance(answer.next_, str):
            break
        cursor = parse_qs(urlsplit(answer.next_).query)["cursor"][0]
    return counted


def main(address: str, token: str) -> None:
    """Ask and send, and print what came of it."""
    client = AuthenticatedClient(base_url=f"{address}/api/v1", token=token)
    state = get_state.sync(GetPersonsStateByKindAndIdKind.CUSTOMER, "10023", client=client)
    purposes = get_purposes.sync(client=client, limit=1)
    wrong = get_purposes.sync_detailed(client=client, limit=5000)
    sent = post_event.sync(client=client, body=withdrawal("py-1"))
    many = post_event_batch.sync(client=client, body=[withdrawal("py-1"), withdrawal("py-2")])
    if (
        state is None
        or isinstance(state, ApiProblem)
        or not isinstance(purposes, GetPurposesResponse200)
    ):
        raise SystemExit("no answer")
    if not (isinstance(sent, PostedEvents) and isinstance(many, PostedEvents)):
        raise SystemExit("not recorded")
    problem = wrong.parsed
    told = {
        "status": state.status.value,
        "purpose": purposes.purposes[0].purpose,
        "disclosures": disclosures(client),
        "refused": problem.code if isinstance(problem, ApiProblem) else "",
        "limit": wrong.headers["ratelimit-policy"],
        "recorded": [sent.recorded, many.recorded, many.duplicates],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
