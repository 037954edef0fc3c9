// A program that somebody else writes with the functions of orval. It reads, and sends two events.
// `node orval.ts TOKEN`; the address is that with which the functions were generated.
import { getDisclosures, getPersonsStateByKindAndId, getPurposes, postEventBatch } from "./ledger.ts";
import type { CloudEvent } from "./ledger.ts";

const [token] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}` };

const event = (id: string): CloudEvent => ({
  specversion: "1.0",
  type: "nl.voipzeker.ledger.consent-withdrawn.v1",
  source: "urn:voipzeker:crm",
  id,
  subject: "customer/10023",
  time: "2026-05-01T10:15:00+02:00",
  datacontenttype: "application/json",
  data: { purpose: "newsletter", channel: "portal", activity: "direct-marketing", legal_basis: "6-1-a" },
});

const state = await getPersonsStateByKindAndId("customer", "10023", {}, { headers });
const purposes = await getPurposes({ limit: 1 }, { headers });
const disclosures = await getDisclosures({}, { headers });
const wrong = await getPurposes({ limit: 5000 }, { headers });
const sent = await postEventBatch([event("orval-1"), event("orval-2")], {}, { headers });
if (state.status !== 200 || purposes.status !== 200 || disclosures.status !== 200) throw new Error("no answer");
console.log(
  JSON.stringify({
    status: state.data.status,
    purpose: purposes.data.purposes[0]?.purpose,
    disclosures: disclosures.data.disclosures.length,
    refused: wrong.status === 400 ? wrong.data.code : "",
    limit: wrong.headers.get("ratelimit-policy"),
    recorded: sent.status === 200 ? [sent.data.recorded] : [],
  }),
);
