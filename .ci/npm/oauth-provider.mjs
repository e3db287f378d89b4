// A real OAuth 2.0 provider for the suite, with OpenID Connect. It takes a certificate and its key, prints its two
// addresses as JSON when it is ready ("plain" and "tls"), and ends with its standard input. The tests drive it by
// POST /control/…: they register clients, and do what a real provider's time and administrators do.
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { errors, Provider } from "oidc-provider";

const [cert, key] = process.argv.slice(2);
const now = () => Math.floor(Date.now() / 1000);
const byRealClock = Date.now;

// What the provider knows, by kind and id: codes, tokens, grants, sessions, clients.
const known = new Map();
const expired = (payload) => payload.exp !== undefined && payload.exp <= now();
class Adapter {
  constructor(kind) { this.kind = kind; }
  at(id) { return `${this.kind} ${id}`; }
  async find(id) { return known.get(this.at(id)); }
  async upsert(id, payload) { known.set(this.at(id), payload); }
  async consume(id) { known.get(this.at(id)).consumed = now(); }
  async destroy(id) { known.delete(this.at(id)); }
  async findBy(matches) {
    for (const [at, payload] of known) if (at.startsWith(`${this.kind} `) && matches(payload)) return payload;
    return undefined;
  }
  findByUid(uid) { return this.findBy((payload) => payload.uid === uid); }
  findByUserCode(code) { return this.findBy((payload) => payload.userCode === code); }
  async revokeByGrantId(id) { for (const [at, payload] of known) if (payload.grantId === id) known.delete(at); }
}

// A client's own properties: whose mailbox its tokens are for, how long they live, how long they are.
const properties = ["mailbox", "lifetime", "token_bits"];
const lifetime = (ctx, token, client) => client.lifetime ?? 3600;
const provider = (issuer) => {
  const made = new Provider(issuer, {
    adapter: Adapter,
    clients: [{ client_id: "mailserver", client_secret: "mailserver-secret", redirect_uris: [], response_types: [],
      grant_types: [], token_endpoint_auth_method: "client_secret_basic" }],
    extraClientMetadata: { properties },
    features: {
      clientCredentials: { enabled: true }, deviceFlow: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
      introspection: { enabled: true, allowedPolicy: () => true },
    },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    scopes: ["openid", "offline_access", "email", "smtp"],
    claims: { openid: ["sub"], email: ["email"] },
    conformIdTokenClaims: false,
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: id }) }),
    extraTokenClaims: async (ctx, token) => ({ email: token.accountId ?? ctx.oidc.client.mailbox }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (ctx, client, code) =>
      client.grantTypeAllowed("refresh_token") && code.scopes.has("offline_access"),
    formats: { bitsOfOpaqueRandomness: (ctx) => ctx?.oidc?.client?.token_bits ?? 256 },
    ttl: { AccessToken: lifetime, ClientCredentials: lifetime, RefreshToken: 90 * 24 * 3600 },
  });
  for (const event of ["server_error", "authorization.error", "grant.error"]) {
    made.on(event, (ctx, error) => { if (!(error instanceof errors.OIDCProviderError)) console.error(event, error); });
  }
  return made;
};

// requests are the token requests so far: what was asked for, and how it was answered.
const requests = [];
const watched = (oidc) => {
  oidc.use(async (ctx, next) => {
    if (ctx.path !== "/token") {
      await next();
      remember(ctx);
      if (ctx.path === "/token/introspection" && ctx.body?.active === false) refuse();
      return undefined;
    }
    if (away.status) {
      ctx.set("Retry-After", `${away.after}`);
      ctx.status = away.status;
      ctx.body = "";
      return undefined;
    }
    if (refusals < together) await new Promise((go) => waiting.push(go));
    await next();
    remember(ctx);
    const asked = ctx.oidc?.params ?? {};
    requests.push({ grant: asked.grant_type ?? "", client: ctx.oidc?.client?.clientId ?? "", status: ctx.status,
      style: ctx.get("authorization").split(" ")[0] || (asked.client_assertion ? "assertion" : "post"),
      error: ctx.body?.error ?? "" });
    return undefined;
  });
  return oidc.callback();
};

// secrets are what nobody but the client and the provider may know, as it was sent and answered; states are known to
// the browser as well.
const secrets = new Set();
const states = new Set();
const remember = (ctx) => {
  const [asked, said] = [ctx.oidc?.params ?? {}, ctx.body ?? {}];
  for (const name of ["code", "code_verifier", "refresh_token", "device_code", "client_assertion", "assertion"]) {
    if (asked[name]) secrets.add(asked[name]);
  }
  for (const name of ["access_token", "refresh_token", "id_token", "device_code"]) {
    if (said[name]) secrets.add(said[name]);
  }
  if (asked.state) states.add(asked.state);
};

// Token requests wait until so many tokens were refused by mail servers; together is 0 where nobody waits.
let together = 0;
let refusals = 0;
const waiting = [];
const refuse = () => {
  refusals += 1;
  if (refusals >= together) for (const go of waiting.splice(0)) go();
};

const tokens = ["AccessToken", "ClientCredentials", "RefreshToken"];
const held = function* (client) {
  for (const [at, payload] of known) {
    if (tokens.includes(payload.kind) && (!client || payload.clientId === client)) yield [at, payload];
  }
};
const controls = {
  // client registers a client, or changes it.
  client: (client) => { known.set(`Client ${client.client_id}`, client); },
  // expire has the access tokens of a client end, or the one that is named.
  expire: ({ client, token }) => {
    for (const [, payload] of held(client)) {
      if (payload.kind !== "RefreshToken" && (!token || payload.jti === token)) payload.exp = now() - 1;
    }
  },
  // revoke takes everything back that was granted to a client, as an account's owner does.
  revoke: ({ client }) => { for (const [at] of held(client)) known.delete(at); },
  requests: () => requests,
  secrets: () => ({ secrets: [...secrets], states: [...states] }),
  // together has token requests wait until mail servers have asked for so many tokens that are no good any more.
  together: ({ nodes }) => { together = nodes; refusals = 0; },
  // clock has the provider's clock differ from that of this machine, in seconds.
  clock: ({ ahead }) => { Date.now = () => byRealClock() + ahead * 1000; },
  // away has the token endpoint answer with a status for as long as that is set, and say when to come again.
  away: ({ status, after }) => { away = { status, after }; },
};
let away = {};

async function control(request, response) {
  let body = "";
  for await (const piece of request) body += piece;
  const answer = controls[request.url.slice("/control/".length)](JSON.parse(body || "{}"));
  response.setHeader("Content-Type", "application/json").end(JSON.stringify(answer ?? null));
}

let answer;
const route = (request, response) => (request.url.startsWith("/control/") ? control : answer)(request, response);
const listening = (server) => new Promise((ready) => {
  server.listen(0, "127.0.0.1", () => ready(server.address().port));
});
const plain = await listening(http.createServer(route));
const tls = await listening(https.createServer({ cert: readFileSync(cert), key: readFileSync(key) }, route));
answer = watched(provider(`http://127.0.0.1:${plain}`));
console.log(JSON.stringify({ plain: `http://127.0.0.1:${plain}`, tls: `https://127.0.0.1:${tls}` }));
process.stdin.resume().on("end", () => process.exit(0));
