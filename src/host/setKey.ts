import * as vscode from "vscode";
import { type Endpoint, keyKind, parseBaseUrl } from "../mimo/endpoints.ts";
import { type Found, firstAccepting } from "./keyCheck.ts";
import type { KeyFlow } from "./keyFlow.ts";
import { defaultLabel, labelOf } from "./keyNames.ts";
import { mayGoTo, otherClusters, type Places, placesFor } from "./keyPlaces.ts";
import { billingOf, MAX_LABEL, type StoredKey, sameKey } from "./keyRing.ts";
import { cleanKey } from "./keyText.ts";
import { keyHint, redact } from "./redact.ts";
import { isUsable } from "./target.ts";

/** Asks for a key, checks it where it will be used, keeps it beside the others. undefined when none was kept. */
export async function setKey(flow: KeyFlow): Promise<StoredKey | undefined> {
  const key = await inputKey(flow, vscode.l10n.t("MiMo API key"));
  return key === undefined ? undefined : useKey(key, flow, "ask");
}

/** The same for a key that is at hand already. "usual" names it by its kind and place without a question. */
export async function useKey(key: string, flow: KeyFlow, naming: "ask" | "usual"): Promise<StoredKey | undefined> {
  flow.keys.remember(key);
  const places = await placesFor(key, flow);
  const found = places && (await findPlace(key, places, flow));
  if (!found || !(await mayKeep(found, flow))) return undefined;
  const { baseUrl, host } = found.endpoint;
  const known = sameKey(await flow.keys.ring(), { key, baseUrl });
  const label = naming === "ask" ? await inputLabel(flow, { key, baseUrl, label: known?.label ?? "" }) : undefined;
  const stored = await flow.keys.add({ key, baseUrl, label });
  flow.log.info(`key set for ${host}`);
  await followTo(stored, flow);
  await putToUse(stored, flow);
  flow.dialogs.tell(
    "info",
    found.check.result === "accepted"
      ? vscode.l10n.t("The key works on {0} and is kept in the system keychain.", host)
      : vscode.l10n.t("The key is kept in the system keychain, unchecked, for {0}.", host),
  );
  return stored;
}

/** Puts a new key in the place of one. The old one stays until the new one is accepted. */
export async function rotateKey(old: StoredKey, flow: KeyFlow): Promise<void> {
  const title = vscode.l10n.t("A new key in place of {0}", `${labelOf(old)} ${keyHint(old.key)}`);
  const key = await inputKey(flow, title);
  if (key === undefined) return;
  flow.keys.remember(key);
  const twin = (await flow.keys.list()).find((stored) => stored.key === key);
  if (twin) {
    flow.dialogs.tell("info", vscode.l10n.t("This key is kept already, as {0}.", labelOf(twin)));
    return;
  }
  if (billingOf({ key }) !== billingOf(old)) {
    await addInstead(key, old, flow);
    return;
  }
  const place = placeOf(old);
  const found = place && (await mayGoTo(place, key, flow)) && (await findPlace(key, [place], flow));
  if (!found) return;
  if (found.check.result === "unknown") {
    flow.dialogs.tell("error", notReplaced(found.endpoint, found.check.why));
    return;
  }
  await flow.keys.replace(old.id, { key, baseUrl: found.endpoint.baseUrl });
  flow.log.info(`key replaced for ${found.endpoint.host}`);
  await followTo({ ...old, key, baseUrl: found.endpoint.baseUrl }, flow);
  flow.dialogs.tell(
    "info",
    vscode.l10n.t("{0} is now {1}. The old key is no longer kept.", labelOf(old), keyHint(key)),
  );
}

/** Asks the key's own host whether it takes it, and for a plan key that it refuses the other clusters. */
export async function recheckKey(stored: StoredKey, flow: KeyFlow): Promise<void> {
  const place = placeOf(stored);
  const found = place && (await findPlace(stored.key, [place], flow));
  if (!found) return;
  if (found.check.result === "unknown") {
    flow.dialogs.tell("error", notChecked(found.endpoint, found.check.why));
    return;
  }
  if (found.endpoint.baseUrl !== stored.baseUrl) {
    await flow.keys.replace(stored.id, { key: stored.key, baseUrl: found.endpoint.baseUrl });
    await followTo({ ...stored, baseUrl: found.endpoint.baseUrl }, flow);
  }
  flow.dialogs.tell("info", vscode.l10n.t("The key works on {0}.", found.endpoint.host));
}

/** Asks for another name. Empty takes the name that is made of kind and place. */
export async function renameKey(stored: StoredKey, flow: KeyFlow): Promise<void> {
  const label = await inputLabel(flow, stored);
  if (label !== undefined) await flow.keys.rename(stored.id, label);
}

/** Nothing is said of an empty box: who opened it knows that it is empty. */
export function problemOf(text: string): string | undefined {
  const key = cleanKey(text);
  if (key === "") return vscode.l10n.t("Paste a key from the MiMo console.");
  if (!/^[\x21-\x7e]+$/.test(key)) return vscode.l10n.t("A key has no spaces and no special characters.");
  if (key.length < 8) return vscode.l10n.t("This is too short for a key.");
  return undefined;
}

async function inputKey(flow: KeyFlow, title: string): Promise<string | undefined> {
  const text = await flow.dialogs.input({
    title,
    prompt: vscode.l10n.t(
      "From the MiMo console: Token Plan (tp-…) or pay as you go (sk-…). Kept in the system keychain.",
    ),
    secret: "yes",
    check: (typed) => {
      const problem = problemOf(typed);
      return problem === undefined ? noteOf(cleanKey(typed)) : { problem };
    },
  });
  return text === undefined ? undefined : cleanKey(text);
}

function noteOf(key: string): { readonly note: string } {
  switch (keyKind(key)) {
    case "plan":
      return { note: vscode.l10n.t("A Token Plan key. Enter checks it and keeps it.") };
    case "payg":
      return { note: vscode.l10n.t("A pay-as-you-go key. Enter checks it and keeps it.") };
    case "other":
      return {
        note: vscode.l10n.t("MiMo's keys begin with tp-, ttp- or sk-. Enter asks you where this one may be sent."),
      };
  }
}

/** Escape leaves the name as it is: a key that was checked is not thrown away for that. */
function inputLabel(flow: KeyFlow, key: Pick<StoredKey, "key" | "baseUrl" | "label">): Promise<string | undefined> {
  const usual = defaultLabel(key);
  return flow.dialogs
    .input({
      title: vscode.l10n.t("A name for the key {0}", keyHint(key.key)),
      prompt: vscode.l10n.t("Tells your keys apart. Empty for “{0}”.", usual),
      secret: "no",
      value: key.label || usual,
      check: (text) => {
        const problem = labelProblem(text);
        return problem === undefined ? undefined : { problem };
      },
    })
    .then((text) => (text?.trim() === usual ? "" : text?.trim()));
}

function labelProblem(text: string): string | undefined {
  if (redact(text) !== text) return vscode.l10n.t("This looks like a key. Names are shown; keys never are.");
  if (text.trim().length > MAX_LABEL) return vscode.l10n.t("At most {0} characters.", MAX_LABEL);
  return undefined;
}

/** Checks the key where it may go. A plan key that its cluster refuses may be asked of the others; undefined: refused. */
async function findPlace(key: string, places: Places, flow: KeyFlow): Promise<Found | undefined> {
  const found = await check(key, places, flow);
  if (found.check.result !== "refused") return found;
  const only = places.length === 1 ? places[0] : undefined;
  if (keyKind(key) !== "plan" || !only?.official) {
    flow.dialogs.tell("error", places.length > 1 ? noCluster() : refusalText(found.endpoint));
    return undefined;
  }
  const others = await otherClusters(only, flow);
  if (!others) return undefined;
  const elsewhere = await check(key, others, flow);
  if (elsewhere.check.result === "accepted") return elsewhere;
  const { check: last, endpoint } = elsewhere;
  flow.dialogs.tell("error", last.result === "unknown" ? notChecked(endpoint, last.why) : noCluster());
  return undefined;
}

function check(key: string, places: Places, flow: KeyFlow): Promise<Found> {
  return flow.dialogs.progress(vscode.l10n.t("Checking the key"), (signal) =>
    firstAccepting(places, { key, flow, signal }),
  );
}

async function mayKeep({ endpoint, check: { result, ...rest } }: Found, flow: KeyFlow): Promise<boolean> {
  if (result !== "unknown") return result === "accepted";
  const yes = await flow.dialogs.ask({
    message: vscode.l10n.t("The key could not be checked on {0}.", endpoint.host),
    detail: "why" in rest ? rest.why : "",
    tone: "warning",
    options: [{ id: "yes", text: vscode.l10n.t("Keep it unchecked") }],
  });
  return yes === "yes";
}

/** A key that was found elsewhere than the setting says is only used when the setting follows. */
async function followTo(stored: StoredKey, flow: KeyFlow): Promise<void> {
  if (!isUsable(stored, flow.settings()) && placeOf(stored)?.official) await flow.useEndpoint("auto");
}

/** The only key is used at once; beside another one, the user says what the new one is for. */
async function putToUse(stored: StoredKey, flow: KeyFlow): Promise<void> {
  const current = await flow.chat.current();
  if (current?.id === stored.id) return;
  if (!current) {
    const settings = flow.settings();
    const others = (await flow.keys.list()).filter(({ id }) => id !== stored.id);
    if (!others.some((other) => isUsable(other, settings))) await flow.keys.prefer(stored.id);
    await flow.chat.use(stored);
    return;
  }
  const answer = await flow.dialogs.ask({
    message: vscode.l10n.t("What is {0} for?", `${labelOf(stored)} ${keyHint(stored.key)}`),
    detail: [
      vscode.l10n.t("This chat uses {0}.", `${labelOf(current)} ${keyHint(current.key)}`),
      flow.chat.switchNote(stored),
    ]
      .filter((text) => text !== "")
      .join("\n\n"),
    tone: "neutral",
    no: vscode.l10n.t("Nothing yet"),
    options: [
      { id: "all", text: vscode.l10n.t("This chat and new ones") },
      { id: "chat", text: vscode.l10n.t("This chat") },
      { id: "new", text: vscode.l10n.t("New chats") },
    ],
  });
  if (answer === "all" || answer === "new") await flow.keys.prefer(stored.id);
  if (answer === "all" || answer === "chat") await flow.chat.use(stored);
}

async function addInstead(key: string, old: StoredKey, flow: KeyFlow): Promise<void> {
  const yes = await flow.dialogs.ask({
    message: vscode.l10n.t("This key is billed in another way than {0}.", `${labelOf(old)} ${keyHint(old.key)}`),
    detail: vscode.l10n.t("It takes no other key's place. It can be kept beside it."),
    tone: "neutral",
    options: [{ id: "yes", text: vscode.l10n.t("Add it") }],
  });
  if (yes) await useKey(key, flow, "ask");
}

function placeOf(stored: StoredKey): Endpoint | undefined {
  const parsed = parseBaseUrl(stored.baseUrl);
  return parsed.ok ? parsed.endpoint : undefined;
}

function notReplaced(endpoint: Endpoint, why: string): string {
  return vscode.l10n.t("{0} could not check the new key, so the old one stays: {1}", endpoint.host, why);
}

function notChecked(endpoint: Endpoint, why: string): string {
  return `${vscode.l10n.t("The key could not be checked on {0}.", endpoint.host)} ${why}`;
}

function noCluster(): string {
  return vscode.l10n.t(
    "No Token Plan cluster accepted the key. Check in the console that it is whole and still valid.",
  );
}

function refusalText({ host }: Endpoint): string {
  return vscode.l10n.t("{0} refused the key. Check in the console that it is whole and still valid.", host);
}
