import { AgentError, type ErrorDetail, type ErrorReason } from "../agent/errors.ts";
import { type Failure, failureIn, readFailure } from "./failureBody.ts";
import { withoutKeyTraces } from "./keyTraces.ts";
import { plainText } from "./plainText.ts";
import { retryAfterMs } from "./retryAfter.ts";

/** What was asked, as far as it decides what a refusal means. */
export interface Asked {
  /** With a Token Plan key or on a Token Plan host. */
  readonly plan?: boolean;
  /** The request holds images. */
  readonly images?: boolean;
  readonly headers?: Headers;
  readonly now?: Date;
}

/** Messages are shown, logged and stored: a server may not make them as long as it likes. */
const MAX_MESSAGE = 1_000;
/** Of a body that is no error body, for example a proxy's page. */
const MAX_PAGE = 300;
const MAX_PAGE_READ = 8_192;

/** The error of a response that is not 2xx. */
export function errorOf(status: number, text: string, asked: Asked = {}): AgentError {
  const failure = readFailure(text);
  return refusal(status, failure ?? { message: textOfPage(text) }, { ...asked, bare: failure === undefined });
}

/** The error that an event of a stream holds; undefined when it holds none. `named` when the event is called "error". */
export function errorInEvent(json: unknown, asked: Asked & { readonly named: boolean }): AgentError | undefined {
  const object = typeof json === "object" && json !== null ? json : undefined;
  if (!asked.named && !(object && "error" in object && object.error)) return undefined;
  const failure = failureIn(json) ?? { message: typeof json === "string" ? json : "The platform reported an error." };
  return refusal(undefined, failure, asked);
}

/** `bare`: the words are those of a page, not of an error body. */
function refusal(status: number | undefined, failure: Failure, asked: Asked & { readonly bare?: boolean }): AgentError {
  const code = statusIn(failure.code) ?? (status === undefined ? statusIn(failure.type) : undefined);
  const { message: saying = "", param = "", type = "" } = failure;
  const words = `${saying} ${param} ${type} ${failure.code ?? ""}`.toLowerCase();
  const said: Said = { words, param, plan: asked.plan ?? false, images: asked.images ?? false };
  const meant = code ?? status;
  const reason = meant === undefined ? "server" : reasonOfStatus(meant, said);
  const message =
    failure.message && failure.param
      ? `${failure.message} (${failure.param})`
      : (failure.message ?? failure.param ?? failure.code ?? failure.type);
  return new AgentError(reason, plainText(message ?? "", asked.bare ? MAX_PAGE : MAX_MESSAGE) || `HTTP ${status}`, {
    status: status ?? code,
    detail: detailOf(reason, said),
    // Plan hosts answer 402 at bursts too (field reports, 2026): it passes. On pay as you go it does not.
    transient: reason === "balance" && asked.plan ? true : undefined,
    retryAfterMs:
      WAITING.has(reason) && asked.headers ? retryAfterMs(asked.headers, asked.now ?? new Date()) : undefined,
  });
}

/** Where a Retry-After means what it says. */
const WAITING: ReadonlySet<ErrorReason> = new Set(["rate", "quota", "balance", "server"]);

/** Codes in words, as the status they stand for: the platform's own, and those of gateways in front of it. */
const CODES: ReadonlyMap<string, number> = new Map([
  ["risk_control", 441],
  ["content_filter", 421],
  ["content_policy_violation", 421],
  ["invalid_api_key", 401],
  ["authentication_error", 401],
  ["insufficient_balance", 402],
  ["insufficient_quota", 429],
  ["quota_exceeded", 429],
  ["quota_exhausted", 429],
  ["rate_limit_exceeded", 429],
  ["rate_limit_error", 429],
  ["too_many_requests", 429],
  ["context_length_exceeded", 413],
  ["invalid_request_error", 400],
  ["unsupported_country_region_territory", 403],
  ["overloaded", 503],
  ["overloaded_error", 503],
  ["server_error", 500],
  ["internal_server_error", 500],
]);

interface Said {
  /** Lower case. */
  readonly words: string;
  readonly param: string;
  readonly plan: boolean;
  readonly images: boolean;
}

/** Codes of their own numbering ("1302") say nothing here; the status does. */
function statusIn(code: string | undefined): number | undefined {
  const word = code?.trim().toLowerCase() ?? "";
  const number = word === "" ? Number.NaN : Number(word);
  return Number.isInteger(number) && number >= 400 && number < 600 ? number : CODES.get(word);
}

function reasonOfStatus(status: number, said: Said): ErrorReason {
  switch (status) {
    case 401:
      return "auth";
    case 402:
      return said.plan && USED_UP.test(said.words) ? "quota" : "balance";
    case 403:
      return /risk/.test(said.words) ? "risk" : "region";
    case 404:
      return "input";
    case 408:
    case 425:
      return "server";
    case 413:
      return "too_long";
    case 421:
      return "filter";
    case 429:
      // The same status stands for "too often" and for "used up"; only the body tells them apart.
      return USED_UP.test(said.words) && !PER_MINUTE.test(said.words) ? "quota" : "rate";
    case 441:
      return "risk";
    case 400:
    case 415:
    case 422:
      if (TOO_LONG.test(said.words) && !OF_A_FIELD.test(said.words)) return "too_long";
      return said.images && NO_IMAGES.test(said.words) ? "input" : "bad_request";
    default:
      return status >= 500 ? "server" : "bad_request";
  }
}

const USED_UP = /quota|exhaust|credit|used up|配额|额度|用尽|用完|耗尽/;
const PER_MINUTE = /per[ -]?(minute|second)|\b[rt]pm\b|concurren|每分钟|并发/;

/** The servers behind such platforms say it in many ways, and which one stands behind it changes. */
const TOO_LONG = new RegExp(
  [
    "context[ _-]?(length|window|size|limit)",
    "(max(imum)?|model'?s?) (context|sequence|input|prompt|model)[ _-]?(len|length|tokens?)",
    "max_model_len|max_seq_len|max_position_embeddings",
    "(prompt|input|messages?|request|context|conversation|sequence)( \\w+){0,3} (is|are) too (long|large)",
    "too (long|many tokens)|too many (input|prompt) tokens",
    "(token|context|prompt|input)s?( \\w+){0,6} exceed|exceed(s|ed|ing)?( [\\w'-]+){0,6} (tokens?|context|prompt|input)",
    "reduce (the|your) (length|prompt|input|messages?|number of tokens)",
    "(上下文|输入|提示词|文本|请求)[^，。]{0,12}(过长|太长|超过|超出|超限)|(超过|超出)[^，。]{0,16}(上下文|长度|token)",
  ].join("|"),
);
/** A field that is too long is no overflow: a shorter conversation would not mend it. `id` and `user` are names of
 * fields only in quotes: "request id …: the prompt exceeds …", "the user input exceeds …". */
const OF_A_FIELD =
  /(\b(name|description|identifier|tool_call_id|url|stop|metadata|max_(completion_)?tokens)\b|['"`](id|user)\b)['"`]?[^.]{0,40}(too long|exceed|at most)/;
const NO_IMAGES =
  /(not? |un|doesn't |cannot )(support|accept|allow)[^.]{0,40}(image|vision|multi-?modal)|(image|vision|multi-?modal)[^.]{0,60}(not (be )?(support|accept|allow)|unsupported)|不支持[^，。]{0,12}(图|视觉|多模态)/;
const NO_MODEL =
  /model[^.]{0,80}(not found|not exist|unknown|no such)|(unknown|no such|invalid|not supported|unsupported) model\b|模型[^，。]{0,20}(不存在|已下线)/;

function detailOf(reason: ErrorReason, { words, param, images }: Said): ErrorDetail | undefined {
  if (reason !== "input" && reason !== "bad_request") return undefined;
  if (NO_MODEL.test(words)) return "model_gone";
  if (reason === "input") return images ? "images_refused" : undefined;
  if (words.includes("websearchenabled")) return "web_search_off";
  if (words.includes("reasoning_content")) return "reasoning_missing";
  return NO_TEXT.test(words) || /(^|\.)text$/i.test(param.replace(/[`'"]/g, "").trim()) ? "text_missing" : undefined;
}

/** "`text` is not set", as it stands in field reports (2026), and its likely sisters. */
const NO_TEXT =
  /\btext\b[`'"]? (\w+ ){0,3}(not set|unset|missing|required|empty|blank)|(missing|empty)[^.]{0,30} [`'"]?text\b/;

/** Of a body that is no error body: the words a person would see on the page. */
function textOfPage(text: string): string {
  return text
    .slice(0, MAX_PAGE_READ)
    .replace(/<(script|style)\b[\s\S]*?(<\/\1>|$)/gi, " ")
    .replace(/<[^>]*(>|$)/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** Servers, and Node for a header it cannot send, name the key in what they say. It must reach no view and no file. */
export function withoutKey(error: unknown, key: string | undefined): unknown {
  if (!(error instanceof AgentError) || !key) return error;
  const message = withoutKeyTraces(error.message, key);
  const causes = causesOf(error);
  if (message === error.message && withoutKeyTraces(causes, key) === causes) return error;
  const { reason, status, retryAfterMs, transient, detail } = error;
  return new AgentError(reason, message, { status, retryAfterMs, transient, detail });
}

/** What a log would print of the errors behind an error. */
function causesOf(error: Error, depth = 0): string {
  const { cause } = error;
  if (!(cause instanceof Error) || depth > 10) return typeof cause === "string" ? cause : "";
  return `\n${cause.stack ?? cause.message}${causesOf(cause, depth + 1)}`;
}

/** Trouble with certificates and proxies does not pass by itself. */
const LASTING =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|CERT_.*|ERR_TLS_.*|HOSTNAME_MISMATCH|ERR_INVALID_.*)$/;

/**
 * The error of a request that reached nobody, or whose connection broke. What helps a person stands innermost:
 * "fetch failed" says nothing, its cause "connect ECONNREFUSED 127.0.0.1:443" does.
 */
export function networkError(error: unknown): AgentError {
  const { message, code } = innermost(error);
  // Node's own limits on waiting for headers and for more of a body, 300 s each.
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) return new AgentError("stalled", message, { cause: error });
  const lasting = LASTING.test(code) || /proxy authentication required/i.test(message);
  return new AgentError("network", message, { cause: error, transient: lasting ? false : undefined });
}

function innermost(error: unknown, depth = 0): { readonly message: string; readonly code: string } {
  if (!(error instanceof Error)) return { message: plainText(String(error), MAX_MESSAGE), code: "" };
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  if (inner instanceof Error && depth < 10) return innermost(inner, depth + 1);
  const given = (error as { readonly code?: unknown }).code;
  const code = typeof given === "string" ? given : "";
  return { message: plainText(error.message, MAX_MESSAGE) || code || error.name, code };
}
