// A program that somebody else writes with the types of openapi-typescript. It reads, and sends an event.
// `node tour.ts ADDRESS TOKEN`
import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

const [address, token] = process.argv.slice(2);
const ledger = createClient<paths>({
  baseUrl: `${address}/api/v1`,
  headers: { Authorization: `Bearer ${token}` },
});

const event: components["schemas"]["CloudEvent"] = {
  specversion: "1.0",
  type: "nl.voipzeker.ledger.consent-withdrawn.v1",
  source: "urn:voipzeker:crm",
  id: "ts-1",
  subject: "customer/10023",
  time: "2026-05-01T10:15:00+02:00",
  datacontenttype: "application/json",
  data: { purpose: "newsletter", channel: "portal", activity: "direct-marketing", legal_basis: "6-1-a" },
};

const path = { kind: "customer", id: "10023" } as const;
const state = await ledger.GET("/persons/{kind}/{id}/state", { params: { path } });
const purposes = await ledger.GET("/purposes", { params: { query: { limit: 1 } } });
const first = await ledger.GET("/disclosures");
const cursor = new URL(first.data?.next ?? "", address).searchParams.get("cursor");
const second = cursor ? await ledger.GET("/disclosures", { params: { query: { cursor } } }) : null;
const wrong = await ledger.GET("/purposes", { params: { query: { limit: 5000 } } });
const sent = await ledger.POST("/events", {
  body: event,
  headers: { "Content-Type": "application/cloudevents+json" },
});
console.log(
  JSON.stringify({
    status: state.data?.status,
    purpose: purposes.data?.purposes[0]?.purpose,
    disclosures: (first.data?.disclosures.length ?? 0) + (second?.data?.disclosures.length ?? 0),
    refused: wrong.error?.code,
    limit: wrong.response.headers.get("ratelimit-policy"),
    recorded: [sent.data?.recorded],
  }),
);
