// A real OpenID Connect provider for the tests, on a port of loopback. Anybody who gives a name is signed in by it.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [port, back, secret] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: "casework", client_secret: secret, redirect_uris: [back] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: id !== "unverified" }),
  }),
});
createServer(provider.callback()).listen(Number(port), "127.0.0.1", () => console.log("ready"));
