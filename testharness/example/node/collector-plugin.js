#!/usr/bin/env node
// A settings plugin in another language: the address of a log collector. It is written against settings.proto alone.
"use strict";

const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");
const { serve } = require("./goplugin.js");

const contract = path.join(__dirname, "../../../shared/proto/settings/v1/settings.proto");
const { SettingsPageService } = grpc.loadPackageDefinition(
  loader.loadSync(contract, { keepCase: true, enums: String, longs: Number, oneofs: true, defaults: true })).settings.v1;

const given = process.argv.indexOf("-data-dir"); // The host says so when the operator or a test wants another one.
const directory = given < 0 ? path.join(__dirname, "data") : process.argv[given + 1];
const file = path.join(directory, "collector.json");

const text = (value) => ({ content: "text", text: value });
const error = (code, field, summary, detail = "") => ({ severity: "SEVERITY_ERROR", code, field, summary, detail });

const schema = {
  title: "Log collector",
  description: "Where the Console's log is sent.",
  sections: [{ name: "target", fields: [
    { name: "address", label: "Address", kind: "KIND_HOST_PORT", required: true, placeholder: "logs.example.com:6514",
      help: "Host name and port of the collector." },
    { name: "format", label: "Format", kind: "KIND_CHOICE", display: "DISPLAY_RADIO", default: text("rfc5424"),
      options: [{ value: "rfc5424", label: "Syslog (RFC 5424)" }, { value: "json", label: "JSON lines" }] },
    { name: "labels", label: "Labels", kind: "KIND_MAP", key_label: "Name", item_label: "Text", help: "Sent with each line." },
    { name: "token", label: "Token", kind: "KIND_TEXT", sensitive: true },
  ] }],
  test: { label: "Connect" },
};

let current = { values: {}, token: "", since: null, revision: { number: 0, author: "", at: null } };
if (fs.existsSync(file)) current = JSON.parse(fs.readFileSync(file, "utf8"));

// snapshot is what comes out: never the token.
const snapshot = () => ({
  values: current.values,
  secrets: { token: { set: current.token !== "", since: current.since } },
  revision: current.revision,
});

const now = () => ({ seconds: Math.floor(Date.now() / 1000), nanos: (Date.now() % 1000) * 1e6 });

// next is the state that the draft would lead to.
function next(draft) {
  const after = { ...current, values: { ...current.values } };
  for (const [name, value] of Object.entries(draft?.values ?? {})) {
    if (value.content) after.values[name] = value;
    else delete after.values[name];
  }
  // Earlier versions stored no destination: the token was entered for the stored address.
  after.destination ??= current.values.address?.text ?? "";
  const change = draft?.secrets?.token;
  const address = after.values.address?.text ?? "";
  if (change?.change === "replace") Object.assign(after, { token: change.replace, since: now(), destination: address });
  if (change?.change === "clear") Object.assign(after, { token: "", since: null, destination: "" });
  return after;
}

function target(state) {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^\s:]+)):([0-9]{1,5})$/.exec(state.values.address?.text ?? "");
  const port = match && Number(match[3]);
  return match && port >= 1 && port <= 65535 ? { host: match[1] ?? match[2], port } : null;
}

function validate(state) {
  const found = [];
  const fields = schema.sections[0].fields;
  for (const [name, value] of Object.entries(state.values)) {
    const field = fields.find((one) => one.name === name && !one.sensitive);
    if (!field) found.push(error("unknown_field", "", `There is no field “${name}”.`));
    else if (field.kind === "KIND_MAP") {
      const entries = value.content === "map" ? Object.entries(value.map.entries) : [["", ""]];
      if (entries.some(([key, entry]) => !key || !entry)) found.push(error("wrong_kind", name, `“${field.label}” must be names with a text each.`));
    } else if (value.content !== "text") found.push(error("wrong_kind", name, `“${field.label}” must be text.`));
    else if (field.options && !field.options.some((option) => option.value === value.text))
      found.push(error("not_an_option", name, `“${field.label}” must be one of the choices.`));
  }
  if (!state.values.address) found.push(error("required", "address", "“Address” is required."));
  else if (!found.some((one) => one.field === "address") && !target(state))
    found.push(error("not_an_address", "address", "“Address” must be a host name and a port.", "For example logs.example.com:6514."));
  if (state.token !== "" && state.destination !== (state.values.address?.text ?? ""))
    found.push(error("secret_needed_again", "token", "Enter “Token” again.",
      "It was saved for another address, and goes nowhere else without you."));
  return found;
}

// connect resolves to null when the collector takes a connection, and to the reason when it does not.
function connect(to, call) {
  return new Promise((done) => {
    const socket = net.connect({ ...to, timeout: 5000 });
    const end = (reason) => { socket.destroy(); done(reason); };
    socket.once("connect", () => end(null)).once("timeout", () => end("no answer for 5 s")).once("error", (e) => end(e.code ?? e.message));
    call.once("cancelled", () => end("cancelled"));
  });
}

const unary = (answer) => (call, reply) => {
  try {
    reply(null, answer(call.request));
  } catch (e) {
    reply({ code: grpc.status.INTERNAL, details: e.message });
  }
};

serve(SettingsPageService.service, {
  Info: unary(() => ({ name: "collector", title: "Log collector", version: "0.1.0" })),
  Schema: unary(() => ({ schema })),
  Load: unary(() => ({ snapshot: snapshot() })),
  Validate: unary(({ draft }) => {
    const after = next(draft);
    const diagnostics = validate(after);
    return { diagnostics, preview: diagnostics.length ? "" : `Will connect to ${after.values.address.text}.` };
  }),
  Save: unary(({ draft, actor, revision }) => {
    if (revision !== current.revision.number) {
      const diagnostics = [error("revision_conflict", "", "The settings were changed in the meantime.")];
      return { saved: false, conflict: true, diagnostics, snapshot: snapshot() };
    }
    const after = next(draft);
    const diagnostics = validate(after);
    if (diagnostics.length) return { saved: false, diagnostics, snapshot: snapshot() };
    after.revision = { number: revision + 1, author: actor, at: now() };
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    fs.writeFileSync(`${file}.new`, JSON.stringify(after), { mode: 0o600 });
    fs.renameSync(`${file}.new`, file); // In one step, so that a crash leaves the old one.
    current = after;
    return { saved: true, diagnostics, snapshot: snapshot() };
  }),
  Test: async (call) => {
    const began = Date.now();
    const elapsed = () => ({ seconds: Math.floor((Date.now() - began) / 1000), nanos: ((Date.now() - began) % 1000) * 1e6 });
    const after = next(call.request.draft);
    const report = { outcome: "failed", headline: "The collector cannot be used", status: "STATUS_FAILED", diagnostics: validate(after), steps: [] };
    if (!report.diagnostics.length) {
      call.write({ step_started: { id: "connect", label: "Connect" } });
      const reason = await connect(target(after), call);
      const step = { id: "connect", label: "Connect", status: reason ? "STATUS_FAILED" : "STATUS_PASSED", duration: elapsed(), detail: reason ?? "" };
      call.write({ step_finished: { result: step } });
      report.steps.push(step);
      if (reason) report.diagnostics.push({ ...error("unreachable", "address", "The collector cannot be reached.", "Check the address, and whether this machine may connect to it."), step: "connect" });
      else Object.assign(report, { outcome: "complete", headline: "The collector answers", status: "STATUS_PASSED" });
    }
    call.write({ completed: { report: { ...report, duration: elapsed() } } });
    call.end();
  },
});
