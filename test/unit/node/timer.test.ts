import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { timer } from "../../../src/node/timer.ts";

describe("timer", () => {
  it("waits, also for nothing and less", async () => {
    const { signal } = new AbortController();
    for (const ms of [5, 0, -1]) assert.equal(await timer.wait(ms, { signal }), undefined);
  });

  it("ends as stopped at once, also when it was stopped before and however long it was to wait", async () => {
    const controller = new AbortController();
    const waiting = timer.wait(Number.POSITIVE_INFINITY, { signal: controller.signal });
    controller.abort();
    await assert.rejects(waiting, { name: "StoppedError" });
    await assert.rejects(timer.wait(60_000, { signal: controller.signal }), { name: "StoppedError" });
  });
});
