import * as z from "zod";
import { argumentsText } from "../answer.ts";
import { wholeCharacters } from "../answerLimit.ts";
import type { Fragment, Rearrange } from "../fragments.ts";
import type { PlainTurn, ScriptedCall } from "../script.ts";
import { type Fault, fields } from "./fault.ts";

/** Faults of tool calls: fragments in another form than the platform's own, too many calls. */

/** Each keeps the order of one call's own fragments, without which no reader could put the call together. */
const VARIANTS = {
  /** The calls' fragments take turns, the last call first. */
  reordered: (fragments) => interleaved(fragments),
  id_less: (fragments) => fragments.map(({ id: _, ...rest }) => rest),
  empty_id: (fragments) => fragments.map((fragment) => (fragment.id ? fragment : { ...fragment, id: "" })),
  /** Every field that a later fragment could leave out is null. */
  null_named: (fragments) =>
    fragments.map((fragment) =>
      fragment.id ? fragment : { ...fragment, id: null, type: null, function: { ...fragment.function, name: null } },
    ),
  /** The name comes after the id. */
  late_name: (fragments) => fragments.flatMap(lateName),
  index_less: (fragments) => fragments.map(({ index: _, ...rest }) => rest),
  /** One index for all calls. */
  reused_index: (fragments) => fragments.map((fragment) => ({ ...fragment, index: 0 })),
  /** Id and name with every fragment. */
  repeated_id: (fragments) => fragments.map((fragment) => repeated(headOf(fragments, fragment), fragment)),
  /** One id for all calls: made in the turn. */
  same_id: (fragments) => fragments,
  /** A call in one fragment. */
  whole: (fragments) => [...byCall(fragments).values()].map(joined),
  /** One character of the arguments at a time. */
  single: (fragments) => fragments.flatMap(characters),
  /** Arguments end at a byte: made in the turn. */
  cut: (fragments) => fragments,
} satisfies Record<string, Rearrange>;
type Variant = keyof typeof VARIANTS;

const VariantName = z
  .string()
  .transform((name) => name.replace(/[- ]/g, "_"))
  .pipe(z.enum(Object.keys(VARIANTS) as [Variant, ...Variant[]]));

const FragmentsSpec = fields({
  variant: z.union([VariantName, z.array(VariantName).min(1)]).default("reordered"),
});
type FragmentsSpec = z.output<typeof FragmentsSpec>;

export const fragments: Fault<FragmentsSpec> = {
  kind: "fragments",
  about: `tool call fragments in another form: \`variant\`, one or a list of ${Object.keys(VARIANTS).join(", ")}; the last call's arguments end after \`at\` bytes`,
  spec: FragmentsSpec,
  answered: true,
  needsCalls: true,
  turn: (turn, spec) => {
    const variants = variantsOf(spec);
    const calls = turn.calls ?? [];
    const named = variants.includes("same_id") ? calls.map((call) => ({ ...call, id: SAME_ID })) : calls;
    const at = spec.at ?? (variants.includes("cut") ? 1 : undefined);
    return at === undefined ? { ...turn, calls: named } : { ...turn, calls: cutLast(named, at) };
  },
  fragments: (all, spec) => variantsOf(spec).reduce((sofar, variant) => apply(variant, sofar), all),
};

const SAME_ID = `call_${"5a".repeat(12)}`;

function apply(variant: Variant, list: readonly Fragment[]): readonly Fragment[] {
  const rearrange: Rearrange = VARIANTS[variant];
  return rearrange(list);
}

function variantsOf(spec: FragmentsSpec): readonly Variant[] {
  return typeof spec.variant === "string" ? [spec.variant] : spec.variant;
}

function cutLast(calls: readonly ScriptedCall[], at: number): ScriptedCall[] {
  return calls.map((call, index) =>
    index < calls.length - 1
      ? call
      : { ...call, arguments: wholeCharacters(Buffer.from(argumentsText(call.arguments), "utf8"), at) },
  );
}

function byCall(list: readonly Fragment[]): Map<number, Fragment[]> {
  const calls = new Map<number, Fragment[]>();
  for (const fragment of list) {
    const index = fragment.index ?? 0;
    calls.set(index, [...(calls.get(index) ?? []), fragment]);
  }
  return calls;
}

function interleaved(list: readonly Fragment[]): Fragment[] {
  const calls = [...byCall(list).values()].reverse();
  const longest = Math.max(0, ...calls.map((call) => call.length));
  return Array.from({ length: longest }, (_, turn) => calls.flatMap((call) => call[turn] ?? [])).flat();
}

function lateName(fragment: Fragment): Fragment[] {
  const { name } = fragment.function;
  if (!name) return [fragment];
  const later = {
    ...(fragment.index === undefined ? {} : { index: fragment.index }),
    function: { name, arguments: "" },
  };
  return [{ ...fragment, function: { ...fragment.function, name: null } }, later];
}

function headOf(list: readonly Fragment[], fragment: Fragment): Fragment {
  return list.find((other) => other.index === fragment.index && other.function.name) ?? fragment;
}

function repeated(head: Fragment, fragment: Fragment): Fragment {
  return { ...head, function: { ...head.function, arguments: fragment.function.arguments } };
}

function joined(call: readonly Fragment[]): Fragment {
  const [head, ...rest] = call;
  const text = call.map((fragment) => fragment.function.arguments).join("");
  if (!head) return { function: { arguments: text } };
  const name = [head, ...rest].find((fragment) => fragment.function.name)?.function.name ?? null;
  return { ...head, function: { name, arguments: text } };
}

function characters(fragment: Fragment): Fragment[] {
  const all = Array.from(fragment.function.arguments);
  if (all.length <= 1) return [fragment];
  return all.map((character) => ({ ...fragment, function: { ...fragment.function, arguments: character } }));
}

const FloodSpec = fields({ count: z.int().min(1).default(120) });

export const flood: Fault<z.output<typeof FloodSpec>> = {
  kind: "flood",
  about: "the turn's calls over and over until there are `count` (120); `{n}` in a string argument is their number",
  spec: FloodSpec,
  answered: true,
  needsCalls: true,
  turn: (turn, { count }) => ({ ...turn, calls: flooded(turn, count) }),
};

function flooded(turn: PlainTurn, count: number): ScriptedCall[] {
  const calls = turn.calls ?? [];
  return Array.from({ length: count }, (_, i) => calls[i % calls.length]).flatMap((call, i) =>
    call === undefined ? [] : [{ name: call.name, arguments: numbered(call.arguments, i + 1) }],
  );
}

function numbered(args: ScriptedCall["arguments"], n: number): ScriptedCall["arguments"] {
  if (typeof args === "string") return args.replaceAll("{n}", String(n));
  return JSON.parse(JSON.stringify(args), (_key, value: unknown) =>
    typeof value === "string" ? value.replaceAll("{n}", String(n)) : value,
  );
}
