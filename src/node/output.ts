import { StringDecoder } from "node:string_decoder";
import { withoutBinary } from "./binaryOutput.ts";

/** What a command printed, for the model: the head and the tail of it, as plain text. */

const RAW_HALF = 256_000;
const HEAD_BYTES = 10_000;
const TAIL_BYTES = 20_000;

/** Collects output in bounded memory. */
export interface OutputBuffer {
  push(chunk: Buffer): void;
  /** Plain text, capped; what was left out is said in the middle. */
  text(): string;
}

export function createOutputBuffer(): OutputBuffer {
  const head: Buffer[] = [];
  let headBytes = 0;
  let tail: Buffer[] = [];
  let tailBytes = 0;
  let dropped = 0;
  let total = 0;
  return {
    push(chunk) {
      total += chunk.length;
      const room = RAW_HALF - headBytes;
      if (room > 0) {
        head.push(chunk.subarray(0, room));
        headBytes += Math.min(room, chunk.length);
      }
      if (chunk.length <= room) return;
      const rest = chunk.subarray(Math.max(0, room));
      tail.push(rest);
      tailBytes += rest.length;
      if (tailBytes <= RAW_HALF * 2) return;
      const all = Buffer.concat(tail);
      tail = [all.subarray(all.length - RAW_HALF)];
      dropped += all.length - RAW_HALF;
      tailBytes = RAW_HALF;
    },
    text() {
      if (dropped === 0) return capped(readable([...head, ...tail]));
      const start = readable(head);
      // The tail may begin inside a character or an escape: its first line is not to be trusted.
      const end = readable(tail);
      return join(headLines(start, HEAD_BYTES), tailLines(end, TAIL_BYTES), total);
    },
  };
}

function readable(chunks: readonly Buffer[]): string {
  const decoder = new StringDecoder("utf8");
  return plainText(withoutBinary(decoder.write(Buffer.concat(chunks)) + decoder.end()));
}

function capped(text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= HEAD_BYTES + TAIL_BYTES) return text;
  return join(headLines(text, HEAD_BYTES), tailLines(text, TAIL_BYTES), bytes);
}

function join(head: string, tail: string, total: number): string {
  const left = total - Buffer.byteLength(head) - Buffer.byteLength(tail);
  const words = `[… ${left} bytes left out; run it again with its output in a file or filtered to see them …]`;
  return `${head}${head.endsWith("\n") || head === "" ? "" : "\n"}${words}\n${tail}`;
}

/** Whole lines where a line end is near. */
function headLines(text: string, max: number): string {
  const cut = wholeCharacters(Buffer.from(text).subarray(0, max).toString("utf8"));
  const end = cut.lastIndexOf("\n") + 1;
  return end > cut.length / 2 ? cut.slice(0, end) : cut;
}

function tailLines(text: string, max: number): string {
  const bytes = Buffer.from(text);
  const cut = wholeCharacters(bytes.subarray(Math.max(0, bytes.length - max)).toString("utf8"));
  const start = cut.indexOf("\n") + 1;
  return start < cut.length / 2 ? cut.slice(start) : cut;
}

/** Drops what cutting between bytes made of the characters at the edges. */
function wholeCharacters(text: string): string {
  return text.replace(/^\uFFFD{1,3}|\uFFFD{1,3}$/g, "");
}

/** CSI, OSC and other strings (to their end or the line's), charset choices, single-character escapes. */
const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]+[0-~]?|[0-~]|$)|\x9b[0-?]*[ -/]*[@-~]/g;
const WHOLE_ESCAPE =
  /^\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\|\n)|[ -/]+[0-~]|[0-OQ-WYZ\\`-~])/;

/** Without escapes and control characters; of a line that was printed over again and again the last state. */
export function plainText(text: string): string {
  return text
    .replace(ESCAPES, "")
    .split("\n")
    .map(lastState)
    .join("\n")
    .replace(/[^\n]\x08/g, "")
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "");
}

function lastState(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end--;
  return line.slice(end === 0 ? 0 : line.lastIndexOf("\r", end - 1) + 1, end);
}

/** Output as it comes, for people: at most one piece each FLUSH_MS, bounded in size each time and in all. */
export interface LiveOutput {
  push(chunk: Buffer): void;
  end(): void;
}

const FLUSH_MS = 50;
const FLUSH_CHARACTERS = 16_000;
const LIVE_CHARACTERS = 1_000_000;

/** `most` is what a face is given in all, in characters. */
export function createLiveOutput(
  emit: (text: string) => void,
  { most = LIVE_CHARACTERS }: { readonly most?: number } = {},
): LiveOutput {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  let shown = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (rest: "more follows" | "last") => {
    timer = undefined;
    // An escape or a line end that is not whole yet waits for its rest.
    const held = rest === "last" ? 0 : heldAtEnd(pending);
    const ready = pending.slice(0, pending.length - held);
    pending = pending.slice(ready.length);
    const text = plainText(ready);
    if (text === "" || shown > most) return;
    shown += text.length;
    emit(text.length > FLUSH_CHARACTERS ? `[…]\n${text.slice(-FLUSH_CHARACTERS)}` : text);
    if (shown > most) emit("\n[…]\n");
  };
  return {
    push(chunk) {
      pending += decoder.write(chunk);
      if (pending.length > FLUSH_CHARACTERS * 4) pending = pending.slice(-FLUSH_CHARACTERS * 2);
      timer ??= setTimeout(() => flush("more follows"), FLUSH_MS);
    },
    end() {
      clearTimeout(timer);
      pending += decoder.end();
      flush("last");
    },
  };
}

/** How many bytes at the end make no whole character, escape or line end yet. */
export function heldBack(bytes: Buffer): number {
  const held = heldAtEnd(bytes.subarray(-MAX_ESCAPE).toString("latin1"));
  if (held > 0) return held;
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

const MAX_ESCAPE = 500;

function heldAtEnd(text: string): number {
  if (text.endsWith("\r")) return 1;
  const start = text.lastIndexOf("\x1b");
  const length = text.length - start;
  return start < 0 || length > MAX_ESCAPE || WHOLE_ESCAPE.test(text.slice(start)) ? 0 : length;
}
