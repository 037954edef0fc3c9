// A certified OpenID provider for the tests of logins, on a port of this machine. What it knows comes as one
// JSON document in the variable SETTINGS: port (0: any), keys (JWKS), clients, accounts, resource.
import { createServer } from 'node:http';
import { once } from 'node:events';
import Provider from 'oidc-provider';

const settings = JSON.parse(process.env.SETTINGS);
const server = createServer();
server.listen(settings.port, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: settings.clients,
  jwks: { keys: settings.keys },
  cookies: { keys: ['of the tests alone'] },
  conformIdTokenClaims: false,
  claims: { openid: ['sub', 'roles', 'data_subject'], acr: null, auth_time: null, iss: null, sid: null },
  acrValues: ['strong'],
  clientBasedCORS: () => false,
  // Its own guard lets it tell no address of this machine that a session is over.
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
  findAccount: (_ctx, id) => (settings.accounts[id] ? {
    accountId: id,
    claims: () => ({ sub: id, ...settings.accounts[id] }),
  } : undefined),
  extraTokenClaims: (_ctx, token) => ({
    roles: settings.accounts[token.accountId ?? token.clientId]?.roles,
    data_subject: settings.accounts[token.accountId]?.data_subject,
  }),
  features: {
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, client) => (client.grantTypes.includes('client_credentials') ? settings.resource : undefined),
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, indicator) => ({
        scope: 'ledger ledger-portal',
        audience: indicator,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
server.on('request', provider.callback());
process.stdout.write(`${JSON.stringify({ issuer })}\n`);
