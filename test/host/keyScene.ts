import type * as vscode from "vscode";
import type { Item, KeyDialogs, KeyFlow } from "../../src/host/keyFlow.ts";
import type { StoredKey } from "../../src/host/keyRing.ts";
import { KeyStore } from "../../src/host/keyStore.ts";
import type { EndpointChoice } from "../../src/host/target.ts";
import { memorySecrets } from "../unit/host/keys.ts";

export const CN_HOST = "token-plan-cn.xiaomimimo.com";
export const SGP_HOST = "token-plan-sgp.xiaomimimo.com";
export const AMS_HOST = "token-plan-ams.xiaomimimo.com";
export const API_HOST = "api.xiaomimimo.com";

export interface Scene {
  readonly settings?: Partial<EndpointChoice>;
  /** What is typed into boxes, in order: for a key and for its name. Without a name the box is left as it is. */
  readonly keys?: readonly string[];
  readonly names?: readonly (string | undefined)[];
  /** Answers to questions, in order, by id; none is a no. */
  readonly answers?: readonly (string | undefined)[];
  /** What is picked in lists, in order: a part of the label. */
  readonly picks?: readonly string[];
  /** Status by host; a host that is not named cannot be reached. */
  readonly hosts?: Readonly<Record<string, number>>;
  readonly environment?: string;
  /** What is kept already, as key and address. */
  readonly kept?: readonly (readonly [key: string, baseUrl: string])[];
  readonly inChat?: string;
  readonly switchNote?: string;
  readonly costly?: true;
}

export interface PlayedScene {
  readonly flow: KeyFlow;
  readonly stored: readonly StoredKey[];
  /** What was asked, said and changed, in order. */
  readonly said: readonly string[];
  /** Host and key of every request, in order. */
  readonly sent: readonly string[];
  readonly details: readonly string[];
  kept(): Promise<string[]>;
  close(): void;
}

/** A flow whose dialogs are answered by the scene, over storage in memory: tests must not fill the user's. */
export async function keyScene(scene: Scene): Promise<PlayedScene> {
  const said: string[] = [];
  const sent: string[] = [];
  const details: string[] = [];
  const left = {
    keys: [...(scene.keys ?? [])],
    names: [...(scene.names ?? [])],
    answers: [...(scene.answers ?? [])],
    picks: [...(scene.picks ?? [])],
  };
  const store = new KeyStore(memorySecrets());
  const stored: StoredKey[] = [];
  for (const [key, baseUrl] of scene.kept ?? []) stored.push(await store.add({ key, baseUrl, label: undefined }));
  let choice: EndpointChoice = { endpoint: "auto", baseUrl: "", ...scene.settings };
  let inChat = stored.find(({ key }) => key === scene.inChat)?.id;

  const dialogs: KeyDialogs = {
    input: async ({ secret, value, check }) => {
      const text = secret === "yes" ? left.keys.shift() : left.names.length > 0 ? left.names.shift() : value;
      const checked = text === undefined ? undefined : check(text);
      if (!checked || !("problem" in checked)) return text;
      said.push(`problem: ${checked.problem}`);
      return undefined;
    },
    ask: async ({ message, detail, options }) => {
      said.push(`ask: ${message} [${options.map(({ id }) => id).join()}]`);
      details.push(detail);
      const answer = left.answers.shift();
      return options.find(({ id }) => id === answer)?.id;
    },
    pick: async <T>(title: string, items: readonly Item<T>[]) => {
      said.push(`pick: ${title}`);
      details.push(items.map(({ label, description, detail }) => [label, description, detail].join(" | ")).join("\n"));
      const wanted = left.picks.shift();
      return wanted === undefined ? undefined : items.find(({ label }) => label.includes(wanted))?.value;
    },
    progress: (_, work) => work(new AbortController().signal),
    tell: (severity, message) => said.push(`${severity}: ${message}`),
  };
  const flow: KeyFlow = {
    keys: store,
    dialogs,
    chat: {
      current: async () => (await store.list()).find(({ id }) => id === inChat),
      use: async (key) => {
        inChat = key.id;
        said.push(`chat: ${key.key}`);
      },
      switchNote: () => scene.switchNote ?? "",
      isCostly: () => scene.costly === true,
    },
    log: { info() {}, warn() {} },
    settings: () => choice,
    useEndpoint: async (endpoint, baseUrl) => {
      choice = { endpoint, baseUrl: baseUrl ?? choice.baseUrl };
      said.push(`endpoint: ${[endpoint, baseUrl].filter(Boolean).join(" ")}`);
    },
    environment: () => scene.environment,
    fetch: async (input, init) => {
      const { host } = new URL(String(input));
      const key = new Headers(init?.headers).get("authorization")?.replace("Bearer ", "");
      sent.push(`${host} ${key}`);
      const status = scene.hosts?.[host];
      if (status === undefined) throw new TypeError("fetch failed");
      const failure = { error: { message: "no", code: String(status) } };
      return Response.json(status === 200 ? { data: [{ id: "mimo-v2.6-pro" }] } : failure, { status });
    },
  };
  return {
    flow,
    stored,
    said,
    sent,
    details,
    kept: async () => (await store.list()).map(({ key, baseUrl }) => `${new URL(baseUrl).host} ${key}`),
    close: () => store.dispose(),
  };
}

/** A memento in memory. */
export function memoryMemento(): vscode.Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: (key: string, fallback?: unknown) => (values.has(key) ? values.get(key) : fallback),
    update: async (key: string, value: unknown) => {
      values.set(key, value);
    },
  } as vscode.Memento;
}
