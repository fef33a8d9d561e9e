import * as vscode from "vscode";
import { parseBaseUrl } from "../mimo/endpoints.ts";
import type { Item, KeyFlow } from "./keyFlow.ts";
import { hostOf, labelOf, productOf } from "./keyNames.ts";
import type { StoredKey } from "./keyRing.ts";
import { cleanKey } from "./keyText.ts";
import { keyHint } from "./redact.ts";
import { problemOf, recheckKey, renameKey, rotateKey, setKey, useKey } from "./setKey.ts";
import { isUsable } from "./target.ts";

const ENVIRONMENT = "MIMO_API_KEY";

type Choice = { readonly kind: "key"; readonly key: StoredKey } | { readonly kind: "add" | "environment" };
type KeyAction = "use" | "prefer" | "rename" | "rotate" | "check" | "remove";

/** The list of keys, and what can be done with each. */
export async function manageKeys(flow: KeyFlow): Promise<void> {
  const choice = await flow.dialogs.pick(vscode.l10n.t("MiMo keys"), await choices(flow));
  if (!choice) return;
  switch (choice.kind) {
    case "add":
      await setKey(flow);
      return;
    case "environment":
      return useEnvironment(flow);
    case "key":
      return actOn(choice.key, flow);
  }
}

/** Removes a key when the user agrees. What chats with it do then is the targets' affair. */
export async function removeKey(flow: KeyFlow): Promise<void> {
  const keys = await flow.keys.list();
  if (keys.length === 0) {
    flow.dialogs.tell("info", vscode.l10n.t("No key is set."));
    return;
  }
  const items = keys.map((key) => ({ ...itemOf(key), value: key }));
  const key = keys.length === 1 ? keys[0] : await flow.dialogs.pick(vscode.l10n.t("Which key to remove"), items);
  if (key) await remove(key, flow);
}

/** This chat's key from now on; when the endpoint that is set is another, that changes too, if the user agrees. */
export async function useInChat(key: StoredKey, flow: KeyFlow): Promise<void> {
  if ((await maySwitch(key, flow)) && (await mayUse(key, flow))) await flow.chat.use(key);
}

/** For a chat that has no key while there are some: one of them, or a new one. */
export async function chooseKey(flow: KeyFlow): Promise<void> {
  const keys = await flow.keys.list();
  const items = keys.map((key): Item<Choice> => ({ ...itemOf(key), value: { kind: "key", key } }));
  const choice = await flow.dialogs.pick(vscode.l10n.t("Which key should this chat use?"), [...items, addItem()]);
  if (choice?.kind === "key") await useInChat(choice.key, flow);
  if (choice?.kind === "add") await setKey(flow);
}

/** The key of the environment, once the user has said yes to it. */
export async function useEnvironment(flow: KeyFlow): Promise<void> {
  const key = cleanKey(flow.environment() ?? "");
  const problem = problemOf(key);
  if (problem !== undefined) flow.dialogs.tell("error", `${ENVIRONMENT}: ${problem}`);
  else await useKey(key, flow, "usual");
}

async function choices(flow: KeyFlow): Promise<Item<Choice>[]> {
  const { keys, preferred } = await flow.keys.ring();
  const current = await flow.chat.current();
  const settings = flow.settings();
  const items = keys.map((key): Item<Choice> => {
    const state = [
      key.id === current?.id ? vscode.l10n.t("Used in this chat") : "",
      key.id === preferred?.id ? vscode.l10n.t("Default for new chats") : "",
      isUsable(key, settings) ? "" : vscode.l10n.t("Not for the endpoint that is set"),
    ];
    return {
      ...itemOf(key),
      ...(key.id === current?.id ? { label: `$(check) ${labelOf(key)}` } : {}),
      detail: state.filter((text) => text !== "").join(" · ") || undefined,
      value: { kind: "key", key },
    };
  });
  const environment = flow.environment();
  const offered = environment !== undefined && !keys.some(({ key }) => key === cleanKey(environment));
  return [...items, addItem(), ...(offered ? [environmentItem(environment)] : [])];
}

function itemOf(key: StoredKey) {
  return { label: `$(key) ${labelOf(key)}`, description: placeText(key) };
}

function addItem(): Item<Choice> {
  return { label: `$(add) ${vscode.l10n.t("Add a key…")}`, group: "", value: { kind: "add" } };
}

function environmentItem(key: string): Item<Choice> {
  const label = `$(terminal) ${vscode.l10n.t("Use the key from {0}", ENVIRONMENT)}`;
  return { label, description: keyHint(cleanKey(key)), value: { kind: "environment" } };
}

async function actOn(key: StoredKey, flow: KeyFlow): Promise<void> {
  switch (await flow.dialogs.pick(`${labelOf(key)} · ${placeText(key)}`, await actions(key, flow))) {
    case undefined:
      return;
    case "use":
      return useInChat(key, flow);
    case "prefer":
      return prefer(key, flow);
    case "rename":
      return renameKey(key, flow);
    case "rotate":
      return rotateKey(key, flow);
    case "check":
      return recheckKey(key, flow);
    case "remove":
      return remove(key, flow);
  }
}

async function actions(key: StoredKey, flow: KeyFlow): Promise<Item<KeyAction>[]> {
  const { preferred } = await flow.keys.ring();
  const current = await flow.chat.current();
  const note = flow.chat.switchNote(key);
  const use: Item<KeyAction> = {
    label: `$(comment-discussion) ${vscode.l10n.t("Use in this chat")}`,
    detail: note || undefined,
    value: "use",
  };
  return [
    ...(current?.id === key.id ? [] : [use]),
    ...(preferred?.id === key.id
      ? []
      : [{ label: `$(star) ${vscode.l10n.t("Make it the default for new chats")}`, value: "prefer" as const }]),
    { label: `$(edit) ${vscode.l10n.t("Rename…")}`, value: "rename" },
    {
      label: `$(sync) ${vscode.l10n.t("Replace with a new key…")}`,
      detail: vscode.l10n.t("The new key is checked first. Chats that use this one go on with it."),
      value: "rotate",
    },
    { label: `$(pass) ${vscode.l10n.t("Check now")}`, value: "check" },
    { label: `$(trash) ${vscode.l10n.t("Remove…")}`, value: "remove" },
  ];
}

async function prefer(key: StoredKey, flow: KeyFlow): Promise<void> {
  if (!(await mayUse(key, flow))) return;
  await flow.keys.prefer(key.id);
  flow.dialogs.tell("info", vscode.l10n.t("New chats use {0}. Chats that have begun keep their key.", labelOf(key)));
}

async function remove(key: StoredKey, flow: KeyFlow): Promise<void> {
  const yes = await flow.dialogs.ask({
    message: vscode.l10n.t("Remove the key {0}?", `${labelOf(key)} ${keyHint(key.key)}`),
    detail: vscode.l10n.t(
      "It is taken out of the system keychain. Chats stay. To make the key itself invalid, delete it in the MiMo console.",
    ),
    tone: "warning",
    options: [{ id: "yes", text: vscode.l10n.t("Remove") }],
  });
  if (!yes) return;
  await flow.keys.remove(key.id);
  flow.log.info(`key removed for ${hostOf(key)}`);
  flow.dialogs.tell("info", vscode.l10n.t("The key {0} was removed.", keyHint(key.key)));
}

async function maySwitch(key: StoredKey, flow: KeyFlow): Promise<boolean> {
  if (!flow.chat.isCostly()) return true;
  const yes = await flow.dialogs.ask({
    message: vscode.l10n.t("Switch this chat to {0}?", `${labelOf(key)} ${keyHint(key.key)}`),
    detail: flow.chat.switchNote(key),
    tone: "neutral",
    options: [{ id: "yes", text: vscode.l10n.t("Switch") }],
  });
  return yes === "yes";
}

async function mayUse(key: StoredKey, flow: KeyFlow): Promise<boolean> {
  if (isUsable(key, flow.settings())) return true;
  const parsed = parseBaseUrl(key.baseUrl);
  if (!parsed.ok) return false;
  const { official, host, baseUrl } = parsed.endpoint;
  const yes = await flow.dialogs.ask({
    message: vscode.l10n.t("The key {0} is for {1}.", `${labelOf(key)} ${keyHint(key.key)}`, host),
    detail: official
      ? vscode.l10n.t("The endpoint that is set is another one. It would be set to Automatic, for all chats.")
      : vscode.l10n.t("The endpoint that is set is another one. It would be set to {0}, for all chats.", baseUrl),
    tone: "neutral",
    options: [{ id: "yes", text: vscode.l10n.t("Change the endpoint") }],
  });
  if (!yes) return false;
  if (official) await flow.useEndpoint("auto");
  else await flow.useEndpoint("custom", baseUrl);
  return true;
}

function placeText(key: StoredKey): string {
  return [keyHint(key.key), key.label === "" ? "" : productOf(key), hostOf(key)]
    .filter((text) => text !== "")
    .join(" · ");
}
