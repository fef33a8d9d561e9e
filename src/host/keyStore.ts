import * as vscode from "vscode";

const SECRET = "mimoAgent.keys";

/** A key and the one address it was set for: it is sent nowhere else. */
export interface StoredKey {
  readonly key: string;
  readonly baseUrl: string;
}

/** The user's keys, in SecretStorage only, the newest last. Held in memory until they change anywhere. */
export class KeyStore implements vscode.Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  #keys: Promise<readonly StoredKey[]> | undefined;
  #known = new Set<string>();
  readonly onDidChange = this.#changed.event;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
    this.#subscription = secrets.onDidChange(({ key }) => {
      if (key === SECRET) this.#reread();
    });
  }

  /** Every key this process has seen: what a log line must never hold. */
  get known(): ReadonlySet<string> {
    return this.#known;
  }

  list(): Promise<readonly StoredKey[]> {
    this.#keys ??= this.#read();
    return this.#keys;
  }

  /** A key before it is stored, so that not even its check can log it. */
  remember(key: string): void {
    this.#known.add(key);
  }

  /** Takes the place of a key for the same address. */
  async put(added: StoredKey): Promise<void> {
    const others = (await this.list()).filter(({ baseUrl }) => baseUrl !== added.baseUrl);
    await this.#write([...others, added]);
  }

  async remove(removed: StoredKey): Promise<void> {
    await this.#write((await this.list()).filter(({ baseUrl }) => baseUrl !== removed.baseUrl));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #write(keys: readonly StoredKey[]): Promise<void> {
    if (keys.length === 0) await this.#secrets.delete(SECRET);
    else await this.#secrets.store(SECRET, JSON.stringify({ v: 1, keys }));
    this.#reread();
  }

  #reread(): void {
    this.#keys = undefined;
    this.#changed.fire();
  }

  async #read(): Promise<readonly StoredKey[]> {
    const keys = parseKeys(await this.#secrets.get(SECRET));
    for (const { key } of keys) this.#known.add(key);
    return keys;
  }
}

/** What cannot be read counts as no key. */
export function parseKeys(text: string | undefined): StoredKey[] {
  if (!text) return [];
  try {
    const stored: unknown = JSON.parse(text);
    const keys = typeof stored === "object" && stored !== null && "keys" in stored ? stored.keys : undefined;
    return Array.isArray(keys) ? keys.filter(isStoredKey).map(({ key, baseUrl }) => ({ key, baseUrl })) : [];
  } catch {
    return [];
  }
}

function isStoredKey(value: unknown): value is StoredKey {
  if (typeof value !== "object" || value === null || !("key" in value) || !("baseUrl" in value)) return false;
  return typeof value.key === "string" && value.key !== "" && typeof value.baseUrl === "string";
}
