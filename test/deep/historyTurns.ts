import type { ScriptInput } from "../simulator/script.ts";
import type { Random } from "./random.ts";

export type TurnInput = NonNullable<ScriptInput["turns"]>[number];
type CallInput = NonNullable<TurnInput["calls"]>[number];

/** In a refusal that the script wants: told from those that the simulator means. */
export const SCRIPTED = "scripted";

/** What a model and a platform on a bad day may answer to one request. */
export function randomTurn(random: Random): TurnInput {
  const fault = random.chance(0.22) ? randomFault(random) : undefined;
  const said = {
    ...(random.chance(0.75) ? { reasoning: text(random) } : {}),
    ...(random.chance(0.6) ? { content: text(random) } : {}),
  };
  const turn = { ...said, ...randomDeed(random) };
  return fault ? { ...turn, fault } : turn;
}

function randomDeed(random: Random): TurnInput {
  const roll = random.below(100);
  if (roll < 55) return { calls: calls(random, 1 + random.below(4)) };
  if (roll < 60) return { calls: calls(random, 17 + random.below(20)) };
  if (roll < 66) return { content: `${text(random)}\n${leaked(random)}` };
  if (roll < 69) return { reasoning: `${text(random)}\n${leaked(random)}`, content: random.pick(["", "\n"]) };
  if (roll < 71) return { content: leaked(random).slice(0, -9) };
  if (roll < 73) return { finish: random.pick(["length", "content_filter", "repetition_truncation"] as const) };
  if (roll < 74) return { content: `${"again and again, the same thing over and over. ".repeat(60)}` };
  return { content: text(random) };
}

function randomFault(random: Random): NonNullable<TurnInput["fault"]> {
  const at = random.below(900);
  switch (random.below(14)) {
    case 0:
    case 1:
      return { kind: "cut", at };
    case 2:
    case 3:
      return { kind: "close", at };
    case 4:
      return random.chance(0.1) ? { kind: "stall", at } : { kind: "cut", at };
    case 5:
      return { kind: random.pick(["html", "json"]) };
    case 6:
      return { kind: "status", status: 429, headers: { "retry-after": random.pick(["0", "1", "3600"]) } };
    case 7:
      return { kind: "status", status: random.pick([401, 402, 403, 404, 421]) };
    case 8:
      return refusal("`text` is not set");
    case 9:
      return refusal("The reasoning_content in the thinking mode must be passed back to the API.");
    default:
      return { kind: "status", status: random.pick([429, 500, 502, 503]) };
  }
}

function refusal(param: string) {
  return { kind: "status", status: 400, body: { error: { code: "400", message: SCRIPTED, param, type: "" } } };
}

export function isRefusal(turn: TurnInput | undefined): boolean {
  const fault = turn?.fault;
  return typeof fault === "object" && "status" in fault && fault.status === 400;
}

function calls(random: Random, count: number): CallInput[] {
  return Array.from({ length: count }, () => call(random));
}

function call(random: Random): CallInput {
  const id = random.pick(["a", "b", "c", "d", "e", `${random.below(1_000)}`]);
  switch (random.below(12)) {
    case 0:
      return { name: "look", arguments: '{"id":' };
    case 1:
      return { name: "nowhere", arguments: { id } };
    case 2:
      return { name: "look", arguments: { id: 7 } };
    case 3:
      return { name: "act", arguments: { id: `bad ${id}` } };
    case 4:
      return { name: "act", arguments: { id: "slow" } };
    case 5:
    case 6:
    case 7:
      return { name: "act", arguments: { id } };
    default:
      return { name: "look", arguments: { id } };
  }
}

function leaked(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => {
    const id = random.pick(["a", "&lt;b&gt;", "c"]);
    return `<tool_call>\n<function=look>\n<parameter=id>${id}</parameter>\n</function>\n</tool_call>`;
  }).join("\n");
}

const PIECES = [
  "Let me see. ",
  "好的，",
  "\r\n",
  '"quoted" \\ ',
  "😀",
  "\u2028",
  "é",
  "```js\nx\n```\n",
  "<context>\n",
  " ",
];

function text(random: Random): string {
  return Array.from({ length: 1 + random.below(6) }, () => random.pick(PIECES)).join("");
}
