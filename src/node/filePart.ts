import type { FileHandle } from "node:fs/promises";
import type { FilePart, TextFile } from "../agent/ports.ts";
import { decodeExactly, decodeLossy, markOf } from "./encodings.ts";
import { notReadable, recognise } from "./text.ts";

export interface LineRange {
  /** From 1. */
  readonly start: number;
  readonly end: number;
  /** As UTF-8. */
  readonly maxBytes: number;
}

/** Lines of a text that is there as a whole. */
export function partOf({ text, version, encoding }: TextFile, range: LineRange): FilePart {
  let lines = 0;
  let from = text.length;
  let to = text.length;
  for (let at = 0; at < text.length; lines++) {
    if (lines === range.start - 1) from = at;
    if (lines === range.end) to = at;
    const feed = text.indexOf("\n", at);
    at = feed < 0 ? text.length : feed + 1;
  }
  const fitted = fit(text.slice(from, Math.max(from, to)), range.maxBytes);
  return { ...located(fitted, range.start), lines, version, encoding };
}

interface Fitted {
  readonly text: string;
  readonly lines: number;
  readonly cut: boolean;
}

function located({ text, lines, cut }: Fitted, from: number): Pick<FilePart, "text" | "from" | "to" | "cut"> {
  return { text, from, to: from - 1 + lines, cut };
}

/** As many whole lines as have room; of a first line that has not, the beginning. */
function fit(text: string, maxBytes: number): Fitted {
  let lines = 0;
  let end = 0;
  let room = maxBytes;
  while (end < text.length) {
    const feed = text.indexOf("\n", end);
    const next = feed < 0 ? text.length : feed + 1;
    room -= Buffer.byteLength(text.slice(end, next));
    if (room < 0) break;
    end = next;
    lines++;
  }
  if (end > 0 || text === "") return { text: text.slice(0, end), lines, cut: false };
  return { text: headOf(text, maxBytes), lines: 1, cut: true };
}

function headOf(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text.slice(0, maxBytes)).subarray(0, maxBytes);
  // A decoder that waits for more keeps the beginning of a character to itself.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true });
}

const CHUNK_BYTES = 1 << 18;
const SAMPLE_BYTES = 1 << 16;
/** Files up to this size are read to their end to count their lines; that takes about a tenth of a second. */
const COUNTED_BYTES = 200_000_000;

export interface LargeFile {
  readonly shown: string;
  readonly size: number;
  /** Stands for the content as long as it is not read as a whole. */
  readonly version: string;
  readonly hint: string | undefined;
  /** "any": whatever a command printed. Else ToolError says what the file is. */
  readonly accept: "text" | "any";
}

/** Lines of a file that is too large to be held. What is no text in its middle is shown as U+FFFD. */
export async function readLargePart(
  file: FileHandle,
  large: LargeFile,
  range: LineRange,
  signal: AbortSignal,
): Promise<FilePart> {
  const sampled = large.accept === "any" ? "utf8" : await encodingOf(file, large);
  const { bytes, whole, lines } = await scan(file, { ...range, encoding: sampled, size: large.size }, signal);
  const encoding = sampled === "utf8" && large.accept === "text" ? sliceEncoding(bytes, large.hint) : sampled;
  const mark = range.start === 1 ? markOf(encoding).length : 0;
  const decoded = decodeLossy(bytes.subarray(mark), encoding);
  const feed = decoded.lastIndexOf("\n") + 1;
  // A slice that ends anywhere may end inside a line, and inside a character.
  const text = whole ? decoded : feed > 0 ? decoded.slice(0, feed) : decoded.replace(/[\ufffd\ud800-\udbff]+$/, "");
  const fitted = fit(text, range.maxBytes);
  const cut = fitted.cut || (!whole && feed === 0 && text !== "");
  return { ...located({ ...fitted, cut }, range.start), lines, version: large.version, encoding };
}

async function encodingOf(file: FileHandle, { shown, size, hint }: LargeFile): Promise<string> {
  const buffer = Buffer.alloc(SAMPLE_BYTES);
  const { bytesRead } = await file.read(buffer, 0, SAMPLE_BYTES, 0);
  const sample = buffer.subarray(0, bytesRead);
  const feed = sample.lastIndexOf(0x0a) + 1;
  // The sample may end inside a character, and at its last line feed it does not; in UTF-16 it has whole units only.
  const problems = new Set<string>();
  for (const length of [
    feed || sample.length,
    sample.length,
    sample.length - 1,
    sample.length - 2,
    sample.length - 3,
  ]) {
    const found = recognise(sample.subarray(0, length), hint);
    if (!("problem" in found)) return found.encoding;
    problems.add(found.problem);
  }
  const [first = ""] = problems;
  throw notReadable(shown, first, size);
}

/** The beginning of the file may have been plain ASCII, and the lines that were asked for something else. */
function sliceEncoding(bytes: Buffer, hint: string | undefined): string {
  if (decodeExactly(bytes, "utf8") !== undefined) return "utf8";
  const lines = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1 || bytes.length);
  const found = recognise(lines, hint);
  return "problem" in found ? "utf8" : found.encoding;
}

interface Scan {
  readonly bytes: Buffer;
  /** All lines that were asked for are there. */
  readonly whole: boolean;
  readonly lines: number | undefined;
}

async function scan(
  file: FileHandle,
  { start, end, maxBytes, encoding, size }: LineRange & { readonly encoding: string; readonly size: number },
  signal: AbortSignal,
): Promise<Scan> {
  const feeds = feedFinder(encoding);
  const kept: Buffer[] = [];
  // UTF-16 has two bytes where UTF-8 has one.
  let room = maxBytes * 2 + 4;
  let whole = true;
  let line = 1;
  let last = 0;
  let endsInFeed = true;
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; ; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    let from = line >= start ? 0 : -1;
    let to = line > end ? 0 : bytesRead;
    last = -1;
    for (let feed = feeds(chunk, 0); feed >= 0; feed = feeds(chunk, feed)) {
      line++;
      last = feed;
      if (line === start) from = feed;
      if (line === end + 1) to = feed;
    }
    endsInFeed = last === bytesRead;
    if (from >= 0 && to > from) {
      const piece = chunk.subarray(from, Math.min(to, from + Math.max(0, room)));
      whole &&= piece.length === to - from;
      room -= piece.length;
      kept.push(Buffer.from(piece));
    }
    at += bytesRead;
    if ((line > end || !whole) && size > COUNTED_BYTES) return { bytes: Buffer.concat(kept), whole, lines: undefined };
  }
  return { bytes: Buffer.concat(kept), whole, lines: line - (endsInFeed ? 1 : 0) };
}

/** Where the line after the next line feed begins, seen from `at`; -1 when there is none. In the encodings of one and
 * of several bytes, no character holds a byte 0x0A; in UTF-16 the pair has to stand at an even place. */
function feedFinder(encoding: string): (chunk: Buffer, at: number) => number {
  if (!encoding.startsWith("utf16")) {
    return (chunk, at) => {
      const feed = chunk.indexOf(0x0a, at);
      return feed < 0 ? -1 : feed + 1;
    };
  }
  const [first, second] = encoding.startsWith("utf16le") ? [0x0a, 0] : [0, 0x0a];
  return (chunk, at) => {
    for (let i = at; i + 1 < chunk.length; i += 2) if (chunk[i] === first && chunk[i + 1] === second) return i + 2;
    return -1;
  };
}
