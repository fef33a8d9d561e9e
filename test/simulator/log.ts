import { closeSync, openSync, writeSync } from "node:fs";
import type { Fidelity } from "./recall.ts";
import type { TokenUsage } from "./tokens.ts";

/** One line of the log. Headers are not in it, so no key can be. */
export interface LogEntry extends Fidelity {
  /** From 1. */
  readonly n: number;
  /** ISO 8601, UTC: when the request's headers had arrived. */
  readonly at: string;
  readonly path: string;
  readonly status: number;
  /** Milliseconds from the last byte of the answer before to this request; absent on the first. */
  readonly afterMs?: number;
  /** The kind of the scripted fault that this request met. */
  readonly fault?: string;
  /** Of requests that a model answered. */
  readonly usage?: TokenUsage;
  /** The request's body as it came. */
  readonly body: string;
}

export interface RequestLog {
  /** Kept in memory only when asked for: bodies of a long session add up to gigabytes. */
  readonly kept: readonly LogEntry[];
  add(entry: LogEntry): void;
  close(): void;
}

/** Lines are on disk when `add` returns: a killed simulator loses none. */
export function openLog(options: { readonly file: string | undefined; readonly keep: boolean }): RequestLog {
  const fd = options.file === undefined ? undefined : openSync(options.file, "a");
  const kept: LogEntry[] = [];
  return {
    kept,
    add(entry) {
      if (fd !== undefined) writeSync(fd, `${JSON.stringify(entry)}\n`);
      if (options.keep) kept.push(entry);
    },
    close() {
      if (fd !== undefined) closeSync(fd);
    },
  };
}
