import * as z from "zod";
import type { PlainTurn, ScriptedCall } from "../script.ts";
import { type Fault, fields } from "./fault.ts";

/** Faults of the model itself: what it says is not what it should. */

const Where = z.enum(["reasoning", "content"]);

const LeakSpec = fields({ where: Where.default("content"), unfinished: z.boolean().default(false) });

export const leak: Fault<z.output<typeof LeakSpec>> = {
  kind: "leak",
  about:
    "the turn's calls come as markup at the end of `where` (content; or reasoning), finish stop; `unfinished` (false) ends within",
  spec: LeakSpec,
  answered: true,
  needsCalls: true,
  turn: (turn, { where, unfinished }, { thinking }) => {
    // What the platform advises against it: without thinking nothing leaks into the reasoning.
    if (where === "reasoning" && !thinking) return turn;
    const { calls, ...rest } = turn;
    const markup = (calls ?? []).map(markupOf).join("\n");
    const text = unfinished ? markup.slice(0, markup.lastIndexOf("</function>") - 1) : markup;
    const before = turn[where] ?? "";
    return { ...rest, [where]: before === "" ? text : `${before}\n${text}`, finish: turn.finish ?? "stop" };
  },
};

function markupOf(call: ScriptedCall): string {
  const parameters = Object.entries(fieldsOf(call.arguments)).map(
    ([key, value]) => `<parameter=${key}>${escaped(value)}</parameter>\n`,
  );
  return `<tool_call>\n<function=${call.name}>\n${parameters.join("")}</function>\n</tool_call>`;
}

function fieldsOf(args: ScriptedCall["arguments"]): Readonly<Record<string, unknown>> {
  if (typeof args !== "string") return args;
  try {
    const value: unknown = JSON.parse(args);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Arguments that are no object have no names to leak under.
  }
  return { arguments: args };
}

/** Everything is text there; readers bring it back to the type of the schema. */
function escaped(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#x27;");
}

const RepeatsSpec = fields({
  where: Where.default("reasoning"),
  count: z.int().min(1).default(1803),
  passage: z.string().min(1).default("Wait, let me look at that file once more before I go on. "),
});

export const repeats: Fault<z.output<typeof RepeatsSpec>> = {
  kind: "repeats",
  about: "`passage` `count` (1803) times at the end of `where` (reasoning; or content)",
  spec: RepeatsSpec,
  answered: true,
  turn: (turn, { where, count, passage }) => ({ ...turn, [where]: (turn[where] ?? "") + passage.repeat(count) }),
};

export const repetitionTruncation: Fault = {
  kind: "repetition_truncation",
  about: "the turn ends with that finish reason",
  spec: fields({}),
  answered: true,
  turn: (turn): PlainTurn => ({ ...turn, finish: "repetition_truncation" }),
};
