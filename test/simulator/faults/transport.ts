import * as z from "zod";
import type { Reply, Step } from "../reply.ts";
import type { Fault } from "./fault.ts";

/** Faults of the connection: the body ends or stops before it should. */
const Spec = (kind: string) => z.looseObject({ kind: z.literal(kind), at: z.int().min(0).optional() });

/** The socket is closed after `at` bytes of the body. */
export const close: Fault = {
  kind: "close",
  spec: Spec("close"),
  answered: true,
  apply: (reply, { at }) => ({ ...reply, steps: [...head(reply, at), { kind: "close" }] }),
};

/** The body ends as if nothing were wrong after `at` bytes, before a finish reason. */
export const cut: Fault = {
  kind: "cut",
  spec: Spec("cut"),
  answered: true,
  apply: (reply, { at }) => ({ ...reply, steps: head(reply, at) }),
};

/** After `at` bytes nothing more comes, and the connection stays. */
export const stall: Fault = {
  kind: "stall",
  spec: Spec("stall"),
  answered: true,
  apply: (reply, { at }) => ({ ...reply, steps: [...head(reply, at), { kind: "hold" }] }),
};

/** The first `at` bytes, at most up to the chunk with the finish reason; without `at`, all up to that. */
function head(reply: Reply, at: number | undefined): Step[] {
  let left = Math.min(at ?? Number.POSITIVE_INFINITY, beforeFinish(reply));
  const steps: Step[] = [];
  for (const step of reply.steps) {
    if (left <= 0) break;
    if (step.kind !== "bytes") {
      steps.push(step);
      continue;
    }
    steps.push({ kind: "bytes", bytes: step.bytes.subarray(0, left) });
    left -= step.bytes.length;
  }
  return steps;
}

function beforeFinish(reply: Reply): number {
  let bytes = 0;
  for (const step of reply.steps) {
    if (step.kind !== "bytes") continue;
    if (/"finish_reason":"/.test(step.bytes.toString("utf8"))) return bytes;
    bytes += step.bytes.length;
  }
  return bytes;
}
