import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { byDay } from "../../../src/host/historyDays.ts";

describe("the days of a list", () => {
  const grouped = (now: Date, ...times: Date[]) =>
    byDay(times, (time) => time, now).map(({ days, noon, items }) => [days, noon.getDate(), items.length]);

  it("are those of the calendar, not of 24 hours", () => {
    const now = new Date(2026, 10, 21, 0, 5);
    assert.deepEqual(
      grouped(
        now,
        new Date(2026, 10, 21, 0, 1),
        new Date(2026, 10, 20, 23, 59),
        new Date(2026, 10, 20, 0, 0),
        new Date(2026, 10, 19, 23, 59),
        new Date(2026, 9, 31, 12, 0),
      ),
      [
        [0, 21, 1],
        [1, 20, 2],
        [2, 19, 1],
        [21, 31, 1],
      ],
    );
    assert.deepEqual(grouped(now), []);
  });

  it("hold where a day has 23 or 25 hours, and a clock was ahead", () => {
    for (let month = 0; month < 12; month++) {
      for (let day = 1; day <= 28; day++) {
        const now = new Date(2026, month, day, 23, 30);
        assert.deepEqual(grouped(now, new Date(2026, month, day - 1, 0, 30))[0]?.[0], 1, `${month} ${day}`);
      }
    }
    const now = new Date(2026, 10, 21, 12);
    assert.deepEqual(grouped(now, new Date(2026, 10, 25), new Date(2026, 10, 21, 1)), [[0, 21, 2]]);
  });
});
