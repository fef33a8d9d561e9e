import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { KeyStore } from "../../../src/host/keyStore.ts";
import { API, CN, memorySecrets, SGP } from "./keys.ts";

const open: KeyStore[] = [];

function store(secrets = memorySecrets()): KeyStore {
  const keys = new KeyStore(secrets);
  open.push(keys);
  return keys;
}

async function keysIn(keys: KeyStore): Promise<string[]> {
  return (await keys.list()).map(({ key }) => key);
}

/** Reads and writes of two windows overlap in ever other ways. */
function jitter(seed: number): () => Promise<unknown> {
  let state = seed;
  return async () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    for (let turns = state % 7; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
  };
}

/** Until what one window sees does not change any more. */
async function quiet(stores: readonly KeyStore[]): Promise<void> {
  for (let before = ""; ; ) {
    const rings = [];
    for (let round = 0; round < 5; round++) for (const keys of stores) rings.push(await keys.ring());
    const now = JSON.stringify(rings.at(-1));
    if (now === before && rings.every((ring) => JSON.stringify(ring) === now)) return;
    before = now;
  }
}

describe("KeyStore", () => {
  afterEach(() => {
    for (const keys of open.splice(0)) keys.dispose();
  });

  it("keeps keys side by side, and hands out what it stored", async () => {
    const keys = store();
    const one = await keys.add({ key: "tp-111111111111", baseUrl: CN, label: "Work" });
    const two = await keys.add({ key: "sk-222222222222", baseUrl: API, label: undefined });
    assert.deepEqual(await keys.list(), [one, two]);
    assert.equal((await keys.ring()).preferred?.id, one.id);
    const again = await keys.add({ key: "tp-111111111111", baseUrl: SGP, label: undefined });
    assert.deepEqual({ ...again, version: 0 }, { ...one, baseUrl: SGP, version: 0 });
  });

  it("renames, replaces, prefers, removes", async () => {
    const keys = store();
    const one = await keys.add({ key: "tp-111111111111", baseUrl: CN, label: "" });
    const two = await keys.add({ key: "sk-222222222222", baseUrl: API, label: "" });
    await keys.rename(one.id, "Work");
    await keys.replace(one.id, { key: "tp-333333333333", baseUrl: SGP });
    await keys.prefer(two.id);
    const [first] = await keys.list();
    assert.deepEqual(
      { ...first, version: 0 },
      { ...one, label: "Work", key: "tp-333333333333", baseUrl: SGP, version: 0 },
    );
    assert.equal((await keys.ring()).preferred?.id, two.id);
    await keys.remove(one.id);
    assert.deepEqual(await keysIn(keys), ["sk-222222222222"]);
  });

  it("leaves no key behind when the last one is removed", async () => {
    const secrets = memorySecrets();
    const keys = store(secrets);
    const one = await keys.add({ key: "tp-111111111111", baseUrl: CN, label: "" });
    await keys.remove(one.id);
    assert.deepEqual(await keys.list(), []);
    assert.equal([...secrets.stored.values()].join().includes("tp-1111"), false);
  });

  it("knows every key it has seen, for the log", async () => {
    const secrets = memorySecrets();
    const other = store(secrets);
    await other.add({ key: "tp-111111111111", baseUrl: CN, label: "" });
    const keys = store(secrets);
    keys.remember("tp-not-kept-yet");
    await keys.list();
    assert.deepEqual([...keys.known].sort(), ["tp-111111111111", "tp-not-kept-yet"]);
  });

  it("sees what another window changed, and says so", async () => {
    const secrets = memorySecrets();
    const one = store(secrets);
    const two = store(secrets);
    let told = 0;
    two.onDidChange(() => told++);
    const key = await one.add({ key: "tp-111111111111", baseUrl: CN, label: "" });
    assert.ok(told > 0);
    assert.deepEqual(await keysIn(two), ["tp-111111111111"]);
    await one.remove(key.id);
    assert.deepEqual(await keysIn(two), []);
  });

  it("a storage that fails once does not fail for good", async () => {
    const secrets = memorySecrets();
    let fails = true;
    const keys = store({
      ...secrets,
      get: async (key) => {
        if (fails) throw new Error("locked");
        return secrets.get(key);
      },
    } as typeof secrets);
    await assert.rejects(keys.list(), /locked/);
    fails = false;
    await keys.add({ key: "tp-111111111111", baseUrl: CN, label: "" });
    assert.deepEqual(await keysIn(keys), ["tp-111111111111"]);
  });

  for (const seed of [1, 2, 3, 4, 5]) {
    it(`two windows that write at once lose nothing of each other (${seed})`, async () => {
      const secrets = memorySecrets(jitter(seed));
      const windows = [store(secrets), store(secrets)] as const;
      const wanted: string[] = [];
      const work = async (keys: KeyStore, name: string) => {
        for (let n = 0; n < 25; n++) {
          const key = `tp-${name}-${String(n).padStart(10, "0")}`;
          const added = await keys.add({ key, baseUrl: CN, label: "" });
          if (n % 3 === 0) await keys.remove(added.id);
          else if (n % 3 === 1) {
            await keys.replace(added.id, { key: `${key}-new`, baseUrl: SGP });
            wanted.push(`${key}-new`);
          } else wanted.push(key);
        }
      };
      await Promise.all([work(windows[0], "one"), work(windows[1], "two")]);
      await quiet(windows);
      for (const keys of windows) assert.deepEqual((await keysIn(keys)).sort(), wanted.sort());
    });
  }
});
