import * as z from "zod";
import { isStream, type Pause, type Reply, type Step } from "../reply.ts";
import { type Fault, fields } from "./fault.ts";
import { beforeFinish, bytesUpTo } from "./position.ts";

/** Faults of the connection: the body ends or stops before it should, or comes late. */
const Plain = fields({});

export const close: Fault = {
  kind: "close",
  about: "the socket is closed after `at` bytes (all up to the finish reason)",
  spec: Plain,
  answered: true,
  reply: (reply, { at }) => ({ ...reply, steps: [...head(reply, at), { kind: "close" }] }),
};

export const cut: Fault = {
  kind: "cut",
  about: "the body ends as if nothing were wrong after `at` bytes (all up to the finish reason)",
  spec: Plain,
  answered: true,
  reply: (reply, { at }) => ({ ...reply, steps: head(reply, at) }),
};

export const stall: Fault = {
  kind: "stall",
  about: "after `at` bytes (all up to the finish reason) nothing more comes, and the connection stays",
  spec: Plain,
  answered: true,
  reply: (reply, { at }) => ({ ...reply, steps: [...head(reply, at), { kind: "hold" }] }),
};

export const silent: Fault = {
  kind: "silent",
  about: "the request is taken and nothing is ever answered, no headers either",
  spec: Plain,
  answered: false,
  reply: (reply) => opened(reply, { kind: "hold" }),
};

export const reset: Fault = {
  kind: "reset",
  about: "the socket is closed before the headers",
  spec: Plain,
  answered: false,
  reply: (reply) => opened(reply, { kind: "close" }),
};

const CommentsSpec = fields({
  everyMs: z.number().positive().default(1000),
  forMs: z.number().min(0).optional(),
});

export const comments: Fault<z.output<typeof CommentsSpec>> = {
  kind: "comments",
  about:
    "after `at` bytes (0) only `: PROCESSING`, every `everyMs` (1000) and endless, or for `forMs` and then the rest",
  spec: CommentsSpec,
  answered: true,
  reply: (reply, { at, everyMs, forMs }) => {
    const [before, after] = bytesUpTo(reply.steps, at ?? 0);
    // A comment is no part of any other body: that one only waits.
    const silence: Step = forMs === undefined ? { kind: "hold" } : { kind: "wait", ms: forMs };
    const pause: Step = isStream(reply) ? { kind: "comments", everyMs, forMs } : silence;
    return { ...reply, steps: [...before, pause, ...(forMs === undefined ? [] : after)] };
  },
};

const SlowSpec = fields({ beforeMs: z.number().min(0).default(0), everyMs: z.number().min(0).default(0) });

export const slow: Fault<z.output<typeof SlowSpec>> = {
  kind: "slow",
  about: "`beforeMs` (0) until the headers, `everyMs` (0) before every frame",
  spec: SlowSpec,
  answered: true,
  reply: (reply, { beforeMs, everyMs }) => ({
    ...opened(reply, { kind: "wait", ms: beforeMs }),
    steps: reply.steps.flatMap((step): Step[] => (everyMs > 0 ? [{ kind: "wait", ms: everyMs }, step] : [step])),
  }),
};

function opened(reply: Reply, opening: Pause): Reply {
  return { ...reply, opening };
}

/** The first `at` bytes, at most up to the chunk with the finish reason; without `at`, all up to that. */
function head(reply: Reply, at: number | undefined): Step[] {
  return bytesUpTo(reply.steps, Math.min(at ?? Number.POSITIVE_INFINITY, beforeFinish(reply.steps)))[0];
}
