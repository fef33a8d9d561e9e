import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  EMPTY_RING,
  formatRing,
  type KeyRing,
  mergeRings,
  parseRing,
  withChange,
  withKey,
  withoutId,
  withPreferred,
} from "../../../src/host/keyRing.ts";
import { API, CN, ringOf, SGP, stored } from "./keys.ts";

const plan = stored("a", "tp-aaaaaaaaaaaa", CN);
const payg = stored("b", "sk-bbbbbbbbbbbb", API, { addedAt: "2026-11-02T00:00:00.000Z" });
const AT = new Date("2026-11-21T10:00:00.000Z");

function keysOf(text: string | undefined): string[] {
  return parseRing(text).keys.map(({ key }) => key);
}

describe("the stored keys", () => {
  it("are read as they were written", () => {
    const ring: KeyRing = { ...ringOf([plan, payg], "b"), removed: [{ id: "gone", version: 7 }] };
    assert.deepEqual(parseRing(formatRing(ring)), ring);
    assert.deepEqual(parseRing(undefined), EMPTY_RING);
  });

  it("of the first format are read in their order, with ids that say nothing of the key", () => {
    const text = JSON.stringify({
      v: 1,
      keys: [
        { key: "sk-1", baseUrl: API },
        { key: "tp-1", baseUrl: CN },
      ],
    });
    const ring = parseRing(text);
    assert.deepEqual(
      ring.keys.map(({ key, baseUrl, label }) => ({ key, baseUrl, label })),
      [
        { key: "sk-1", baseUrl: API, label: "" },
        { key: "tp-1", baseUrl: CN, label: "" },
      ],
    );
    const other = parseRing(text.replaceAll("-1", "-2"));
    assert.deepEqual(
      other.keys.map(({ id }) => id),
      ring.keys.map(({ id }) => id),
    );
    assert.equal(new Set(ring.keys.map(({ id }) => id)).size, 2);
    assert.deepEqual(parseRing(formatRing(ring)), ring);
  });

  it("survive damage of others", () => {
    const damaged = [7, null, { key: 7, baseUrl: API }, { key: "sk-x" }, { key: "", baseUrl: API }];
    assert.deepEqual(
      keysOf(JSON.stringify({ v: 2, keys: [...damaged, plan, { ...payg, id: 5, label: {} }] })),
      [
        // Without its id the second one is the older.
        payg.key,
        plan.key,
      ].sort((a) => (a === plan.key ? -1 : 1)),
    );
    const whole = formatRing(ringOf([plan, { ...payg, label: 'a "}{" b' }], "a"));
    const end = whole.indexOf("}", whole.lastIndexOf('"version"'));
    assert.deepEqual(keysOf(whole.slice(0, whole.indexOf('"preferred"'))), [plan.key, payg.key]);
    assert.deepEqual(keysOf(whole.slice(0, whole.indexOf(payg.key))), [plan.key]);
    assert.deepEqual(keysOf(whole.slice(10, end)), [plan.key, payg.key]);
    for (const text of ["{", "[]", '{"keys":7}', "null", "tp-aaaaaaaaaaaa"]) assert.deepEqual(keysOf(text), [], text);
  });

  it("keep two entries with one id apart", () => {
    const ring = parseRing(JSON.stringify({ v: 2, keys: [plan, { ...payg, id: "a" }] }));
    assert.deepEqual(
      ring.keys.map(({ id, key }) => [id, key]),
      [
        ["a", plan.key],
        ["a-1", payg.key],
      ],
    );
  });
});

describe("a change of the keys", () => {
  it("adds a key beside the others, also for the same address", () => {
    const ring = withKey(ringOf([plan]), { id: "n", key: "tp-second", baseUrl: CN, label: "Work" }, AT);
    assert.deepEqual(ring, {
      keys: [
        plan,
        { id: "n", key: "tp-second", baseUrl: CN, label: "Work", addedAt: AT.toISOString(), version: AT.getTime() },
      ],
      preferred: { id: "a", version: AT.getTime() },
      removed: [],
    });
  });

  it("the first key is the one of new chats", () => {
    const ring = withKey(EMPTY_RING, { id: "n", key: "tp-x", baseUrl: CN, label: undefined }, AT);
    assert.equal(ring.preferred?.id, "n");
  });

  it("puts the same key in order in place of keeping it twice, also where it moved to another cluster", () => {
    const ring = withKey(ringOf([plan, payg], "b"), { id: "n", key: plan.key, baseUrl: SGP, label: undefined }, AT);
    assert.deepEqual(ring, ringOf([{ ...plan, baseUrl: SGP, version: AT.getTime() }, payg], "b"));
  });

  it("keeps the same key apart for a host that is not the platform's", () => {
    const foreign = { id: "n", key: plan.key, baseUrl: "https://mimo.example.com/v1", label: "" };
    const { keys } = withKey(ringOf([plan]), foreign, AT);
    assert.deepEqual(
      keys.map(({ baseUrl }) => baseUrl),
      [CN, foreign.baseUrl],
    );
  });

  it("replaces, prefers and removes by id", () => {
    const ring = ringOf([plan, payg], "a");
    const later = AT.getTime();
    assert.deepEqual(withChange(ring, "a", { key: "tp-new" }, AT).keys[0], { ...plan, key: "tp-new", version: later });
    assert.deepEqual(withPreferred(ring, "b", AT).preferred, { id: "b", version: later });
    assert.deepEqual(withoutId(ring, "a", AT), { ...ring, keys: [payg], removed: [{ id: "a", version: later }] });
    assert.deepEqual(withoutId(ring, "none", AT), ring);
  });
});

describe("two rings", () => {
  const base = ringOf([plan, payg], "a");
  const later = new Date(AT.getTime() + 5);
  const rings: readonly KeyRing[] = [
    base,
    EMPTY_RING,
    withKey(base, { id: "n", key: "tp-n", baseUrl: SGP, label: "n" }, AT),
    withKey(base, { id: "m", key: "tp-m", baseUrl: SGP, label: "m" }, AT),
    withoutId(base, "a", later),
    withChange(base, "a", { label: "x" }, AT),
    withChange(base, "a", { label: "y" }, AT),
    withPreferred(base, "b", AT),
  ];

  it("are merged to the same whichever comes first, and however often", () => {
    for (const one of rings) {
      for (const other of rings) {
        const merged = mergeRings(one, other);
        assert.deepEqual(mergeRings(other, one), merged);
        assert.deepEqual(mergeRings(merged, one), merged);
        for (const third of rings) {
          assert.deepEqual(mergeRings(merged, third), mergeRings(one, mergeRings(other, third)));
        }
      }
    }
  });

  it("hold what either has, but nothing that was removed since", () => {
    const all = rings.reduce(mergeRings);
    assert.deepEqual(
      all.keys.map(({ id }) => id),
      ["b", "m", "n"],
    );
    assert.equal(all.preferred?.id, "b");
  });

  it("a key that was changed after it was removed elsewhere is kept", () => {
    const removed = withoutId(base, "a", AT);
    const rotated = withChange(base, "a", { key: "tp-new" }, later);
    assert.ok(mergeRings(removed, rotated).keys.some(({ key }) => key === "tp-new"));
  });
});
