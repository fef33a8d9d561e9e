import { randomUUID } from "node:crypto";
import type * as vscode from "vscode";
import {
  formatRing,
  type KeyRing,
  mergeRings,
  type NewKey,
  parseRing,
  type StoredKey,
  sameKey,
  withChange,
  withKey,
  withoutId,
  withPreferred,
} from "./keyRing.ts";

const SECRET = "mimoAgent.keys";
/** For so long after a change of our own, what another window writes over it is put right. Milliseconds. */
const GUARD_MS = 10_000;
/** Where storage does not tell of other windows' changes, ours is looked at once more, so many milliseconds later. */
const LOOK_AGAIN_MS = 1_000;
const TRIES = 5;

/**
 * The user's keys, in SecretStorage only. Every change is made to what is stored at that moment and read back; when
 * another window wrote in between, both rings are merged.
 */
export class KeyStore implements vscode.Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #now: () => Date;
  readonly #listeners = new Set<() => void>();
  readonly #subscription: vscode.Disposable;
  readonly #known = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  #guarded: { readonly ring: KeyRing; readonly until: number } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(secrets: vscode.SecretStorage, now: () => Date = () => new Date()) {
    this.#secrets = secrets;
    this.#now = now;
    this.#subscription = secrets.onDidChange(({ key }) => {
      if (key === SECRET) this.#onStored();
    });
  }

  readonly onDidChange = (listener: () => void): vscode.Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  /** Every key this process has seen: what a log line must never hold. */
  get known(): ReadonlySet<string> {
    return this.#known;
  }

  /** A key before it is stored, so that not even its check can log it. */
  remember(key: string): void {
    this.#known.add(key);
  }

  /** As stored at this moment: not every storage tells of what another window changed. */
  ring(): Promise<KeyRing> {
    return this.#inTurn(() => this.#read());
  }

  async list(): Promise<readonly StoredKey[]> {
    return (await this.ring()).keys;
  }

  /** A key that is there already keeps its id. */
  async add(added: Omit<NewKey, "id">): Promise<StoredKey> {
    this.remember(added.key);
    const ring = await this.#change((found, at) => withKey(found, { id: randomUUID(), ...added }, at));
    const stored = sameKey(ring, added);
    if (!stored) throw new Error("The key was not stored.");
    return stored;
  }

  /** Puts another key in the place of one, or the same key at another address. */
  async replace(id: string, by: Pick<StoredKey, "key" | "baseUrl">): Promise<void> {
    this.remember(by.key);
    await this.#change((ring, at) => withChange(ring, id, by, at));
  }

  async rename(id: string, label: string): Promise<void> {
    await this.#change((ring, at) => withChange(ring, id, { label }, at));
  }

  /** The key of new chats. */
  async prefer(id: string): Promise<void> {
    await this.#change((ring, at) => withPreferred(ring, id, at));
  }

  async remove(id: string): Promise<void> {
    await this.#change((ring, at) => withoutId(ring, id, at));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#listeners.clear();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  #change(edit: (ring: KeyRing, at: Date) => KeyRing): Promise<KeyRing> {
    return this.#inTurn(async () => {
      const found = await this.#read();
      const ring = edit(this.#guardedRing ? mergeRings(found, this.#guardedRing) : found, this.#now());
      this.#guarded = { ring, until: Date.now() + GUARD_MS };
      await this.#secrets.store(SECRET, formatRing(ring));
      await this.#mend();
      this.#lookAgain();
      this.#tell();
      return this.#guarded.ring;
    });
  }

  /** Until what is stored holds what this window stored. */
  async #mend(): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const ours = this.#guardedRing;
      if (!ours || !this.#guarded) return;
      const found = await this.#read();
      const ring = mergeRings(found, ours);
      this.#guarded = { ...this.#guarded, ring };
      if (formatRing(ring) === formatRing(found)) return;
      await this.#secrets.store(SECRET, formatRing(ring));
    }
  }

  get #guardedRing(): KeyRing | undefined {
    return this.#guarded && Date.now() < this.#guarded.until ? this.#guarded.ring : undefined;
  }

  #lookAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#mend()).catch(() => {}), LOOK_AGAIN_MS);
    this.#timer.unref();
  }

  #onStored(): void {
    if (this.#guardedRing) void this.#inTurn(() => this.#mend()).catch(() => {});
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  async #read(): Promise<KeyRing> {
    const ring = parseRing(await this.#secrets.get(SECRET));
    for (const { key } of ring.keys) this.#known.add(key);
    return ring;
  }
}
