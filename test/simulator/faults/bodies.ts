import * as z from "zod";
import { errorReply, jsonReply, textReply } from "../reply.ts";
import type { Fault } from "./fault.ts";

/** Faults of the answer: something else arrives in place of the stream. */

/** An error status with the platform's form of body, or with `body` as it stands. */
const StatusSpec = z.looseObject({
  kind: z.literal("status"),
  at: z.int().min(0).optional(),
  status: z.int().min(300).max(599).default(500),
  /** An object is sent as JSON. */
  body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  framed: z.boolean().default(false),
});

export const status: Fault<z.output<typeof StatusSpec>> = {
  kind: "status",
  spec: StatusSpec,
  answered: false,
  apply: (_reply, spec) => {
    const reply =
      typeof spec.body === "string"
        ? textReply(spec.status, "text/plain; charset=utf-8", spec.body)
        : spec.body
          ? jsonReply(spec.status, spec.body)
          : errorReply(spec.status, standardBody(spec.status), { framed: spec.framed });
    return { ...reply, headers: { ...reply.headers, ...spec.headers } };
  },
};

const MESSAGES: Readonly<Record<number, string>> = {
  400: "Param Incorrect",
  401: "Invalid API Key",
  402: "Insufficient account balance",
  403: "Forbidden Access",
  404: "Not Found",
  421: "Content Filter",
  429: "Too many requests",
  500: "Server Error",
  503: "Server Overloaded",
};

function standardBody(code: number) {
  const type = code === 429 ? "limitation" : "";
  return { error: { code: `${code}`, message: MESSAGES[code] ?? "Error", type } };
}

/** A page of a proxy or a login on 200. */
export const html: Fault = {
  kind: "html",
  spec: z.looseObject({ kind: z.literal("html"), at: z.int().min(0).optional() }),
  answered: false,
  apply: () =>
    textReply(
      200,
      "text/html; charset=utf-8",
      "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>",
    ),
};

/** An error body on 200. */
export const json: Fault = {
  kind: "json",
  spec: z.looseObject({ kind: z.literal("json"), at: z.int().min(0).optional() }),
  answered: false,
  apply: () => jsonReply(200, standardBody(500)),
};
