import { BINARY_NOTE, withoutBinary } from "./binaryOutput.ts";
import { createUtf16Reader, decodeOutput } from "./outputDecoding.ts";
import { heldBack, plainText } from "./outputText.ts";

/** Printed bytes made into plain text while they come, in bounded memory: whole lines wherever there are some. */
export interface OutputCleaner {
  push(chunk: Buffer): void;
  /** Gives out also the line that has no end yet; "more follows" keeps what is half a character or escape. */
  flush(rest: "more follows" | "last"): void;
}

/** A line longer than this is given out in parts. */
const MAX_LINE = 256_000;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export function createOutputCleaner(emit: (text: string) => void, local?: string): OutputCleaner {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  /** What was given out last. */
  let after: After = "text";
  const utf8 = createUtf16Reader();
  const give = (bytes: Buffer) => {
    if (bytes.length === 0) return;
    const text = decodeOutput(bytes, local);
    // Binary data that comes in several pieces is one.
    const joined = plainText(
      after === "text" ? withoutBinary(text) : withoutBinary(`${BINARY}\n${text}`).slice(after.length),
    );
    after = endOf(joined, after);
    if (joined !== "") emit(joined);
  };
  const keep = (bytes: Buffer) => {
    // A copy: a piece would keep the whole chunk in memory.
    pending = bytes.length === 0 ? [] : [Buffer.from(bytes)];
    pendingBytes = bytes.length;
  };
  return {
    push(raw) {
      const chunk = utf8(raw);
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      if (end > 0) {
        const whole =
          pending.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...pending, chunk.subarray(0, end)]);
        give(whole);
        keep(chunk.subarray(end));
      } else {
        pending.push(Buffer.from(chunk));
        pendingBytes += chunk.length;
      }
      if (pendingBytes <= MAX_LINE) return;
      const line = Buffer.concat(pending);
      // Progress that is printed over and over: what was printed over is gone.
      const from = line.lastIndexOf(RETURN, line.length - 2) + 1;
      if (from > 0) return keep(line.subarray(from));
      const held = heldBack(line);
      give(line.subarray(0, line.length - held));
      keep(line.subarray(line.length - held));
    },
    flush(rest) {
      const line = Buffer.concat(pending);
      const held = rest === "last" ? 0 : heldBack(line);
      give(line.subarray(0, line.length - held));
      keep(line.subarray(line.length - held));
    },
  };
}

type After = "text" | typeof BINARY_NOTE | `${typeof BINARY_NOTE}\n`;

/** A line that counts as no text. */
const BINARY = "\0".repeat(8);

function endOf(text: string, before: After): After {
  if (text === "") return before;
  if (text.endsWith(BINARY_NOTE)) return BINARY_NOTE;
  return text.endsWith(`${BINARY_NOTE}\n`) ? `${BINARY_NOTE}\n` : "text";
}
