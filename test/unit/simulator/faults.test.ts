import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ScriptInput } from "../../simulator/script.ts";
import { startSimulator } from "../../simulator/server.ts";
import { events, post, receive, request, streamed, withSimulator } from "./client.ts";

const CONTENT = "An answer of a few chunks, long enough to be cut somewhere in its middle.";

const COMMENT = ": PROCESSING\n\n";

function turn(fault: { kind: string; [more: string]: unknown }) {
  return { script: { turns: [{ content: CONTENT, fault }] } };
}

describe("the simulator's faults of the connection", () => {
  it("close: the connection breaks after so many bytes", async () => {
    for (const at of [0, 1, 200, 333]) {
      await withSimulator(turn({ kind: "close", at }), async (simulator) => {
        const seen = await receive(simulator);
        assert.deepEqual({ at, bytes: seen?.bytes, failed: seen?.failed }, { at, bytes: at, failed: true });
      });
    }
  });

  it("cut: the stream ends as if nothing were wrong, without a finish reason", async () => {
    for (const at of [333, 1_000_000, undefined]) {
      const fault = at === undefined ? { kind: "cut" } : { kind: "cut", at };
      await withSimulator(turn(fault), async (simulator) => {
        const seen = await receive(simulator);
        const text = seen?.text ?? "";
        assert.equal(seen?.failed, false);
        assert.ok(!text.includes('"finish_reason":"') && !text.includes("[DONE]"));
        if (at === 333) assert.equal(seen?.bytes, 333);
        else assert.ok(text.trimEnd().endsWith("}"));
      });
    }
  });

  it("stall: nothing more comes and nothing ends", async () => {
    await withSimulator(turn({ kind: "stall", at: 200 }), async (simulator) => {
      const seen = await receive(simulator, { ms: 300 });
      assert.deepEqual([seen?.bytes, seen?.failed], [200, true]);
    });
  });

  it("silent and reset: no headers, kept open or closed", async () => {
    const script = { turns: [{ fault: { kind: "silent" } }, { fault: { kind: "reset" } }, { content: "back" }] };
    await withSimulator({ script }, async (simulator) => {
      assert.equal(await receive(simulator, { ms: 200 }), undefined);
      assert.equal(await receive(simulator), undefined);
      assert.equal(simulator.account().requests, 0);
      assert.equal(streamed((await receive(simulator))?.text ?? "").content, "back");
    });
  });

  it("comments: only comments, without an end or before the answer", async () => {
    await withSimulator(turn({ kind: "comments", everyMs: 20 }), async (simulator) => {
      assert.equal(await firstBytes(simulator.url, 3 * COMMENT.length), COMMENT.repeat(3));
    });
    await withSimulator(turn({ kind: "comments", everyMs: 20, forMs: 100 }), async (simulator) => {
      const seen = await receive(simulator);
      assert.equal(seen?.failed, false);
      assert.match(seen?.text ?? "", /^(: PROCESSING\n\n){6}data: /);
      assert.deepEqual(streamed(seen?.text ?? "").content, CONTENT);
    });
  });

  it("comments in the middle of an answer, and no comment in a body that is no stream", async () => {
    const script = {
      turns: [
        { content: CONTENT, fault: { kind: "comments", at: 333, everyMs: 10, forMs: 30 } },
        { content: CONTENT, fault: { kind: "comments", everyMs: 10, forMs: 30 } },
      ],
    };
    await withSimulator({ script }, async (simulator) => {
      const seen = await receive(simulator);
      assert.equal(seen?.text.slice(333, 333 + 14), ": PROCESSING\n\n");
      const whole = await post(simulator, request({ stream: false }));
      assert.equal(JSON.parse(whole.text).choices[0].message.content, CONTENT);
    });
  });

  it("slow: the same bytes, later", async () => {
    const plain = await withSimulator({ script: { turns: [{ content: "x" }] } }, (simulator) => receive(simulator));
    const script = { turns: [{ content: "x", fault: { kind: "slow", beforeMs: 60, everyMs: 20 } }] };
    await withSimulator({ script }, async (simulator) => {
      const started = performance.now();
      const seen = await receive(simulator);
      assert.ok(performance.now() - started >= 120);
      assert.deepEqual(streamed(seen?.text ?? ""), streamed(plain?.text ?? ""));
    });
  });

  it("are charged where the model had answered", async () => {
    await withSimulator(turn({ kind: "close", at: 100 }), async (simulator) => {
      await receive(simulator);
      assert.equal(simulator.account().requests, 1);
    });
  });
});

describe("the simulator's faults in the stream", () => {
  it("half_event: the body ends within the event with the finish reason, or an earlier one", async () => {
    for (const [fault, failed] of [
      [{ kind: "half_event" }, false],
      [{ kind: "half_event", at: 400 }, false],
      [{ kind: "half_event", ending: "close" }, true],
    ] as const) {
      await withSimulator(turn(fault), async (simulator) => {
        const seen = await receive(simulator);
        const text = seen?.text ?? "";
        assert.equal(seen?.failed, failed);
        assert.ok(!text.endsWith("\n") && !text.includes('"finish_reason":"'));
        const last = text.split("\n\n").at(-1) ?? "";
        assert.match(last, /^data: \{/);
        assert.throws(() => JSON.parse(last.slice("data: ".length)));
        if (!("at" in fault)) assert.equal(streamed(text.slice(0, -last.length)).content, CONTENT);
      });
    }
    await withSimulator(turn({ kind: "half_event", ending: "hold" }), async (simulator) => {
      assert.equal((await receive(simulator, { ms: 200 }))?.failed, true);
    });
  });

  it("error_event: an error on a socket that stays open, closes or ends", async () => {
    const error = { code: "500", message: "Server Error", type: "" };
    await withSimulator(turn({ kind: "error_event" }), async (simulator) => {
      const seen = await receive(simulator, { ms: 300 });
      assert.equal(seen?.failed, true);
      const all = events(seen?.text ?? "");
      assert.deepEqual(all.at(-1), { error });
      assert.equal(all.filter((event) => "error" in Object(event)).length, 1);
      assert.ok(!seen?.text.includes('finish_reason":"'));
    });
    for (const [fault, failed, last] of [
      [{ hold: false, at: 1 }, true, { error }],
      [{ ending: "end", code: 421, message: "no" }, false, { error: { code: "421", message: "no", type: "" } }],
      [{ ending: "end", error: { message: "only this" } }, false, { error: { message: "only this" } }],
    ] as const) {
      await withSimulator(turn({ kind: "error_event", ...fault }), async (simulator) => {
        const seen = await receive(simulator);
        assert.deepEqual([seen?.failed, events(seen?.text ?? "").at(-1)], [failed, last]);
      });
    }
    await withSimulator(turn({ kind: "error_event", event: "error", ending: "end" }), async (simulator) => {
      assert.match((await receive(simulator))?.text ?? "", /\n\nevent: error\ndata: \{"error":/);
    });
  });

  it("malformed: an event that is not JSON between whole ones", async () => {
    await withSimulator(turn({ kind: "malformed" }), async (simulator) => {
      const text = (await receive(simulator))?.text ?? "";
      const frames = text.split("\n\n").filter((frame) => frame.startsWith("data: {"));
      const broken = frames.filter((frame) => !readable(frame.slice("data: ".length)));
      assert.deepEqual(broken, ['data: {"id":"broken","choices":[{"index":0,"delta":{"content":"so']);
      const place = frames.indexOf(broken[0] ?? "");
      assert.ok(place > 0 && place < frames.length - 2);
      assert.ok(text.includes('"finish_reason":"stop"') && text.endsWith("data: [DONE]\n\n"));
    });
  });

  it("empty: a stream of nothing", async () => {
    await withSimulator(turn({ kind: "empty" }), async (simulator) => {
      const seen = await receive(simulator);
      assert.deepEqual(
        [seen?.status, seen?.headers.get("content-type"), seen?.bytes, seen?.failed],
        [200, "text/event-stream; charset=utf-8", 0, false],
      );
    });
  });
});

describe("a fault with `times`", () => {
  const ANSWERED: ScriptInput = {
    turns: [{ content: "first", fault: { kind: "overload", times: 2 } }, { content: "second" }],
  };

  async function played(script: ScriptInput, requests: number): Promise<(number | string)[]> {
    return withSimulator({ script }, async (simulator) => {
      const seen: (number | string)[] = [];
      for (let i = 0; i < requests; i++) {
        const response = await post(simulator, request({ stream: false }));
        seen.push(response.status === 200 ? JSON.parse(response.text).choices[0].message.content : response.status);
      }
      return seen;
    });
  }

  it("keeps its turn until that is played", async () => {
    assert.deepEqual(await played(ANSWERED, 4), [503, 503, "first", "second"]);
  });

  it("that has nothing to say is over after its last failure", async () => {
    const script = { turns: [{ fault: { kind: "rate", times: 2 } }, { content: "then" }] };
    assert.deepEqual(await played(script, 3), [429, 429, "then"]);
  });

  it("fails a scene and `otherwise` so often in all", async () => {
    const scenes = [{ when: "hi", turns: [{ content: "hello", fault: { kind: "500", times: 1 } }] }];
    assert.deepEqual(await played({ scenes }, 3), [500, "hello", "hello"]);
    assert.deepEqual(await played({ otherwise: { content: "ok", fault: { kind: "burst", times: 2 } } }, 4), [
      402,
      402,
      "ok",
      "ok",
    ]);
  });

  it("without it uses the turn up", async () => {
    const script = { turns: [{ content: "first", fault: "server" }, { content: "second" }] };
    assert.deepEqual(await played(script, 2), [500, "second"]);
    assert.deepEqual(await played({ turns: [{ content: "first", fault: { kind: "server", times: 0 } }] }, 1), [
      "first",
    ]);
  });

  it("of the connection charges every answer that did not arrive", async () => {
    const script = { turns: [{ content: CONTENT, fault: { kind: "close", at: 10, times: 2 } }] };
    await withSimulator({ script, keep: true }, async (simulator) => {
      const seen = [await receive(simulator), await receive(simulator), await receive(simulator)];
      assert.deepEqual(
        seen.map((one) => one?.failed),
        [true, true, false],
      );
      assert.equal(streamed(seen[2]?.text ?? "").content, CONTENT);
      assert.equal(simulator.account().requests, 3);
      assert.deepEqual(
        simulator.requests.map(({ fault }) => fault),
        ["close", "close", undefined],
      );
    });
  });
});

describe("a fault's names", () => {
  it("may be written in other ways", async () => {
    for (const [fault, status] of [
      [429, 429],
      ["429", 429],
      [{ kind: "Rate-Limit" }, 429],
      [{ kind: "serverError" }, 500],
      [{ kind: "421 as 400" }, 400],
      [{ kind: "framed", status: 503 }, 503],
      [{ kind: "http-503" }, 503],
      ["status 402", 402],
      [504, 504],
    ] as const) {
      await withSimulator({ script: { turns: [{ fault }] } }, async (simulator) => {
        assert.equal((await post(simulator, request())).status, status);
      });
    }
    const script = { turns: [{ fault: { kind: "rate", retry_after: 7 } }] };
    await withSimulator({ script }, async (simulator) => {
      assert.equal((await receive(simulator))?.headers.get("retry-after"), "7");
    });
  });

  it("that do not exist are told before the first request, as are turns in which nothing could go wrong", async () => {
    const refused = (fault: { kind: string; [more: string]: unknown }) =>
      startSimulator({ script: { turns: [{ content: "x", fault }] } });
    await assert.rejects(refused({ kind: "explode" }), /no fault "explode"/);
    await assert.rejects(refused({ kind: "status", status: 7 }), /Fault "status"/);
    await assert.rejects(refused({ kind: "fragments", variant: "upside_down" }), /Fault "fragments"/);
    await assert.rejects(refused({ kind: "leak" }), /Fault "leak" needs a turn with calls/);
  });
});

/** Of a stream that does not end. */
async function firstBytes(url: string, count: number): Promise<string> {
  const leave = new AbortController();
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request()),
    signal: leave.signal,
  });
  let text = "";
  for await (const part of response.body ?? []) {
    text += Buffer.from(part).toString("utf8");
    if (text.length >= count) break;
  }
  leave.abort();
  return text;
}

function readable(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
