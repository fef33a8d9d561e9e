import type { EndpointSetting } from "../mimo/endpoints.ts";
import type { StoredKey } from "./keyRing.ts";
import type { KeyStore } from "./keyStore.ts";
import type { Log } from "./log.ts";
import type { EndpointChoice } from "./target.ts";

export interface InputRequest {
  readonly title: string;
  readonly prompt: string;
  readonly secret: "yes" | "no";
  /** Stands in the box and is selected. */
  readonly value?: string;
  /** What is wrong with a text, or a note about one that is right. */
  readonly check: (text: string) => { readonly problem: string } | { readonly note: string } | undefined;
}

export interface Question<T extends string> {
  readonly message: string;
  readonly detail: string;
  /** "warning": what is asked about cannot be taken back, or is not what was meant. */
  readonly tone: "neutral" | "warning";
  /** In place of Cancel. */
  readonly no?: string;
  readonly options: readonly { readonly id: T; readonly text: string }[];
}

export interface Item<T> {
  readonly label: string;
  readonly value: T;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
  /** Begins a group of items, under this heading. */
  readonly group?: string | undefined;
}

/** What is asked and said about keys. A port of its own, because VS Code shows no dialogs in tests. */
export interface KeyDialogs {
  input(request: InputRequest): Promise<string | undefined>;
  /** Modal. undefined for no. */
  ask<T extends string>(question: Question<T>): Promise<T | undefined>;
  pick<T>(title: string, items: readonly Item<T>[]): Promise<T | undefined>;
  /** Throws what the work throws, and CancellationError when the user cancels it. */
  progress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  tell(severity: "info" | "error", message: string): void;
}

/** The chat that is open in this window, as far as keys go. */
export interface KeyedChat {
  /** The key that its next request goes out with. */
  current(): Promise<StoredKey | undefined>;
  use(key: StoredKey): Promise<void>;
  /** What the switch to this key costs once; empty in a chat that costs nothing yet. */
  switchNote(to: StoredKey): string;
  /** The switch costs enough to be asked about before it happens. */
  isCostly(): boolean;
}

export interface KeyFlow {
  readonly keys: KeyStore;
  readonly dialogs: KeyDialogs;
  readonly chat: KeyedChat;
  readonly log: Pick<Log, "info" | "warn">;
  readonly settings: () => EndpointChoice;
  /** Changes the user's settings; an address only together with "custom". */
  readonly useEndpoint: (endpoint: EndpointSetting, baseUrl?: string) => Promise<void>;
  /** The key of the environment, when there is one. */
  readonly environment: () => string | undefined;
  readonly fetch?: typeof fetch;
}
