// What follows from the form as it stands, by the conditions that the server reads too: one JSON of them, with the
// same meaning as Schema.Evaluate. A condition about a hidden field is unknown, and so is its opposite.

const no = 0, unknown = 1, yes = 2;
const units = [["TiB", 2 ** 40], ["TB", 1e12], ["GiB", 2 ** 30], ["GB", 1e9], ["MiB", 2 ** 20], ["MB", 1e6],
  ["KiB", 2 ** 10], ["kB", 1e3], ["B", 1]];
const seconds = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, "µs": 1e-6, ns: 1e-9 };

// parse reads what is typed as the server does; what is not of the kind stays a text.
export function parse(kind, typed) {
  const trimmed = typed.trim();
  switch (kind) {
    case "integer": return /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : typed;
    case "decimal": return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : typed;
    case "byte_size": {
      const [, number, unit] = /^([\d.]+)\s*([a-z]*)$/i.exec(trimmed) ?? [];
      const found = units.find(([name]) => name.toLowerCase() === (unit || "B").toLowerCase());
      return found && number && !isNaN(number) ? Number(number) * found[1] : typed;
    }
    case "list": case "choices": return parseList(trimmed);
    case "map": return Object.fromEntries(parsePairs(trimmed));
    default: return typed;
  }
}

export function parseList(text) {
  if (text.startsWith("[")) try { return JSON.parse(text); } catch { /* Lines, then. */ }
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

export function parsePairs(text) {
  if (text.startsWith("{")) try { return Object.entries(JSON.parse(text)); } catch { /* Lines, then. */ }
  return text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
    let at = line.indexOf(" = "), length = 3;
    if (at < 0) [at, length] = [line.indexOf("="), 1];
    return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + length).trim()];
  });
}

// format writes a value as people type it.
export function format(kind, value) {
  if (value === null || value === undefined) return "";
  if (kind === "byte_size" && typeof value === "number") {
    const [name, bytes] = units.find(([, size]) => value >= size && value % size === 0) ?? units.at(-1);
    return value / bytes + " " + name;
  }
  if (Array.isArray(value)) return formatList(value);
  if (typeof value === "object") return formatPairs(Object.entries(value));
  return String(value);
}

const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// Entries are written as lines, unless they would be read as something else.
export function formatList(entries) {
  const lines = entries.join("\n");
  return alike(parseList(lines), entries) ? lines : JSON.stringify(entries);
}

export function formatPairs(pairs) {
  const lines = pairs.map(([key, text]) => key + " = " + text).join("\n");
  const unlike = new Set(pairs.map(([key]) => key)).size === pairs.length;
  return !unlike || alike(parsePairs(lines.trim()), pairs) ? lines : JSON.stringify(Object.fromEntries(pairs));
}

function sorted(value) {
  return value && typeof value === "object" && !Array.isArray(value) ? Object.entries(value).sort() : value;
}

const isEmpty = (value) => value === null || value === undefined || value === "" ||
  typeof value === "object" && Object.keys(value).length === 0;

// measure is what is compared of a value: NaN when it is not of its kind.
function measure(kind, value) {
  switch (kind) {
    case "integer": case "decimal": case "byte_size": return typeof value === "number" ? value : NaN;
    case "date": return /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : NaN;
    case "duration": {
      if (value === "0") return 0;
      if (!/^([\d.]+(h|m|s|ms|us|µs|ns))+$/.test(value)) return NaN;
      return [...value.matchAll(/([\d.]+)(ms|us|µs|ns|h|m|s)/g)].reduce((sum, [, n, unit]) => sum + n * seconds[unit], 0);
    }
    default: return typeof value === "object" ? Object.keys(value).length : [...String(value)].length;
  }
}

const ordered = new Set(["integer", "decimal", "byte_size", "date", "duration"]);

// followers evaluates the form once: each value, default and visibility is looked for once, however many depend on it.
export function followers(fields) {
  const values = new Map();
  const measures = new Map();
  const defaults = new Map();
  const seen = new Map();

  const once = (known, name, find) => {
    if (!known.has(name)) known.set(name, find());
    return known.get(name);
  };

  // The value of a field as conditions compare it; its default while it is empty.
  function effective(name) {
    const one = fields.get(name);
    if (!one) return null;
    const value = once(values, name, () => one.pristine ? null : one.control.value());
    return isEmpty(value) ? defaultOf(name) : value;
  }

  function defaultOf(name) {
    if (defaults.has(name)) return defaults.get(name);
    defaults.set(name, null); // The server refuses circles; here they have no default.
    const { rules } = fields.get(name);
    const scope = rules.scope ?? "";
    const rule = (rules.defaults ?? []).find((candidate) => truth(candidate.when, (single) => compare(single, scope)) === yes);
    const found = rule ? rule.value : rules.default ?? (rules.kind === "boolean" ? false : null);
    defaults.set(name, found);
    return found;
  }

  function visible(name) {
    const { visible: condition, scope = "" } = fields.get(name).rules;
    if (!condition) return true;
    if (!seen.has(name)) {
      seen.set(name, false);
      seen.set(name, holds(condition, scope));
    }
    return seen.get(name);
  }

  function compare({ field, any_of: anyOf, set, least, most }, scope) {
    const have = effective(scope + field);
    if (set) return isEmpty(have) ? no : yes;
    if (anyOf) return anyOf.some((want) => alike(sorted(want), sorted(have))) ? yes : no;
    const kind = fields.get(scope + field)?.rules.kind;
    const bound = (value) => ordered.has(kind) ? measure(kind, value) : value;
    if (isEmpty(have)) return no;
    const size = once(measures, scope + field, () => measure(kind, have));
    if (isNaN(size)) return no;
    return (least === undefined || size >= bound(least)) && (most === undefined || size <= bound(most)) ? yes : no;
  }

  function holds(condition, scope) {
    return truth(condition, (single) => {
      const name = scope + single.field;
      return fields.has(name) && !visible(name) ? unknown : compare(single, scope);
    }) === yes;
  }

  return { defaultOf, visible, holds };
}

function truth(condition, single) {
  const { all, any, not } = condition;
  if (not) return yes - truth(not, single);
  if (all) return Math.min(...all.map((one) => truth(one, single)));
  if (any) return Math.max(...any.map((one) => truth(one, single)));
  return single(condition);
}
