import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { startSimulator } from "../../simulator/server.ts";
import { post, request, withSimulator } from "./client.ts";

const CONTENT = "An answer of a few chunks, long enough to be cut somewhere in its middle.";

function turn(fault: { kind: string; [more: string]: unknown }) {
  return { script: { turns: [{ content: CONTENT, fault }] } };
}

/** The body up to its end or failure. */
async function read(url: string, ms = 1000): Promise<{ bytes: number; text: string; failed: boolean }> {
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request()),
    signal: AbortSignal.timeout(ms),
  });
  const parts: Uint8Array[] = [];
  let failed = false;
  try {
    for await (const part of response.body ?? []) parts.push(part);
  } catch {
    failed = true;
  }
  const all = Buffer.concat(parts);
  return { bytes: all.length, text: all.toString("utf8"), failed };
}

describe("the simulator's faults", () => {
  it("close: the connection breaks after so many bytes", async () => {
    for (const at of [0, 1, 200, 333]) {
      await withSimulator(turn({ kind: "close", at }), async (simulator) => {
        const { bytes, failed } = await read(simulator.url);
        assert.deepEqual({ at, bytes, failed }, { at, bytes: at, failed: true });
      });
    }
  });

  it("cut: the stream ends as if nothing were wrong, without a finish reason", async () => {
    for (const at of [333, 1_000_000, undefined]) {
      const fault = at === undefined ? { kind: "cut" } : { kind: "cut", at };
      await withSimulator(turn(fault), async (simulator) => {
        const { bytes, text, failed } = await read(simulator.url);
        assert.equal(failed, false);
        assert.ok(!text.includes('"finish_reason":"') && !text.includes("[DONE]"));
        if (at === 333) assert.equal(bytes, 333);
        else assert.ok(text.trimEnd().endsWith("}"));
      });
    }
  });

  it("stall: nothing more comes and nothing ends", async () => {
    await withSimulator(turn({ kind: "stall", at: 200 }), async (simulator) => {
      const { bytes, failed } = await read(simulator.url, 300);
      assert.deepEqual({ bytes, failed }, { bytes: 200, failed: true });
    });
  });

  it("status: an error in the platform's form, or as the script has it", async () => {
    const script = {
      turns: [
        { fault: { kind: "status", status: 503 } },
        { fault: { kind: "status", status: 429, headers: { "retry-after": "2" }, framed: true } },
        { fault: { kind: "status", status: 502, body: "<h1>Bad gateway</h1>" } },
        // Not 421 itself: fetch answers that status by asking once more.
        { fault: { kind: "status", status: 400, body: { error: { code: 421 } } } },
        { content: "back" },
      ],
    };
    await withSimulator({ script }, async (simulator) => {
      const seen = [];
      for (let i = 0; i < 4; i++) {
        const response = await post(simulator, request());
        seen.push([response.status, response.text]);
      }
      assert.deepEqual(seen, [
        [503, '{"error":{"code":"503","message":"Server Overloaded","type":""}}'],
        [429, 'data:{"error":{"code":"429","message":"Too many requests","type":"limitation"}}'],
        [502, "<h1>Bad gateway</h1>"],
        [400, '{"error":{"code":421}}'],
      ]);
      assert.equal(simulator.account().requests, 0);
      assert.equal((await post(simulator, request())).status, 200);
    });
  });

  it("html and json: something else on 200", async () => {
    const script = { turns: [{ fault: { kind: "html" } }, { fault: { kind: "json" } }] };
    await withSimulator({ script }, async (simulator) => {
      const page = await post(simulator, request());
      assert.deepEqual([page.status, page.type], [200, "text/html; charset=utf-8"]);
      const error = await post(simulator, request());
      assert.deepEqual(
        [error.status, error.type, error.text],
        [200, "application/json", '{"error":{"code":"500","message":"Server Error","type":""}}'],
      );
    });
  });

  it("are charged where the model had answered", async () => {
    await withSimulator(turn({ kind: "close", at: 100 }), async (simulator) => {
      await read(simulator.url);
      assert.equal(simulator.account().requests, 1);
    });
  });

  it("that do not exist are told before the first request", async () => {
    await assert.rejects(startSimulator({ script: { turns: [{ fault: { kind: "explode" } }] } }), /no fault "explode"/);
    await assert.rejects(
      startSimulator({ script: { turns: [{ fault: { kind: "status", status: 7 } }] } }),
      /Fault "status"/,
    );
  });
});
