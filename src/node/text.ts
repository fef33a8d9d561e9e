import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { ToolError } from "../agent/errors.ts";
import type { TextFile } from "../agent/ports.ts";

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Names exact bytes. */
export function versionOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
}

/** Throws ToolError for what is not UTF-8 text, naming what it is. `shown` is for its words. */
export function decodeText(bytes: Buffer, shown: string): TextFile {
  const other = notText(bytes);
  if (other)
    throw new ToolError(`${shown} is ${other}, ${bytes.length} bytes; only UTF-8 text can be read and written.`);
  const text = bytes.subarray(hasBom(bytes) ? BOM.length : 0).toString("utf8");
  return { text, version: versionOf(bytes), bytes: bytes.length };
}

/** UTF-8, with a BOM when the file that it replaces had one. */
export function encodeText(text: string, replaced: Buffer | undefined): Buffer {
  if (/\p{Surrogate}/u.test(text)) throw new ToolError("The text holds half a surrogate pair, which is no character.");
  const body = Buffer.from(text, "utf8");
  return replaced && hasBom(replaced) ? Buffer.concat([BOM, body]) : body;
}

function hasBom(bytes: Buffer): boolean {
  return bytes.subarray(0, BOM.length).equals(BOM);
}

/** What the bytes are when they are not UTF-8 text. */
export function notText(bytes: Buffer): string | undefined {
  const utf16 = utf16Of(bytes);
  if (utf16) return `UTF-16 ${utf16} text`;
  if (bytes.subarray(0, 65_536).includes(0)) return `a binary file${formatOf(bytes)}`;
  if (isUtf8(bytes)) return undefined;
  const format = formatOf(bytes);
  return format ? `a binary file${format}` : "text in another encoding than UTF-8, or binary";
}

/** By its BOM, or because every other byte of a beginning that looks like text is NUL. */
export function utf16Of(bytes: Buffer): "LE" | "BE" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "LE";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "BE";
  const sample = bytes.subarray(0, 256);
  if (sample.length < 8) return undefined;
  const nulls = [0, 0];
  for (const [i, byte] of sample.entries()) if (byte === 0) nulls[i % 2] = (nulls[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nulls;
  const half = sample.length / 2;
  if (odd > half * 0.7 && even === 0) return "LE";
  return even > half * 0.7 && odd === 0 ? "BE" : undefined;
}

const FORMATS: readonly (readonly [string, string])[] = [
  ["89504e47", "PNG image"],
  ["ffd8ff", "JPEG image"],
  ["47494638", "GIF image"],
  ["25504446", "PDF"],
  ["504b0304", "zip archive"],
  ["1f8b", "gzip archive"],
  ["7f454c46", "ELF program"],
  ["4d5a", "Windows program"],
  ["0061736d", "WebAssembly"],
  ["53514c697465", "SQLite database"],
];

function formatOf(bytes: Buffer): string {
  const start = bytes.subarray(0, 8).toString("hex");
  const format = FORMATS.find(([magic]) => start.startsWith(magic));
  return format ? ` (${format[1]})` : "";
}
