import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ScriptInput } from "../../simulator/script.ts";
import { receive, request, withSimulator } from "./client.ts";

type Limits = NonNullable<NonNullable<ScriptInput["account"]>["limits"]>;

const START = Date.parse("2026-11-21T04:00:00Z");

/** Sends requests at these seconds after the start, one after the other; the statuses and times to wait. */
async function asked(
  limits: Limits,
  requests: readonly (readonly [second: number, model?: string])[],
): Promise<(number | string)[]> {
  let now = START;
  const script: ScriptInput = { account: { limits }, otherwise: { content: "x", usage: { prompt: 90, output: 10 } } };
  return withSimulator({ script, now: () => new Date(now) }, async (simulator) => {
    const seen: (number | string)[] = [];
    for (const [second, model] of requests) {
      now = START + second * 1000;
      const answer = await receive(simulator, { body: request(model ? { model } : {}) });
      const wait = answer?.headers.get("retry-after");
      seen.push(wait ? `${answer?.status} ${wait}` : (answer?.status ?? 0));
    }
    return seen;
  });
}

describe("the simulator's rate limits", () => {
  it("are none unless the script has some", async () => {
    const many = Array.from({ length: 150 }, () => [0] as const);
    assert.deepEqual([...new Set(await asked({}, many))], [200]);
  });

  it("count requests in a sliding minute, for each model; refused ones do not count", async () => {
    assert.deepEqual(
      await asked({ requestsPerMinute: 2, retryAfter: "auto" }, [
        [0],
        [30],
        [31],
        [31, "mimo-v2.6-flash"],
        [59],
        [60],
        [61],
        [90],
      ]),
      [200, 200, "429 29", 200, "429 1", 200, "429 29", 200],
    );
  });

  it("count tokens in a sliding minute: the request that crosses the line is served", async () => {
    assert.deepEqual(await asked({ tokensPerMinute: 150, retryAfter: "auto" }, [[0], [10], [20], [61], [62]]), [
      200,
      200,
      "429 40",
      200,
      "429 8",
    ]);
  });

  it("tell the time to wait as the script says, or not at all", async () => {
    assert.deepEqual(await asked({ requestsPerMinute: 0 }, [[0]]), [429]);
    assert.deepEqual(await asked({ requestsPerMinute: 0, retryAfter: 5 }, [[0]]), ["429 5"]);
    assert.deepEqual(await asked({ requestsPerMinute: 0, retryAfter: "date:5" }, [[0]]), [
      "429 Sat, 21 Nov 2026 04:00:05 GMT",
    ]);
  });

  it("hold the answers under way at one time", async () => {
    const script: ScriptInput = {
      account: { limits: { concurrent: 1 } },
      turns: [{ content: "held", fault: { kind: "stall", at: 10 } }],
      otherwise: { content: "free" },
    };
    await withSimulator({ script }, async (simulator) => {
      const leave = new AbortController();
      const held = await fetch(`${simulator.url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request()),
        signal: leave.signal,
      });
      assert.deepEqual([held.status, (await receive(simulator))?.status], [200, 429]);
      leave.abort();
      await held.text().catch(() => {});
      // The server hears of it a little later.
      let status = 429;
      for (let i = 0; i < 100 && status === 429; i++) status = (await receive(simulator))?.status ?? 0;
      assert.equal(status, 200);
      assert.equal(simulator.account().requests, 2);
    });
  });
});
