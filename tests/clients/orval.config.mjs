const { DESCRIPTION, LEDGER } = process.env;
export default {
  ledger: { input: DESCRIPTION, output: { target: "ledger.ts", client: "fetch", baseUrl: `${LEDGER}/api/v1` } },
};
