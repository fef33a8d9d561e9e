import * as z from "zod";
import type { Rearrange } from "../fragments.ts";
import type { Reply } from "../reply.ts";
import { type FaultSpec, type PlainTurn, type Script, turnsOf } from "../script.ts";
import { aliasesOf, canonical } from "./aliases.ts";
import { empty, html, json, redirect, status } from "./bodies.ts";
import { flood, fragments } from "./calls.ts";
import type { Asked, Fault } from "./fault.ts";
import { leak, repeats, repetitionTruncation } from "./model.ts";
import { refusals } from "./refusals.ts";
import { errorEvent, halfEvent, malformed } from "./stream.ts";
import { close, comments, cut, reset, silent, slow, stall } from "./transport.ts";

/** A fault with its fields read from the script. What it has no part in stays as it is. */
export interface ArmedFault {
  readonly kind: string;
  readonly answered: boolean;
  readonly needsCalls: boolean;
  readonly rearrange: Rearrange;
  turn(turn: PlainTurn, asked: Asked): PlainTurn;
  reply(reply: Reply, asked: Asked): Reply;
}

interface Entry {
  readonly kind: string;
  readonly about: string;
  arm(spec: FaultSpec): ArmedFault;
}

const ENTRIES: readonly Entry[] = [
  ...[close, cut, stall, silent, reset].map(entry),
  entry(comments),
  entry(slow),
  entry(halfEvent),
  entry(errorEvent),
  entry(malformed),
  ...[html, json, empty].map(entry),
  entry(redirect),
  entry(status),
  ...refusals.map(entry),
  entry(fragments),
  entry(flood),
  entry(leak),
  entry(repeats),
  entry(repetitionTruncation),
];

const FAULTS: ReadonlyMap<string, Entry> = new Map(ENTRIES.map((one) => [one.kind, one]));

/** Throws for kinds and fields that no fault has. */
export function armFault(spec: FaultSpec): ArmedFault {
  const own = canonical(spec);
  const found = FAULTS.get(own.kind);
  if (!found) throw new Error(`There is no fault "${spec.kind}". Faults: ${[...FAULTS.keys()].join(", ")}.`);
  return found.arm(own);
}

/** Finds a script's mistakes before the first request does. */
export function checkFaults(script: Script): void {
  for (const turn of turnsOf(script)) {
    if (!turn.fault) continue;
    const fault = armFault(turn.fault);
    if (fault.needsCalls && !turn.calls?.length) throw new Error(`Fault "${fault.kind}" needs a turn with calls.`);
  }
}

/** For the help: a line for each kind. */
export function faultLines(): string[] {
  return ENTRIES.map(({ kind, about }) => {
    const others = aliasesOf(kind);
    return `  ${kind.padEnd(22)} ${about}${others.length > 0 ? ` [also: ${others.join(", ")}]` : ""}`;
  });
}

function entry<Spec extends FaultSpec>(fault: Fault<Spec>): Entry {
  const arm = (raw: FaultSpec): ArmedFault => {
    const read = fault.spec.safeParse(raw);
    if (!read.success) throw new Error(`Fault "${fault.kind}": ${z.prettifyError(read.error)}`);
    const spec = read.data;
    return {
      kind: fault.kind,
      answered: fault.answered,
      needsCalls: fault.needsCalls ?? false,
      rearrange: (list) => fault.fragments?.(list, spec) ?? list,
      turn: (turn, asked) => fault.turn?.(turn, spec, asked) ?? turn,
      reply: (reply, asked) => fault.reply?.(reply, spec, asked) ?? reply,
    };
  };
  return { kind: fault.kind, about: fault.about, arm };
}
