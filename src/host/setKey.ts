import * as vscode from "vscode";
import { AgentError, type ErrorReason } from "../agent/errors.ts";
import { checkPairing, type Endpoint, type EndpointSetting, keyKind, resolveEndpoint } from "../mimo/endpoints.ts";
import { listModels } from "../mimo/listModels.ts";
import type { KeyStore } from "./keyStore.ts";
import { type Log, messageOf } from "./log.ts";
import type { EndpointChoice } from "./target.ts";

const CHECK_TIMEOUT_MS = 20_000;
const CLUSTERS = ["cn", "sgp", "ams"] as const satisfies readonly EndpointSetting[];

/** What the flow asks and says. A port of its own, because VS Code shows no dialogs in tests. */
export interface KeyDialogs {
  inputKey(check: (key: string) => string | undefined): Promise<string | undefined>;
  /** Modal. True for yes. */
  confirm(question: { readonly message: string; readonly detail: string; readonly yes: string }): Promise<boolean>;
  progress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  say(message: string): void;
  fail(message: string): void;
}

export interface KeyFlow {
  readonly keys: KeyStore;
  readonly dialogs: KeyDialogs;
  readonly log: Log;
  readonly settings: () => EndpointChoice;
  /** Changes the user's endpoint setting. */
  readonly useEndpoint: (setting: EndpointSetting) => Promise<void>;
  readonly fetch?: typeof fetch;
}

type Check =
  | { readonly result: "accepted" }
  | { readonly result: "refused" }
  | { readonly result: "unknown"; readonly why: string };

/** Asks for a key, checks it where it will be used, keeps it. True when a key was kept. */
export async function setKey(flow: KeyFlow): Promise<boolean> {
  const key = await flow.dialogs.inputKey((text) => problemOf(text, flow.settings()));
  return key === undefined ? false : useKey(key.trim(), flow);
}

/** The same for a key that is at hand already. */
export async function useKey(key: string, flow: KeyFlow): Promise<boolean> {
  flow.keys.remember(key);
  const endpoints = await endpointsFor(key, flow);
  if (!endpoints) return false;
  const found = await flow.dialogs.progress(vscode.l10n.t("Checking the key"), (signal) =>
    firstAccepting(endpoints, { key, flow, signal }),
  );
  if (!(await mayKeep(found, key, flow))) return false;
  await flow.keys.put({ key, baseUrl: found.endpoint.baseUrl });
  flow.log.info(`key set for ${found.endpoint.host}`);
  if (found.check.result === "accepted") {
    flow.dialogs.say(vscode.l10n.t("The key works on {0} and is kept in the system keychain.", found.endpoint.host));
  }
  return true;
}

/** What is wrong with a text as a key, before anything is sent. */
export function problemOf(text: string, settings: EndpointChoice): string | undefined {
  const key = text.trim();
  if (key === "") return vscode.l10n.t("Paste a key from the MiMo console.");
  if (!/^[\x21-\x7e]+$/.test(key)) return vscode.l10n.t("A key has no spaces and no special characters.");
  if (key.length < 8) return vscode.l10n.t("This is too short for a key.");
  if (settings.endpoint !== "custom" && keyKind(key) === "other") {
    return vscode.l10n.t("Keys begin with tp- or ttp- (Token Plan) or sk- (pay as you go).");
  }
  return undefined;
}

/** Where the key may be tried, in order. undefined when the user said no, or it cannot work. */
async function endpointsFor(key: string, flow: KeyFlow): Promise<Endpoint[] | undefined> {
  const settings = flow.settings();
  const kind = keyKind(key);
  if (settings.endpoint === "auto") return automatic(key);
  const resolved = resolveEndpoint({ setting: settings.endpoint, baseUrl: settings.baseUrl, kind });
  if (!resolved.ok) {
    flow.dialogs.fail(
      vscode.l10n.t("The setting mimoAgent.baseUrl holds no usable address. Correct it, then set the key."),
    );
    return undefined;
  }
  const { endpoint } = resolved;
  const mismatch = checkPairing(kind, endpoint);
  if (mismatch) {
    const yes = await flow.dialogs.confirm({
      message: pairingText(mismatch, endpoint.host),
      detail: vscode.l10n.t("The key was not sent. With the endpoint set to Automatic, it is used where it belongs."),
      yes: vscode.l10n.t("Use Automatic"),
    });
    if (!yes) return undefined;
    await flow.useEndpoint("auto");
    return automatic(key);
  }
  if (!endpoint.official && !endpoint.loopback && !(await confirmForeign(endpoint, flow))) return undefined;
  return [endpoint];
}

function automatic(key: string): Endpoint[] {
  const settings = keyKind(key) === "plan" ? CLUSTERS : (["payg"] as const);
  return settings.flatMap((setting) => {
    const resolved = resolveEndpoint({ setting, baseUrl: "", kind: keyKind(key) });
    return resolved.ok ? [resolved.endpoint] : [];
  });
}

function confirmForeign(endpoint: Endpoint, flow: KeyFlow): Promise<boolean> {
  return flow.dialogs.confirm({
    message: vscode.l10n.t("Send your key to {0}?", endpoint.host),
    detail: vscode.l10n.t(
      "This host is not Xiaomi's. Whoever runs it can read your key and everything in your chats: {0}",
      endpoint.baseUrl,
    ),
    yes: vscode.l10n.t("Send it there"),
  });
}

export function pairingText(mismatch: "plan_key_on_payg" | "payg_key_on_plan", host: string): string {
  return mismatch === "plan_key_on_payg"
    ? vscode.l10n.t("A Token Plan key does not work on the pay-as-you-go host {0}.", host)
    : vscode.l10n.t("A pay-as-you-go key does not work on the Token Plan host {0}.", host);
}

interface Found {
  readonly endpoint: Endpoint;
  readonly check: Check;
}

interface Trial {
  readonly key: string;
  readonly flow: KeyFlow;
  readonly signal: AbortSignal;
}

/** The first endpoint that takes the key; else the first that could not be asked; else the first. */
async function firstAccepting(endpoints: readonly Endpoint[], trial: Trial): Promise<Found> {
  let best: Found | undefined;
  for (const endpoint of endpoints) {
    const check = await checkKey(endpoint, trial);
    if (check.result === "accepted") return { endpoint, check };
    if (!best || (best.check.result === "refused" && check.result === "unknown")) best = { endpoint, check };
  }
  if (!best) throw new AgentError("pairing", "There is no endpoint for this kind of key.");
  return best;
}

/** Reasons that only come after a key was recognised. */
const RECOGNISED: ReadonlySet<ErrorReason> = new Set(["balance", "quota", "rate"]);

async function checkKey(endpoint: Endpoint, { key, flow, signal }: Trial): Promise<Check> {
  try {
    await listModels({
      endpoint,
      key,
      signal: AbortSignal.any([signal, AbortSignal.timeout(CHECK_TIMEOUT_MS)]),
      ...(flow.fetch && { fetch: flow.fetch }),
    });
    return { result: "accepted" };
  } catch (error) {
    if (signal.aborted) throw error;
    flow.log.warn(`key check on ${endpoint.host}: ${messageOf(error)}`);
    if (!(error instanceof AgentError)) return { result: "unknown", why: messageOf(error) };
    if (RECOGNISED.has(error.reason)) return { result: "accepted" };
    if (error.reason === "auth" || error.reason === "pairing") return { result: "refused" };
    return { result: "unknown", why: error.message };
  }
}

async function mayKeep({ endpoint, check }: Found, key: string, flow: KeyFlow): Promise<boolean> {
  switch (check.result) {
    case "accepted":
      return true;
    case "refused":
      flow.dialogs.fail(refusalText(key, flow.settings().endpoint, endpoint.host));
      return false;
    case "unknown":
      return flow.dialogs.confirm({
        message: vscode.l10n.t("The key could not be checked on {0}.", endpoint.host),
        detail: check.why,
        yes: vscode.l10n.t("Keep it unchecked"),
      });
  }
}

/** Which of the three is likely: wrong key, wrong cluster, wrong product. */
function refusalText(key: string, setting: EndpointSetting, host: string): string {
  if (keyKind(key) === "plan" && setting !== "auto" && setting !== "custom") {
    return vscode.l10n.t(
      "{0} refused the key. It may belong to another Token Plan cluster: set the endpoint to Automatic, or check the key in the console.",
      host,
    );
  }
  if (keyKind(key) === "plan" && setting === "auto") {
    return vscode.l10n.t(
      "No Token Plan cluster accepted the key. Check in the console that it is whole and still valid.",
    );
  }
  return vscode.l10n.t("{0} refused the key. Check in the console that it is whole and still valid.", host);
}
