import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorBody } from "./refusal.ts";

export type Step =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "wait"; readonly ms: number }
  /** Says nothing more and keeps the connection open until the client leaves. */
  | { readonly kind: "hold" }
  /** Closes the socket in the middle of the body. */
  | { readonly kind: "close" };

/** What goes out for one request. Faults turn one reply into another. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export function jsonReply(status: number, value: unknown): Reply {
  return textReply(status, "application/json", JSON.stringify(value));
}

export function textReply(status: number, type: string, text: string): Reply {
  return { status, headers: { "content-type": type }, steps: [{ kind: "bytes", bytes: Buffer.from(text, "utf8") }] };
}

export function errorReply(status: number, body: ErrorBody, options: { readonly framed: boolean }): Reply {
  const json = JSON.stringify(body);
  return textReply(status, "application/json", options.framed ? `data:${json}` : json);
}

export function streamReply(frames: readonly string[], paceMs: number): Reply {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
    steps: frames.flatMap((frame): Step[] => {
      const bytes: Step = { kind: "bytes", bytes: Buffer.from(frame, "utf8") };
      return paceMs > 0 ? [{ kind: "wait", ms: paceMs }, bytes] : [bytes];
    }),
  };
}

/** Sends it. Resolves when the last byte was handed over or the client has left. */
export async function sendReply(reply: Reply, response: ServerResponse): Promise<void> {
  const left = new AbortController();
  response.once("close", () => left.abort());
  response.writeHead(reply.status, reply.headers);
  response.flushHeaders();
  for (const step of reply.steps) {
    if (left.signal.aborted) return;
    switch (step.kind) {
      case "bytes":
        if (!response.write(step.bytes)) await drained(response, left.signal);
        break;
      case "wait":
        await sleep(step.ms, undefined, { signal: left.signal }).catch(() => {});
        break;
      case "hold":
        await gone(left.signal);
        return;
      case "close":
        // Whoever resets at once can take back bytes that the client has not read yet.
        await new Promise<void>((done) => response.write("", () => done()));
        await sleep(5);
        response.socket?.destroy();
        return;
    }
  }
  await new Promise<void>((done) => {
    response.end(done);
    left.signal.addEventListener("abort", () => done(), { once: true });
  });
}

function drained(response: ServerResponse, left: AbortSignal): Promise<void> {
  return new Promise((done) => {
    response.once("drain", done);
    left.addEventListener("abort", () => done(), { once: true });
  });
}

function gone(left: AbortSignal): Promise<void> {
  return left.aborted
    ? Promise.resolve()
    : new Promise((done) => left.addEventListener("abort", () => done(), { once: true }));
}
