import { isDeepStrictEqual } from "node:util";
import { AgentError } from "../../src/agent/errors.ts";
import type { Figure } from "../bench/figures.ts";
import { answerOf, modelOf, recordings } from "../unit/mimo/streams.ts";
import { type Random, seeded } from "./random.ts";

/** Recorded streams in random pieces, whole or cut: whole ones give the identical message, cut ones never a part. */
export async function streams(options: { readonly runs: number; readonly seed: number }): Promise<Figure[]> {
  const random = seeded(options.seed);
  const all = recordings();
  const whole = await Promise.all(all.map(({ bytes }) => answerOf(modelOf([bytes]))));
  let wrong = 0;
  let cuts = 0;
  for (let run = 0; run < options.runs; run++) {
    const which = random.below(all.length);
    const bytes = all[which]?.bytes ?? new Uint8Array();
    const isCut = random.chance(0.5);
    const sent = isCut ? bytes.subarray(0, random.below(bytes.length)) : bytes;
    if (isCut) cuts++;
    try {
      const answer = await answerOf(modelOf(pieces(sent, random)));
      // A cut behind the event that names the end loses nothing but the usage.
      if (!isDeepStrictEqual(answer.message, whole[which]?.message)) wrong++;
    } catch (error) {
      if (!isCut || !(error instanceof AgentError)) wrong++;
    }
  }
  return [
    { name: "recordings", value: all.length, unit: "", bound: 50, better: "higher" },
    { name: "random partitions", value: options.runs, unit: "", bound: undefined, better: "higher" },
    { name: "of them cut", value: cuts, unit: "", bound: undefined, better: "higher" },
    { name: "seed", value: options.seed, unit: "", bound: undefined, better: "lower" },
    { name: "wrong messages", value: wrong, unit: "", bound: 0, better: "lower" },
  ];
}

function pieces(bytes: Uint8Array, random: Random): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(random.chance(0.3) ? 4 : 400);
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}
