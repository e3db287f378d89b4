// How a process is a plugin of hashicorp/go-plugin: the cookie, mutual TLS with certificates made for this one run, a socket in
// the directory that the host names, one line on standard output that says where it listens, and an end when the host asks.
//
// The host's certificate is on the curve P-521, which Node's TLS (OpenSSL) takes; gRPC built on BoringSSL, as in Python, does not.
"use strict";

const { webcrypto } = require("node:crypto");
const path = require("node:path");
const grpc = require("@grpc/grpc-js");
require("reflect-metadata"); // @peculiar/x509 wants it first.
const x509 = require("@peculiar/x509");

const cookie = { name: "SETTINGS_PAGE_PLUGIN", value: "5a0f6c1d9e2b4783" };
const coreProtocol = 1;
const settingsProtocol = 1;

async function certificateForThisRun() {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=localhost",
    notBefore: new Date(now - 30_000),
    notAfter: new Date(now + 365 * 24 * 3600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "localhost" }]),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    chain: Buffer.from(certificate.toString("pem")),
    key: Buffer.from(`-----BEGIN PRIVATE KEY-----\n${key.match(/.{1,64}/g).join("\n")}\n-----END PRIVATE KEY-----\n`),
    der: Buffer.from(certificate.rawData),
  };
}

const asIs = (bytes) => bytes;

// go-plugin asks for the end with this call, and kills a process that does not follow.
function controller(end) {
  const shutdown = {
    path: "/plugin.GRPCController/Shutdown", requestStream: false, responseStream: false,
    requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs,
  };
  return [{ shutdown }, { shutdown: (_, reply) => { reply(null, Buffer.alloc(0)); end(); } }];
}

// serve serves the gRPC service until the host ends the process.
async function serve(definition, implementation) {
  if (process.env[cookie.name] !== cookie.value) {
    console.error("This is a plugin: a Console starts it by way of plugin.hcl. To try it out, run testharness console.");
    process.exit(1);
  }
  const own = await certificateForThisRun();
  const server = new grpc.Server({ "grpc.max_receive_message_length": 16 << 20 });
  server.addService(definition, implementation);
  server.addService(...controller(() => server.tryShutdown(() => process.exit(0))));
  const host = process.env.PLUGIN_CLIENT_CERT; // Not there under a debugger.
  const credentials = host
    ? grpc.ServerCredentials.createSsl(Buffer.from(host), [{ private_key: own.key, cert_chain: own.chain }], true)
    : grpc.ServerCredentials.createInsecure();
  const socket = path.join(process.env.PLUGIN_UNIX_SOCKET_DIR, `plugin-${process.pid}`);
  await new Promise((listening, failed) =>
    server.bindAsync(`unix:${socket}`, credentials, (error) => (error ? failed(error) : listening())));
  const certificate = host ? own.der.toString("base64").replace(/=+$/, "") : "";
  process.stdout.write(`${coreProtocol}|${settingsProtocol}|unix|${socket}|grpc|${certificate}\n`);
}

module.exports = { serve };
