import type * as vscode from "vscode";
import type { KeyRing, StoredKey } from "../../../src/host/keyRing.ts";

export const CN = "https://token-plan-cn.xiaomimimo.com/v1";
export const SGP = "https://token-plan-sgp.xiaomimimo.com/v1";
export const API = "https://api.xiaomimimo.com/v1";

export function stored(id: string, key: string, baseUrl: string, more: Partial<StoredKey> = {}): StoredKey {
  return { id, key, baseUrl, label: "", addedAt: "2026-11-01T00:00:00.000Z", version: 1, ...more };
}

export function ringOf(keys: readonly StoredKey[], preferred?: string): KeyRing {
  return { keys, preferred: preferred === undefined ? undefined : { id: preferred, version: 1 }, removed: [] };
}

export interface MemorySecrets extends vscode.SecretStorage {
  readonly stored: Map<string, string>;
}

/** SecretStorage in memory, for as many windows as like; `pause` is waited before every reading and writing. */
export function memorySecrets(pause: () => Promise<unknown> = async () => {}): MemorySecrets {
  const stored = new Map<string, string>();
  const listeners = new Set<(event: vscode.SecretStorageChangeEvent) => unknown>();
  const tell = (key: string) => {
    for (const listener of listeners) listener({ key });
  };
  const onDidChange: vscode.Event<vscode.SecretStorageChangeEvent> = (listener) => {
    listeners.add(listener);
    return { dispose: () => listeners.delete(listener) };
  };
  return {
    stored,
    onDidChange,
    get: async (key) => {
      await pause();
      return stored.get(key);
    },
    store: async (key, value) => {
      await pause();
      stored.set(key, value);
      tell(key);
    },
    delete: async (key) => {
      await pause();
      stored.delete(key);
      tell(key);
    },
  };
}
