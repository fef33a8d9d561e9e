import { createOutputBuffer, heldBack } from "./output.ts";

/** What was printed since the last time somebody took it, in bounded memory. */
export interface Unread {
  push(chunk: Buffer): void;
  readonly empty: boolean;
  /** Plain text, capped. Of what is still being printed, a character or escape that is not whole yet stays. */
  take(rest: "more follows" | "last"): string;
}

export function createUnread(): Unread {
  let buffer = createOutputBuffer();
  let begun: Buffer = Buffer.alloc(0);
  let bytes = 0;
  return {
    push(chunk) {
      const all = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
      const whole = all.length - heldBack(all);
      buffer.push(all.subarray(0, whole));
      bytes += whole;
      // A copy: a piece would keep the whole chunk in memory.
      begun = Buffer.from(all.subarray(whole));
    },
    get empty() {
      return bytes === 0;
    },
    take(rest) {
      if (rest === "last") buffer.push(begun);
      const text = buffer.text();
      buffer = createOutputBuffer();
      if (rest === "last") begun = Buffer.alloc(0);
      bytes = 0;
      return text;
    },
  };
}
