import * as z from "zod";
import { AgentError, type ErrorReason } from "../agent/errors.ts";
import { wellFormed } from "../agent/message.ts";

/**
 * The platform's error bodies. Fields are optional, codes are strings or numbers, and a body can arrive framed as an
 * event (`data: {…}`). The body's code counts before the HTTP status.
 */
const Body = z.object({
  error: z.object({
    message: z.string().nullish(),
    code: z.union([z.string(), z.number()]).nullish(),
    param: z.string().nullish(),
    type: z.string().nullish(),
  }),
});

export interface Failure {
  readonly message: string | undefined;
  readonly code: string | undefined;
  readonly param: string | undefined;
  readonly type: string | undefined;
}

/** Reads an error body; undefined when it is none. */
export function readFailure(text: string): Failure | undefined {
  const json = text.trim().replace(/^data:\s*/, "");
  try {
    const parsed = Body.safeParse(JSON.parse(json));
    if (!parsed.success) return undefined;
    const { message, code, param, type } = parsed.data.error;
    return {
      message: message ?? undefined,
      code: code === null || code === undefined ? undefined : String(code),
      param: param ?? undefined,
      type: type ?? undefined,
    };
  } catch {
    return undefined;
  }
}

/** The error of a response that is not 2xx, or of an error event in a stream. */
export function errorOf(status: number, text: string): AgentError {
  const failure = readFailure(text);
  const reason = reasonOf(status, failure);
  const said = failure ? [failure.message, failure.param].filter(Boolean).join(" (") : "";
  const closed = failure?.message && failure.param ? `${said})` : said;
  const message =
    closed ||
    text
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, 300) ||
    `HTTP ${status}`;
  return new AgentError(reason, capped(message), { status });
}

const MAX_MESSAGE = 1_000;

/** Messages are shown, logged and stored: a server may not make them as long as it likes. */
function capped(message: string): string {
  return message.length > MAX_MESSAGE ? `${wellFormed(message.slice(0, MAX_MESSAGE))}…` : message;
}

/** Servers, and Node for a header it cannot send, name the key in what they say. It must reach no view and no file. */
export function withoutKey(error: unknown, key: string | undefined): unknown {
  if (!(error instanceof AgentError) || !key || !`${error.message}${causesOf(error)}`.includes(key)) return error;
  const { reason, message, status } = error;
  return new AgentError(reason, message.replaceAll(key, "…"), status === undefined ? {} : { status });
}

/** What a log would print of the errors behind an error. */
function causesOf(error: Error): string {
  return error.cause instanceof Error ? `\n${error.cause.stack ?? error.cause.message}${causesOf(error.cause)}` : "";
}

function reasonOf(status: number, failure: Failure | undefined): ErrorReason {
  const byCode = failure?.code === undefined ? undefined : reasonOfCode(failure.code, failure);
  return byCode ?? reasonOfStatus(status, failure);
}

function reasonOfCode(code: string, failure: Failure): ErrorReason | undefined {
  if (code === "risk_control") return "risk";
  const number = Number(code);
  // Codes of their own numbering ("1302") say nothing here; the status does.
  return Number.isInteger(number) && number >= 400 && number < 600 ? reasonOfStatus(number, failure) : undefined;
}

function reasonOfStatus(status: number, failure: Failure | undefined): ErrorReason {
  const words = `${failure?.message ?? ""} ${failure?.param ?? ""} ${failure?.type ?? ""}`.toLowerCase();
  switch (status) {
    case 401:
      return "auth";
    case 402:
      return "balance";
    case 403:
      return /risk/.test(words) ? "risk" : "region";
    case 404:
      return "input";
    case 421:
      return "filter";
    case 429:
      // The same status stands for "too often" and for "used up"; only the body tells them apart.
      return /quota|exhaust|credit/.test(words) ? "quota" : "rate";
    case 441:
      return "risk";
    case 413:
      return "too_long";
    case 400:
      return /context (length|window)|maximum context|too long/.test(words) ? "too_long" : "bad_request";
    default:
      return status >= 500 ? "server" : "bad_request";
  }
}

/**
 * The error of a request that reached nobody, or whose connection broke. What helps a person stands innermost:
 * "fetch failed" says nothing, its cause "connect ECONNREFUSED 127.0.0.1:443" does.
 */
export function networkError(error: unknown): AgentError {
  return new AgentError("network", innermost(error), { cause: error });
}

function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const code = (error as { readonly code?: unknown }).code;
  const own = error.message || (typeof code === "string" ? code : error.name);
  return inner instanceof Error ? innermost(inner) : own;
}
