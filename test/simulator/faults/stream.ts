import * as z from "zod";
import { bytesStep, isStream, jsonReply, type Step } from "../reply.ts";
import { type Fault, fields } from "./fault.ts";
import { beforeFinish, framesUpTo } from "./position.ts";

/** Faults within the stream: events that are broken, or that are errors. */

const Ending = z.enum(["end", "close", "hold"]);

const HalfSpec = fields({ ending: Ending.default("end") });

export const halfEvent: Fault<z.output<typeof HalfSpec>> = {
  kind: "half_event",
  about:
    "the body stops in the middle of the event after `at` bytes (the one with the finish reason), `ending` end (default), close or hold",
  spec: HalfSpec,
  answered: true,
  reply: (reply, { at, ending }) => {
    const [before, rest] = framesUpTo(reply.steps, Math.min(at ?? Number.POSITIVE_INFINITY, beforeFinish(reply.steps)));
    const event = rest.find((step) => step.kind === "bytes" && isData(step.bytes));
    const half: Step[] = event?.kind === "bytes" ? [{ kind: "bytes", bytes: firstHalf(event.bytes) }] : [];
    return { ...reply, steps: [...before, ...half, ...after(ending)] };
  },
};

const ErrorSpec = fields({
  /** The error object of the event. */
  error: z.record(z.string(), z.unknown()).optional(),
  code: z.union([z.string(), z.int()]).default("500"),
  message: z.string().default("Server Error"),
  param: z.string().optional(),
  type: z.string().default(""),
  /** A name for the event, as some servers send `event: error`. */
  event: z.string().optional(),
  hold: z.boolean().optional(),
  ending: Ending.optional(),
});

export const errorEvent: Fault<z.output<typeof ErrorSpec>> = {
  kind: "error_event",
  about:
    '`data: {"error":…}` after `at` bytes (all up to the finish reason), then the socket stays (`ending` hold, close or end); error, or code (500), message, param, type; `event` names it',
  spec: ErrorSpec,
  answered: true,
  reply: (reply, spec) => {
    const error = spec.error ?? {
      code: String(spec.code),
      message: spec.message,
      ...(spec.param === undefined ? {} : { param: spec.param }),
      type: spec.type,
    };
    if (!isStream(reply)) return jsonReply(200, { error });
    const at = Math.min(spec.at ?? Number.POSITIVE_INFINITY, beforeFinish(reply.steps));
    const name = spec.event === undefined ? "" : `event: ${spec.event}\n`;
    const event = bytesStep(`${name}data: ${JSON.stringify({ error })}\n\n`);
    const ending = spec.ending ?? (spec.hold === false ? "close" : "hold");
    return { ...reply, steps: [...framesUpTo(reply.steps, at)[0], event, ...after(ending)] };
  },
};

const MalformedSpec = fields({
  text: z.string().default('{"id":"broken","choices":[{"index":0,"delta":{"content":"so'),
});

export const malformed: Fault<z.output<typeof MalformedSpec>> = {
  kind: "malformed",
  about: "an event whose data (`text`) is not JSON, after `at` bytes (half of them); the rest follows",
  spec: MalformedSpec,
  answered: true,
  reply: (reply, { at, text }) => {
    const [before, rest] = framesUpTo(reply.steps, at ?? beforeFinish(reply.steps) / 2);
    return isStream(reply)
      ? { ...reply, steps: [...before, bytesStep(`data: ${text}\n\n`), ...rest] }
      : { ...reply, steps: [bytesStep(text)] };
  },
};

function after(ending: z.output<typeof Ending>): Step[] {
  switch (ending) {
    case "end":
      return [];
    case "close":
      return [{ kind: "close" }];
    case "hold":
      return [{ kind: "hold" }];
  }
}

function isData(bytes: Buffer): boolean {
  return bytes.length > 0 && bytes[0] !== ":".charCodeAt(0);
}

function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.ceil(bytes.length / 2));
}
