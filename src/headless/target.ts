import { checkPairing, type Endpoint, keyKind, parseBaseUrl, resolveEndpoint } from "../mimo/endpoints.ts";
import { DEFAULT_MODEL, successorOf } from "../mimo/models.ts";
import { UsageError } from "./options.ts";

export interface Target {
  readonly endpoint: Endpoint;
  readonly key: string | undefined;
  readonly model: string;
  /** The retired id that was asked for. */
  readonly replaced: string | undefined;
}

/** Endpoint, key and model of a run. Throws UsageError for what cannot work or must not be sent. */
export function chooseTarget(options: {
  readonly baseUrl: string | undefined;
  readonly model: string | undefined;
  readonly key: string | undefined;
  readonly now: Date;
}): Target {
  const key = readKey(options.key);
  const kind = keyKind(key ?? "");
  const resolved =
    options.baseUrl === undefined
      ? resolveEndpoint({ setting: "auto", baseUrl: "", kind })
      : parseBaseUrl(options.baseUrl);
  if (!resolved.ok) throw new UsageError(`--base-url cannot be used: ${PROBLEMS[resolved.reason]}`);
  const { endpoint } = resolved;
  if (!key && !endpoint.loopback) throw new UsageError("No key: set MIMO_API_KEY.");
  if (key && !endpoint.official && !endpoint.loopback) {
    throw new UsageError(`The key is not sent to ${endpoint.host}: it is neither the platform's nor this machine.`);
  }
  const mismatch = key ? checkPairing(kind, endpoint) : undefined;
  if (mismatch) throw new UsageError(PAIRINGS[mismatch]);
  const asked = options.model ?? DEFAULT_MODEL;
  if (!PRINTABLE.test(asked)) throw new UsageError("--model is no name of a model.");
  const successor = successorOf(asked, options.now);
  return { endpoint, key, model: successor ?? asked, replaced: successor ? asked : undefined };
}

const PRINTABLE = /^[\x21-\x7e]+$/;

/** Without the line end that a file or a command left behind it. */
function readKey(given: string | undefined): string | undefined {
  const key = given?.trim();
  if (!key) return undefined;
  if (!PRINTABLE.test(key)) throw new UsageError("MIMO_API_KEY holds characters that no key has.");
  return key;
}

const PROBLEMS = {
  no_base_url: "it is empty.",
  not_a_url: "it is not an http or https address.",
  not_https: "it must be https unless it is on this machine.",
  credentials_in_url: "it must not hold a user name or password.",
} as const;

const PAIRINGS = {
  plan_key_on_payg: "A Token Plan key (tp-) does not work on the pay-as-you-go endpoint. Name your plan's base URL.",
  payg_key_on_plan: "A pay-as-you-go key (sk-) does not work on a Token Plan endpoint.",
} as const;
