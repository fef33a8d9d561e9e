import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { AgentError } from "../../../src/agent/errors.ts";
import type { ChatChunk } from "../../../src/agent/ports.ts";
import { createMimoModel } from "../../../src/mimo/client.ts";
import { FakeTimers, settled } from "./fakeTimers.ts";
import { REQUEST, SIMULATED } from "./streams.ts";

const FRAME = 'data: {"choices":[{"delta":{"content":"a"},"finish_reason":null}]}\n\n';
const END = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n';

/** The client on a clock that moves by hand and a server that sends by hand. */
function play(options: { readonly idleMs?: number; readonly commentIdleMs?: number; readonly headers?: "held" } = {}) {
  const { headers, ...patience } = options;
  const timers = new FakeTimers();
  const stop = new AbortController();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let aborted = false;
  const body = new ReadableStream<Uint8Array>({
    start: (own) => {
      controller = own;
    },
  });
  const respond = (_: unknown, init?: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      init?.signal?.addEventListener("abort", () => {
        aborted = true;
        reject(init.signal?.reason);
      });
      if (headers !== "held") resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    });
  const model = createMimoModel({
    endpoint: SIMULATED,
    key: async () => undefined,
    fetch: respond as typeof fetch,
    timers,
    ...patience,
  });
  const answer = model.stream(REQUEST, { signal: stop.signal })[Symbol.asyncIterator]();
  const chunks: ChatChunk[] = [];
  let outcome = "open";
  const read = async (): Promise<void> => {
    try {
      for (;;) {
        const next = await answer.next();
        if (next.done) {
          outcome = "end";
          return;
        }
        chunks.push(next.value);
      }
    } catch (error) {
      outcome = error instanceof AgentError ? `${error.reason}: ${error.message}` : String((error as Error).name);
    }
  };
  return {
    timers,
    stop,
    answer,
    chunks,
    read: () => void read(),
    outcome: () => outcome,
    aborted: () => aborted,
    send: async (text: string) => {
      controller?.enqueue(Buffer.from(text));
      await settled();
    },
    close: async () => {
      controller?.close();
      await settled();
    },
  };
}

describe("watchdog", () => {
  it("gives up on headers that do not come", async () => {
    const { timers, read, outcome, aborted } = play({ headers: "held" });
    read();
    await settled();
    await timers.advance(89_999);
    assert.deepEqual([outcome(), aborted()], ["open", false]);
    await timers.advance(1);
    assert.deepEqual([outcome(), aborted()], ["stalled: The platform sent nothing for 90 s.", true]);
    assert.equal(timers.pending, 0);
  });

  it("counts from the last frame, and half a frame is none", async () => {
    const { timers, read, outcome, send, aborted } = play();
    read();
    await settled();
    for (let frame = 0; frame < 5; frame++) {
      await timers.advance(89_000);
      await send(FRAME);
    }
    assert.equal(outcome(), "open");
    await timers.advance(60_000);
    await send(FRAME.slice(0, 40));
    await timers.advance(29_999);
    assert.equal(outcome(), "open");
    await timers.advance(1);
    assert.deepEqual([outcome(), aborted()], ["stalled: The platform sent nothing for 90 s.", true]);
    assert.equal(timers.pending, 0);
  });

  it("lets comments extend it, until 300 s after the last data", async () => {
    const { timers, read, outcome, send } = play();
    read();
    await settled();
    await send(FRAME);
    for (let at = 0; at < 290; at += 29) {
      await timers.advance(29_000);
      await send(": PROCESSING\n\n");
    }
    assert.equal(outcome(), "open");
    await timers.advance(9_999);
    assert.equal(outcome(), "open");
    await timers.advance(1);
    assert.equal(outcome(), "stalled: The platform sent nothing for 300 s.");
  });

  it("takes the time it is given, and never less for comments than for nothing", async () => {
    const { timers, read, outcome, send } = play({ idleMs: 600_000 });
    read();
    await settled();
    await timers.advance(400_000);
    await send(":\n");
    await timers.advance(199_999);
    assert.equal(outcome(), "open");
    await timers.advance(1);
    assert.equal(outcome(), "stalled: The platform sent nothing for 600 s.");
  });

  it("never takes a reader's pause for the server's", async () => {
    const { timers, answer, send, close } = play();
    const first = answer.next();
    await settled();
    await send(FRAME);
    assert.equal((await first).done, false);
    assert.equal(timers.pending, 0);
    await timers.advance(3_600_000);
    await send(FRAME + END);
    await close();
    assert.deepEqual([(await answer.next()).done, (await answer.next()).done], [false, false]);
    assert.equal((await answer.next()).done, true);
    assert.equal(timers.pending, 0);
  });

  it("looks at what came while the machine slept before it judges", async () => {
    const { timers, read, outcome, send, chunks } = play();
    read();
    await settled();
    await timers.sleep(7_200_000);
    assert.equal(outcome(), "open");
    await send(FRAME);
    assert.deepEqual([outcome(), chunks.length], ["open", 1]);
    await timers.sleep(7_200_000);
    await timers.advance(1_000);
    assert.equal(outcome(), "stalled: The platform sent nothing for 90 s.");
  });

  it("does not wait long for what follows a complete answer, and takes it as it is", async () => {
    const { timers, read, outcome, send, aborted } = play();
    read();
    await settled();
    await send(FRAME + END);
    await timers.advance(14_999);
    assert.equal(outcome(), "open");
    await timers.advance(1);
    assert.deepEqual([outcome(), aborted(), timers.pending], ["end", true, 0]);
  });

  it("ends at once on the signal and leaves no timer", async () => {
    for (const headers of ["held", undefined] as const) {
      const { timers, stop, read, outcome, aborted } = play(headers ? { headers } : {});
      read();
      await settled();
      stop.abort();
      await settled();
      assert.deepEqual([outcome(), aborted(), timers.pending], ["StoppedError", true, 0]);
    }
  });

  it("leaves nothing behind when the reader goes away", async () => {
    const { timers, answer, send, aborted } = play();
    const first = answer.next();
    await settled();
    await send(FRAME);
    await first;
    await answer.return?.();
    assert.deepEqual([aborted(), timers.pending], [true, 0]);
  });
});
