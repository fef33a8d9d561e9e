import type { Step } from "../reply.ts";

/** Where in a body a fault strikes. */

/** Bytes up to the chunk with the finish reason; all where there is none. */
export function beforeFinish(steps: readonly Step[]): number {
  let bytes = 0;
  for (const step of steps) {
    if (step.kind !== "bytes") continue;
    if (/"finish_reason":"/.test(step.bytes.toString("utf8"))) return bytes;
    bytes += step.bytes.length;
  }
  return bytes;
}

/** The steps of the first `at` bytes, and the rest. */
export function bytesUpTo(steps: readonly Step[], at: number): readonly [Step[], Step[]] {
  let left = at;
  for (const [i, step] of steps.entries()) {
    if (left <= 0) return [steps.slice(0, i), steps.slice(i)];
    if (step.kind !== "bytes") continue;
    if (left < step.bytes.length) {
      const first: Step = { kind: "bytes", bytes: step.bytes.subarray(0, left) };
      const second: Step = { kind: "bytes", bytes: step.bytes.subarray(left) };
      return [
        [...steps.slice(0, i), first],
        [second, ...steps.slice(i + 1)],
      ];
    }
    left -= step.bytes.length;
  }
  return [[...steps], []];
}

/** The steps up to the first frame that begins at or after byte `at`, and the rest. Frames stay whole. */
export function framesUpTo(steps: readonly Step[], at: number): readonly [Step[], Step[]] {
  let bytes = 0;
  const index = steps.findIndex((step) => {
    if (step.kind !== "bytes") return false;
    if (bytes >= at) return true;
    bytes += step.bytes.length;
    return false;
  });
  return index < 0 ? [[...steps], []] : [steps.slice(0, index), steps.slice(index)];
}
