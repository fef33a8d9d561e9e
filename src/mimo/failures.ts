import * as z from "zod";
import { AgentError, type ErrorReason } from "../agent/errors.ts";

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
  return new AgentError(reason, message, { status });
}

function reasonOf(status: number, failure: Failure | undefined): ErrorReason {
  const byCode = failure?.code === undefined ? undefined : reasonOfCode(failure.code, failure);
  return byCode ?? reasonOfStatus(status, failure);
}

function reasonOfCode(code: string, failure: Failure): ErrorReason | undefined {
  if (code === "risk_control") return "risk";
  const number = Number(code);
  return Number.isInteger(number) && number >= 400 ? reasonOfStatus(number, failure) : undefined;
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
