from tests.web.console import Consoled
import time, json
def test_all(sampled: Consoled) -> None:
    c = sampled.as_("privacy-officer")
    for path in ["/persons/customer/10023", *(f"/persons/customer/10023/{x}" for x in "state history comparison consents channels disclosures requests looks".split()), "/events/137","/disclosures","/recipients","/transfers","/transparency","/today"]:
        for more in ({}, {"as_of":"2025-01-01T00:00:00Z"},{"recorded_by":"2026-06-01T10:00:00Z"},{"at_position":"1500"}):
            if path == "/today" and more: continue
            t=time.perf_counter(); r=c.get("/api/v1"+path, **more); d=time.perf_counter()-t
            print(r.status_code, path, more, len(r.content), round(d*1000), "" if r.status_code==200 else r.text[:300])
    r=c.get("/api/v1/disclosures", limit="3"); print(r.text[:1500])
