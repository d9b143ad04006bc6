// The package oidc-provider of npm under https://localhost, with its own pages of sign-in.
// node identity_providers.mjs PORT CERTIFICATE BACK SECRET, where NODE_PATH's folder holds the package.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { generateKeyPairSync } from "node:crypto";
import { pathToFileURL } from "node:url";

const [port, certificate, back, secret] = process.argv.slice(2);
const library = `${process.env.NODE_PATH}/oidc-provider/lib/index.js`;
const { Provider } = await import(pathToFileURL(library).href);
const key = (kind, options, id) =>
  ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }), kid: id, use: "sig" });
const provider = new Provider(`https://localhost:${port}`, {
  clients: [{
    client_id: "titian", client_secret: secret, redirect_uris: [back], id_token_signed_response_alg: "ES256",
  }],
  jwks: { keys: [key("ec", { namedCurve: "P-256" }, "ec"), key("rsa", { modulusLength: 2048 }, "rsa")] },
  cookies: { keys: [secret] },
});
const pem = readFileSync(certificate);
createServer({ cert: pem, key: pem }, provider.callback()).listen(Number(port), "127.0.0.1");
