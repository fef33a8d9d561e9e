import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorBody } from "./refusal.ts";

export type Step =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | Pause
  /** Says nothing but comments, one every so often, for so long or until the client leaves. */
  | { readonly kind: "comments"; readonly everyMs: number; readonly forMs: number | undefined };

export type Pause =
  | { readonly kind: "wait"; readonly ms: number }
  /** Says nothing more and keeps the connection open until the client leaves. */
  | { readonly kind: "hold" }
  /** Closes the socket where it is. */
  | { readonly kind: "close" };

/** What goes out for one request. Faults turn one reply into another. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What happens before the headers are sent. */
  readonly opening?: Pause;
  readonly steps: readonly Step[];
}

export const COMMENT = ": PROCESSING\n\n";

export function jsonReply(status: number, value: unknown): Reply {
  return textReply(status, "application/json", JSON.stringify(value));
}

export function textReply(status: number, type: string, text: string): Reply {
  return { status, headers: { "content-type": type }, steps: [bytesStep(text)] };
}

export function errorReply(
  status: number,
  body: ErrorBody | Readonly<Record<string, unknown>>,
  options: { readonly framed: boolean; readonly headers?: Readonly<Record<string, string>> },
): Reply {
  const json = JSON.stringify(body);
  const reply = textReply(status, "application/json", options.framed ? `data:${json}` : json);
  return { ...reply, headers: { ...reply.headers, ...options.headers } };
}

export function streamReply(frames: readonly string[], paceMs: number): Reply {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
    steps: frames.flatMap((frame): Step[] =>
      paceMs > 0 ? [{ kind: "wait", ms: paceMs }, bytesStep(frame)] : [bytesStep(frame)],
    ),
  };
}

export function bytesStep(text: string): Step {
  return { kind: "bytes", bytes: Buffer.from(text, "utf8") };
}

export function isStream(reply: Reply): boolean {
  return /^text\/event-stream\b/.test(reply.headers["content-type"] ?? "");
}

/** Sends it. Resolves when the last byte was handed over or the client has left. */
export async function sendReply(reply: Reply, response: ServerResponse): Promise<void> {
  const left = new AbortController();
  response.once("close", () => left.abort());
  if (reply.opening) await perform(reply.opening, response, left.signal);
  if (left.signal.aborted) return;
  response.writeHead(reply.status, reply.headers);
  response.flushHeaders();
  for (const step of reply.steps) {
    await perform(step, response, left.signal);
    if (left.signal.aborted) return;
  }
  await new Promise<void>((done) => {
    response.end(done);
    left.signal.addEventListener("abort", () => done(), { once: true });
  });
}

/** `left` has fired by the end of a step after which nothing follows. */
async function perform(step: Step, response: ServerResponse, left: AbortSignal): Promise<void> {
  switch (step.kind) {
    case "bytes":
      if (!response.write(step.bytes)) await drained(response, left);
      return;
    case "wait":
      await waited(step.ms, left);
      return;
    case "hold":
      await gone(left);
      return;
    case "comments":
      await comment(step, response, left);
      return;
    case "close":
      // Whoever resets at once can take back bytes that the client has not read yet.
      if (response.headersSent) await new Promise<void>((done) => response.write("", () => done()));
      await sleep(5);
      response.socket?.destroy();
      await gone(left);
      return;
  }
}

async function comment(
  { everyMs, forMs }: Extract<Step, { kind: "comments" }>,
  response: ServerResponse,
  left: AbortSignal,
): Promise<void> {
  let lasted = 0;
  while (!left.aborted && (forMs === undefined || lasted < forMs)) {
    if (!response.write(COMMENT)) await drained(response, left);
    const pause = forMs === undefined ? everyMs : Math.min(everyMs, forMs - lasted);
    await waited(pause, left);
    lasted += pause;
  }
}

async function waited(ms: number, left: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: left }).catch(() => {});
}

function drained(response: ServerResponse, left: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const settle = () => {
      response.off("drain", settle);
      left.removeEventListener("abort", settle);
      done();
    };
    response.on("drain", settle);
    left.addEventListener("abort", settle);
    if (left.aborted) settle();
  });
}

function gone(left: AbortSignal): Promise<void> {
  return left.aborted
    ? Promise.resolve()
    : new Promise((done) => left.addEventListener("abort", () => done(), { once: true }));
}
