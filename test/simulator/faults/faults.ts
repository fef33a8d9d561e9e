import * as z from "zod";
import type { Reply } from "../reply.ts";
import type { FaultSpec, PlainTurn, Script } from "../script.ts";
import { html, json, status } from "./bodies.ts";
import type { Fault } from "./fault.ts";
import { close, cut, stall } from "./transport.ts";

/** A fault with its fields read from the script. */
export interface ArmedFault {
  readonly answered: boolean;
  apply(reply: Reply): Reply;
}

const FAULTS: ReadonlyMap<string, (spec: FaultSpec) => ArmedFault> = new Map(
  [armer(close), armer(cut), armer(stall), armer(status), armer(html), armer(json)].map(({ kind, arm }) => [kind, arm]),
);

/** Throws for kinds and fields that no fault has. */
export function armFault(spec: FaultSpec): ArmedFault {
  const arm = FAULTS.get(spec.kind);
  if (!arm) throw new Error(`There is no fault "${spec.kind}". Faults: ${[...FAULTS.keys()].join(", ")}.`);
  return arm(spec);
}

/** Finds a script's mistakes before the first request does. */
export function checkFaults(script: Script): void {
  const turns = [...script.turns, ...script.scenes.flatMap((scene) => scene.turns), ...list(script.otherwise)];
  const all: PlainTurn[] = turns.flatMap((turn) => [turn, ...(turn.instead ?? []).map((other) => other.turn)]);
  for (const { fault } of all) if (fault) armFault(fault);
}

function list<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function armer<Spec extends FaultSpec>(fault: Fault<Spec>) {
  const arm = (raw: FaultSpec): ArmedFault => {
    const spec = fault.spec.safeParse(raw);
    if (!spec.success) throw new Error(`Fault "${fault.kind}": ${z.prettifyError(spec.error)}`);
    return { answered: fault.answered, apply: (reply) => fault.apply(reply, spec.data) };
  };
  return { kind: fault.kind, arm };
}
