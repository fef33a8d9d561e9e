import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { withoutKeyTraces } from "../../../src/mimo/keyTraces.ts";

const KEY = "tp-c4n4ry+k3y/9f8e7d6c5b4a=zz";
const percent = [...KEY].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("");
const unicode = [...KEY].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
const entities = [...KEY].map((char) => `&#${char.charCodeAt(0)};`).join("");

describe("traces of a key", () => {
  for (const [title, text, expected] of [
    ["as it is", `bad key ${KEY}!`, "bad key …!"],
    ["twice", `${KEY} and ${KEY}`, "… and …"],
    ["URL-encoded", `?key=${encodeURIComponent(KEY)}&x=1`, "?key=…&x=1"],
    ["URL-encoded throughout", `(${percent})`, "(…)"],
    ["JSON-escaped", `"${unicode}"`, '"…"'],
    ["HTML-escaped", `<b>${entities}</b>`, "<b>…</b>"],
    ["in capitals", KEY.toUpperCase(), "…"],
    ["in two halves", `Invalid ${KEY.slice(0, 14)} (${KEY.slice(14)})`, "Invalid …)"],
    ["its beginning", `the key ${KEY.slice(0, 16)}… is unknown`, "the key …… is unknown"],
    ["its end", `the key *****${KEY.slice(-14)} is unknown`, "the key *****… is unknown"],
    ["over lines", `${KEY.slice(0, 9)}\n${KEY.slice(9)} end`, "… end"],
    ["masked as the platform masks it", "tp-****zz", "tp-****zz"],
    ["not there", "Insufficient balance: 50% of 3 & more \\u4f60", "Insufficient balance: 50% of 3 & more \\u4f60"],
  ] as const) {
    it(title, () => {
      const clean = withoutKeyTraces(text, KEY);
      assert.equal(clean, expected);
    });
  }

  it("leaves words alone for what is too short to be a key", () => {
    assert.equal(withoutKeyTraces("task 12 of sk-1", "sk-1"), "task 12 of …");
  });
});
