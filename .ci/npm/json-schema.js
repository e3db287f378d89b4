// Judges documents by JSON Schemas, with a validator that takes nothing on trust. Each line of standard input is
// {"schema": …, "documents": […]}; each line of standard output is {"error": …} or {"valid": [true, …]}.
const readline = require("node:readline");
const Ajv = require("ajv/dist/2020");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { schema, documents } = JSON.parse(line);
  const answer = {};
  try {
    const judge = new Ajv({ strict: true }).compile(schema);
    answer.valid = documents.map((document) => judge(document));
  } catch (error) {
    answer.error = error.message;
  }
  console.log(JSON.stringify(answer));
});
