import type { FaultSpec } from "../script.ts";

/** Other names that a script may use: for a kind, with what they imply, and for fields. */
const KINDS: Readonly<Record<string, Readonly<{ kind: string; [field: string]: unknown }>>> = {
  "400": { kind: "bad_request" },
  "401": { kind: "unauthorized" },
  "402": { kind: "balance" },
  "403": { kind: "forbidden" },
  "404": { kind: "not_found" },
  "421": { kind: "filter" },
  "429": { kind: "rate" },
  "441": { kind: "risk_control" },
  "500": { kind: "server" },
  "503": { kind: "overload" },
  "402_burst": { kind: "burst" },
  "402_final": { kind: "balance" },
  "421_as_400": { kind: "filter", as: 400 },
  "429_quota": { kind: "quota" },
  auth: { kind: "unauthorized" },
  close_without_finish: { kind: "cut" },
  comment: { kind: "comments" },
  comments_only: { kind: "comments" },
  content_filter: { kind: "filter" },
  disconnect: { kind: "close" },
  drop: { kind: "close" },
  duplicate_calls: { kind: "flood", count: 13 },
  error: { kind: "status" },
  error_on_200: { kind: "json" },
  filter_as_400: { kind: "filter", as: 400 },
  fragment: { kind: "fragments" },
  framed: { kind: "status", framed: true },
  framed_error: { kind: "status", framed: true },
  half: { kind: "half_event" },
  half_events: { kind: "half_event" },
  hang: { kind: "silent" },
  html_200: { kind: "html" },
  html_on_200: { kind: "html" },
  id_less: { kind: "fragments", variant: "id_less" },
  id_less_fragments: { kind: "fragments", variant: "id_less" },
  idle: { kind: "stall" },
  index_less: { kind: "fragments", variant: "index_less" },
  insufficient_balance: { kind: "balance" },
  invalid_json: { kind: "malformed" },
  json_200: { kind: "json" },
  json_error: { kind: "json" },
  json_on_200: { kind: "json" },
  leaked: { kind: "leak" },
  leaked_calls: { kind: "leak" },
  leaked_markup: { kind: "leak" },
  leaked_tool_calls: { kind: "leak" },
  leaked_tool_markup: { kind: "leak" },
  loop: { kind: "repeats" },
  no_finish: { kind: "cut" },
  no_headers: { kind: "silent" },
  null_named: { kind: "fragments", variant: "null_named" },
  null_named_fragments: { kind: "fragments", variant: "null_named" },
  overloaded: { kind: "overload" },
  ping: { kind: "comments" },
  ping_only: { kind: "comments" },
  pings: { kind: "comments" },
  quota_exhausted: { kind: "quota" },
  rate_limit: { kind: "rate" },
  rate_limited: { kind: "rate" },
  region: { kind: "forbidden" },
  reordered: { kind: "fragments", variant: "reordered" },
  reordered_fragments: { kind: "fragments", variant: "reordered" },
  repeat: { kind: "repeats" },
  repeated: { kind: "repeats" },
  repetition: { kind: "repeats" },
  reset_connection: { kind: "reset" },
  server_error: { kind: "server" },
  timeout: { kind: "silent" },
  truncate: { kind: "cut" },
  truncated_arguments: { kind: "fragments", variant: "cut" },
  unavailable: { kind: "overload" },
};

const FIELDS: ReadonlyMap<string, string> = new Map([
  ["after", "at"],
  ["bytes", "at"],
  ["delayMs", "beforeMs"],
  ["every", "everyMs"],
  ["field", "where"],
  ["for", "forMs"],
  ["httpStatus", "as"],
  ["in", "where"],
  ["interval", "everyMs"],
  ["intervalMs", "everyMs"],
  ["n", "count"],
  ["then", "ending"],
  ["variants", "variant"],
]);

/** The fault by its own names. What an alias implies gives way to what the script says. */
export function canonical(spec: FaultSpec): FaultSpec {
  const { kind, ...implied } = kindOf(snake(spec.kind));
  const said = Object.entries(spec).flatMap(([name, value]) =>
    name === "kind" ? [] : [[FIELDS.get(camel(name)) ?? camel(name), value] as const],
  );
  return { ...implied, ...Object.fromEntries(said), kind };
}

/** A bare number is an HTTP status, also one that has no fault of its own. */
function kindOf(name: string): Readonly<{ kind: string; [field: string]: unknown }> {
  const number = /^(?:(?:http|status)_?)?([3-5]\d\d)$/.exec(name)?.[1];
  const known = Object.hasOwn(KINDS, number ?? name) ? KINDS[number ?? name] : undefined;
  return known ?? (number === undefined ? { kind: name } : { kind: "status", status: Number(number) });
}

/** Other names by the kind that they stand for. */
export function aliasesOf(kind: string): string[] {
  return Object.entries(KINDS).flatMap(([name, target]) => (target.kind === kind ? [name] : []));
}

function snake(name: string): string {
  return name
    .trim()
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/[-\s]+/g, "_")
    .toLowerCase();
}

function camel(name: string): string {
  return name.replace(/[-_\s]+([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
