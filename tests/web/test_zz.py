from tests.web.console import Consoled
import time, json, pytest

WHO = "/persons/customer/10023"
PATHS = [
    "/",
    "/persons",
    WHO,
    *(
        f"{WHO}/{x}"
        for x in "history comparison consents recipients requests looks documents".split()
    ),
    "/events/137",
    "/events/1",
    "/disclosures",
    "/transfers",
    "/transparency",
]


@pytest.mark.parametrize("role", ["privacy-officer", "helpdesk-agent", "team-lead", "auditor"])
def test_all(sampled: Consoled, role) -> None:
    c = sampled.as_(
        role,
        "employee/11" if role == "helpdesk-agent" else "employee/900",
        judged=role == "helpdesk-agent",
    )
    for path in PATHS:
        for more in ({}, {"as_of": "2025-01-01T00:00:00Z"}, {"at_position": "1500"}):
            t = time.perf_counter()
            r = c.get(path, **more)
            d = time.perf_counter() - t
            print(role, r.status_code, path, list(more), len(r.content), round(d * 1000))
