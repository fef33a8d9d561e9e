import { type FileHandle, open } from "node:fs/promises";
import { userText } from "../agent/context.ts";
import { Summarizer, type Summary } from "../sessions/summary.ts";

/** Files up to this size are read whole; of larger ones the beginning and the end, so that a list stays quick. */
const WHOLE_BYTES = 16 * 1024 * 1024;
const HEAD_BYTES = 512 * 1024;
const TAIL_BYTES = 128 * 1024;

const NEW_LINE = 0x0a;

export interface Scan {
  readonly summary: Summary;
  /** The middle of the file was not read: sums are of what was. */
  readonly partial: boolean;
}

/** A file's summary. Throws what the system says when it cannot be read. */
export async function scanSession(path: string): Promise<Scan> {
  const summarizer = new Summarizer();
  const { pieces, partial } = await readPieces(path);
  for (const piece of pieces) for (const line of lines(piece)) summarizer.line(line);
  return { summary: summarizer.summary, partial };
}

/** The words around the first place where the user or the model said `query`, letter case aside. */
export async function findInSession(path: string, query: string): Promise<string | undefined> {
  const wanted = query.toLowerCase();
  // As the words stand in the file: most lines are told apart without being parsed.
  const written = JSON.stringify(wanted).slice(1, -1);
  const { pieces } = await readPieces(path);
  for (const piece of pieces) {
    for (const line of lines(piece)) {
      if (!line.toLowerCase().includes(written)) continue;
      const text = saidIn(line);
      const at = text.toLowerCase().indexOf(wanted);
      if (at >= 0) return excerpt(text, at, query.length);
    }
  }
  return undefined;
}

const AROUND = 60;

function excerpt(text: string, at: number, length: number): string {
  const from = Math.max(0, at - AROUND);
  const to = Math.min(text.length, at + length + AROUND);
  const words = text.slice(from, to).replace(/\s+/g, " ").trim();
  return `${from > 0 ? "…" : ""}${words}${to < text.length ? "…" : ""}`;
}

/** The user's own words, or the model's answer; "" for anything else. */
function saidIn(line: string): string {
  try {
    const { type, message } = JSON.parse(line);
    if (type !== "message") return "";
    if (message.role === "user") return userText(message);
    return message.role === "assistant" && typeof message.content === "string" ? message.content : "";
  } catch {
    return "";
  }
}

async function readPieces(path: string): Promise<{ pieces: Buffer[]; partial: boolean }> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size <= WHOLE_BYTES) return { pieces: [await read(file, 0, size)], partial: false };
    const head = await read(file, 0, HEAD_BYTES);
    const tail = await read(file, size - TAIL_BYTES, TAIL_BYTES);
    return { pieces: [head, tail], partial: true };
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let at = 0;
  for (let got = 1; got > 0 && at < length; at += got) {
    ({ bytesRead: got } = await file.read(buffer, at, length - at, from + at));
  }
  return buffer.subarray(0, at);
}

function* lines(bytes: Buffer): Generator<string> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEW_LINE, from);
    const to = end < 0 ? bytes.length : end;
    yield bytes.toString("utf8", from, to);
    from = to + 1;
  }
}
