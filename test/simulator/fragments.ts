import type { AnswerCall } from "./answer.ts";

/** One part of a streamed tool call, as it stands in a delta. */
export interface Fragment {
  readonly index?: number;
  readonly id?: string | null;
  readonly type?: "function" | null;
  readonly function: { readonly name?: string | null; readonly arguments: string };
}

/** How a fault sends the fragments in place of the platform's own way. */
export type Rearrange = (fragments: readonly Fragment[]) => readonly Fragment[];

/** Characters of a delta: about what the platform puts into one. */
const PIECE = 16;

/** The platform's own way: id and name with a call's first fragment, one call after the other. */
export function fragmentsOf(calls: readonly AnswerCall[]): Fragment[] {
  return calls.flatMap((call, index): Fragment[] => [
    { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } },
    ...pieces(call.arguments).map((piece) => ({ index, function: { name: null, arguments: piece } })),
  ]);
}

/** In code points, so that no piece ends within a character. */
export function pieces(text: string): string[] {
  const points = Array.from(text);
  const out: string[] = [];
  for (let i = 0; i < points.length; i += PIECE) out.push(points.slice(i, i + PIECE).join(""));
  return out;
}
