import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { retryAfterMs } from "../../../src/mimo/retryAfter.ts";

const now = new Date("2026-11-21T10:00:00.000Z");

describe("Retry-After", () => {
  for (const [value, expected] of [
    ["0", 0],
    ["7", 7_000],
    [" 120 ", 120_000],
    ["3600", 3_600_000],
    ["1.5", 1_500],
    ["Sat, 21 Nov 2026 10:00:30 GMT", 30_000],
    ["Saturday, 21-Nov-26 10:00:30 GMT", 30_000],
    ["Sat Nov 21 10:00:30 2026", 30_000],
    ["Sat, 21 Nov 2026 09:00:00 GMT", 0],
    ["99999999999999999999", 315_360_000_000],
    ["-5", undefined],
    ["", undefined],
    ["soon", undefined],
    ["soon 5", undefined],
    ["1e3", undefined],
    ["Infinity", undefined],
    ["2026", 2_026_000],
    ["2026-11-21", undefined],
    ["Sat, 99 Nov 2026 10:00:30 GMT", undefined],
    ["7, 9", undefined],
  ] as const) {
    it(`"${value}" is ${expected}`, () => {
      assert.equal(retryAfterMs(new Headers({ "retry-after": value }), now), expected);
    });
  }

  it("goes by the milliseconds where both are there", () => {
    const headers = (ms: string) => new Headers({ "retry-after": "9", "retry-after-ms": ms });
    assert.deepEqual(
      ["250", "0", "junk", "-1"].map((ms) => retryAfterMs(headers(ms), now)),
      [250, 0, 9_000, 9_000],
    );
    assert.equal(retryAfterMs(new Headers(), now), undefined);
  });

  it("measures a date by the server's own clock", () => {
    const headers = new Headers({
      date: "Sun, 22 Nov 2026 22:00:00 GMT",
      "retry-after": "Sun, 22 Nov 2026 22:00:05 GMT",
    });
    assert.equal(retryAfterMs(headers, now), 5_000);
  });
});
