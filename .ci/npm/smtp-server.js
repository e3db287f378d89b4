// A real mail server from npm for the suite: implicit TLS on one port, STARTTLS on another. It prints its ports as JSON
// when it is ready, and ends with its standard input.
const { readFileSync } = require("node:fs");
const { SMTPServer } = require("smtp-server");

const [cert, key, login, password] = process.argv.slice(2);
const options = {
  name: "npm.mail.test", banner: "npm smtp-server", cert: readFileSync(cert), key: readFileSync(key), authMethods: ["PLAIN", "LOGIN", "XOAUTH2"],
  onAuth(auth, session, done) {
    const right = auth.method === "XOAUTH2" ? auth.username === login && auth.accessToken === "token-" + password
      : auth.username === login && auth.password === password;
    if (right) return done(null, { user: login });
    if (auth.method === "XOAUTH2") return done(null, { data: { status: "401", schemes: "bearer", scope: "mail" } });
    return done(Object.assign(new Error("Invalid login or password"), { responseCode: 535 }));
  },
  onData(stream, session, done) { stream.on("end", done); stream.resume(); },
};
const ports = {};
const listen = (name, more) => new Promise((ready) => {
  const server = new SMTPServer({ ...options, ...more });
  server.on("error", () => {});
  const listener = server.listen(0, "127.0.0.1", () => { ports[name] = listener.address().port; ready(); });
});
Promise.all([listen("starttls", {}), listen("implicit", { secure: true })]).then(() => console.log(JSON.stringify(ports)));
process.stdin.resume().on("end", () => process.exit(0));
