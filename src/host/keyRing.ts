import { createHash } from "node:crypto";
import { keyKind, parseBaseUrl } from "../mimo/endpoints.ts";

/** A key and the one address it was set for: it is sent nowhere else. */
export interface StoredKey {
  readonly id: string;
  readonly key: string;
  readonly baseUrl: string;
  /** The user's name for it; empty when they gave it none. */
  readonly label: string;
  /** ISO 8601. */
  readonly addedAt: string;
  /** Raised by every change, about milliseconds since 1970: of two versions of an entry the later one counts. */
  readonly version: number;
}

export interface Mark {
  readonly id: string;
  readonly version: number;
}

/**
 * The user's keys, the newest last. Two windows may write at once, and storage only knows whole values: so rings can be
 * merged, in any order and as often as one likes, and what was removed is remembered for a while by its id.
 */
export interface KeyRing {
  readonly keys: readonly StoredKey[];
  /** The key of new chats. */
  readonly preferred: Mark | undefined;
  readonly removed: readonly Mark[];
}

export const EMPTY_RING: KeyRing = { keys: [], preferred: undefined, removed: [] };
const REMOVED_KEPT = 50;
export const MAX_LABEL = 40;

/** Who pays: a key of another billing never takes a key's place by itself. */
export type Billing = "payg" | "plan" | "team" | "other";

export function billingOf({ key }: Pick<StoredKey, "key">): Billing {
  const kind = keyKind(key);
  return kind === "plan" && key.startsWith("ttp-") ? "team" : kind;
}

export function isOfficial({ baseUrl }: Pick<StoredKey, "baseUrl">): boolean {
  const parsed = parseBaseUrl(baseUrl);
  return parsed.ok && parsed.endpoint.official;
}

export interface NewKey {
  readonly id: string;
  readonly key: string;
  readonly baseUrl: string;
  /** undefined keeps the name that the same key has already. */
  readonly label: string | undefined;
}

/** An entry that the same key has already: on another address only when both are the platform's own. */
export function sameKey(ring: KeyRing, { key, baseUrl }: Pick<StoredKey, "key" | "baseUrl">): StoredKey | undefined {
  const own = isOfficial({ baseUrl });
  return ring.keys.find((stored) => stored.key === key && (stored.baseUrl === baseUrl || (own && isOfficial(stored))));
}

/** With a key that is new, or put in order where it is there already. The first of them is the key of new chats. */
export function withKey(ring: KeyRing, added: NewKey, at: Date): KeyRing {
  const known = sameKey(ring, added);
  if (known) {
    const label = added.label ?? known.label;
    return withChange(ring, known.id, { baseUrl: added.baseUrl, label }, at);
  }
  const { label = "", ...rest } = added;
  // The order of the keys is that of their times.
  const last = Date.parse(ring.keys.at(-1)?.addedAt ?? "");
  const addedAt = new Date(Number.isNaN(last) ? at : Math.max(at.getTime(), last + 1)).toISOString();
  const key: StoredKey = { ...rest, label, addedAt, version: at.getTime() };
  const before = ring.preferred?.id ?? ring.keys.findLast(isOfficial)?.id ?? ring.keys.at(-1)?.id;
  const preferred = ring.preferred ?? { id: before ?? key.id, version: at.getTime() };
  return inOrder({ ...ring, keys: [...ring.keys, key], preferred });
}

export function withChange(
  ring: KeyRing,
  id: string,
  change: Partial<Pick<StoredKey, "key" | "baseUrl" | "label">>,
  at: Date,
): KeyRing {
  const keys = ring.keys.map((stored) =>
    stored.id === id ? { ...stored, ...change, version: after(stored.version, at) } : stored,
  );
  return { ...ring, keys };
}

export function withPreferred(ring: KeyRing, id: string, at: Date): KeyRing {
  return { ...ring, preferred: { id, version: after(ring.preferred?.version ?? 0, at) } };
}

export function withoutId(ring: KeyRing, id: string, at: Date): KeyRing {
  const gone = ring.keys.find((stored) => stored.id === id);
  if (!gone) return ring;
  return inOrder({ ...ring, removed: [...ring.removed, { id, version: after(gone.version, at) }] });
}

export function mergeRings(one: KeyRing, other: KeyRing): KeyRing {
  return inOrder({
    keys: [...one.keys, ...other.keys],
    preferred: later(one.preferred, other.preferred),
    removed: [...one.removed, ...other.removed],
  });
}

export function formatRing(ring: KeyRing): string {
  return JSON.stringify({ v: 2, ...ring });
}

/** Reads what can be read: a damaged entry, or the end of a torn text, costs no other key. */
export function parseRing(text: string | undefined): KeyRing {
  if (!text) return EMPTY_RING;
  const stored = parsed(text);
  const entries = stored === undefined ? flatObjects(text) : listOf(stored, "keys");
  const ids = new Map<string, number>();
  return inOrder({
    keys: entries.flatMap((entry, place) => readKey(entry, { place, ids })),
    preferred: isMark(fieldOf(stored, "preferred")) ? (fieldOf(stored, "preferred") as Mark) : undefined,
    removed: listOf(stored, "removed").filter(isMark),
  });
}

/** One entry an id, the latest version of each, none that was removed since; by age. */
function inOrder(ring: KeyRing): KeyRing {
  const removed = latest(ring.removed);
  const gone = new Map(removed.map(({ id, version }) => [id, version]));
  const keys = latest(ring.keys).filter(({ id, version }) => (gone.get(id) ?? -1) < version);
  return {
    keys: keys.sort((a, b) => compare(a.addedAt, b.addedAt) || compare(a.id, b.id)),
    preferred: ring.preferred,
    removed: removed.sort((a, b) => a.version - b.version || compare(a.id, b.id)).slice(-REMOVED_KEPT),
  };
}

function latest<T extends Mark>(items: readonly T[]): T[] {
  const byId = new Map<string, T>();
  for (const item of items) byId.set(item.id, later(byId.get(item.id), item) ?? item);
  return [...byId.values()];
}

/** Two windows must come to the same answer, whichever of the two they saw first. */
function later<T extends Mark>(one: T | undefined, other: T | undefined): T | undefined {
  if (!one || !other) return one ?? other;
  if (one.version !== other.version) return one.version > other.version ? one : other;
  return compare(JSON.stringify(one), JSON.stringify(other)) >= 0 ? one : other;
}

function after(version: number, at: Date): number {
  return Math.max(version + 1, at.getTime());
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// ------------------------------------------------------------------------------------------------ stored text

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The whole objects without objects in them that stand in a text that is no JSON as a whole. */
function flatObjects(text: string): unknown[] {
  return (text.match(/\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}/g) ?? []).map(parsed);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function listOf(value: unknown, name: string): unknown[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list : [];
}

function isMark(value: unknown): value is Mark {
  return typeof fieldOf(value, "id") === "string" && Number.isSafeInteger(fieldOf(value, "version"));
}

/** Entries of the first format have a key and an address only: every window must make the same entry of them. */
function readKey(entry: unknown, { place, ids }: { place: number; ids: Map<string, number> }): StoredKey[] {
  const key = fieldOf(entry, "key");
  const baseUrl = fieldOf(entry, "baseUrl");
  if (typeof key !== "string" || key === "" || typeof baseUrl !== "string" || baseUrl === "") return [];
  const [id, label, addedAt, version] = ["id", "label", "addedAt", "version"].map((name) => fieldOf(entry, name));
  const name = typeof id === "string" && /^[\w-]{1,64}$/.test(id) ? id : idOf(baseUrl);
  const twins = ids.get(name) ?? 0;
  ids.set(name, twins + 1);
  return [
    {
      id: twins === 0 ? name : `${name}-${twins}`,
      key,
      baseUrl,
      label: typeof label === "string" ? label.slice(0, MAX_LABEL) : "",
      addedAt: typeof addedAt === "string" && addedAt !== "" ? addedAt : new Date(place).toISOString(),
      version: Number.isSafeInteger(version) ? (version as number) : 0,
    },
  ];
}

/** Made of the address, never of the key: ids are shown to views. */
function idOf(baseUrl: string): string {
  return createHash("sha256").update(baseUrl).digest("hex").slice(0, 16);
}
