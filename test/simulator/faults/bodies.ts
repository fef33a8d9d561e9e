import * as z from "zod";
import type { ErrorBody } from "../refusal.ts";
import { errorReply, jsonReply, textReply } from "../reply.ts";
import { RetryAfter, retryAfterHeaders } from "../retryAfter.ts";
import { type Fault, fields } from "./fault.ts";

/** Faults of the answer: something else arrives in place of the stream. */

/** Fields of every refusal. */
export const refusalFields = {
  headers: z.record(z.string(), z.string()).optional(),
  framed: z.boolean().default(false),
  retryAfter: RetryAfter.optional(),
  retryAfterMs: z.number().optional(),
};

interface RefusalFields {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly retryAfter?: RetryAfter | undefined;
  readonly retryAfterMs?: number | undefined;
}

export function refusalHeaders(spec: RefusalFields, now: Date): Readonly<Record<string, string>> {
  return {
    ...retryAfterHeaders(spec.retryAfter, now),
    ...(spec.retryAfterMs === undefined ? {} : { "retry-after-ms": String(spec.retryAfterMs) }),
    ...spec.headers,
  };
}

const StatusSpec = fields({
  ...refusalFields,
  status: z.int().min(300).max(599).default(500),
  /** An object is sent as JSON. */
  body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
});
type StatusSpec = z.output<typeof StatusSpec>;

export const status: Fault<StatusSpec> = {
  kind: "status",
  about: "`status` (500) with the platform's form of body, or with `body`; `headers`, `retryAfter`, `framed` (false)",
  spec: StatusSpec,
  answered: false,
  reply: (_reply, spec, { now }) => {
    const reply =
      typeof spec.body === "string"
        ? textReply(spec.status, "text/plain; charset=utf-8", spec.body)
        : spec.body && !spec.framed
          ? jsonReply(spec.status, spec.body)
          : errorReply(spec.status, spec.body ?? standardBody(spec.status), { framed: spec.framed });
    return { ...reply, headers: { ...reply.headers, ...refusalHeaders(spec, now) } };
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

export function standardBody(code: number): ErrorBody {
  const type = code === 429 ? "limitation" : "";
  return { error: { code: `${code}`, message: MESSAGES[code] ?? "Error", type } };
}

const Plain = fields({});

export const html: Fault = {
  kind: "html",
  about: "a page of a proxy or a login on 200",
  spec: Plain,
  answered: false,
  reply: () =>
    textReply(
      200,
      "text/html; charset=utf-8",
      "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>",
    ),
};

export const json: Fault = {
  kind: "json",
  about: "an error body on 200",
  spec: Plain,
  answered: false,
  reply: () => jsonReply(200, standardBody(500)),
};

export const empty: Fault = {
  kind: "empty",
  about: "a stream on 200 that ends before its first byte",
  spec: Plain,
  answered: false,
  reply: (reply) => ({ ...reply, steps: [] }),
};

const RedirectSpec = fields({
  status: z.int().min(300).max(399).default(307),
  location: z.string().default("https://elsewhere.invalid/v1/chat/completions"),
});

export const redirect: Fault<z.output<typeof RedirectSpec>> = {
  kind: "redirect",
  about: "`status` (307) to `location`",
  spec: RedirectSpec,
  answered: false,
  reply: (_reply, spec) => ({ status: spec.status, headers: { location: spec.location }, steps: [] }),
};
