import { isAscii, isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { ToolError } from "../agent/errors.ts";
import type { TextFile } from "../agent/ports.ts";
import { binaryFormat } from "./binaryFormat.ts";
import { guessEncodings } from "./encodingGuess.ts";
import {
  decodeExactly,
  decodeLossy,
  encodeExactly,
  encodingByMark,
  isUnicode,
  isWhole,
  markOf,
  wordsFor,
} from "./encodings.ts";

/** Names a text. Not its bytes: an editor that saves it in between, or another byte order mark, is no change of it. */
export function versionOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/**
 * Text in an encoding that gives the same bytes back. `hint` is what the editor takes such files for: it wins over what
 * the bytes look like, but not over a mark or over what can be nothing but UTF-8. Throws ToolError for what is not text,
 * naming what it is. `shown` is for its words.
 */
export function decodeText(bytes: Buffer, shown: string, hint?: string): TextFile {
  const found = recognise(bytes, hint);
  if ("problem" in found) {
    throw notReadable(shown, found.problem, bytes.length);
  }
  return { ...found, version: versionOf(found.text), bytes: bytes.length };
}

export function notReadable(shown: string, problem: string, bytes: number): ToolError {
  return new ToolError(`${shown} is ${problem}, ${bytes} bytes; only text can be read and edited.`);
}

/** Exactly this text, with the encoding's mark. Throws ToolError that names what it has no bytes for. */
export function encodeText(text: string, encoding: string, shown = "The file"): Buffer {
  if (!isWhole(text)) throw halfCharacter(text, shown);
  const bytes = encodeExactly(text, encoding);
  if (bytes) return bytes;
  const name = wordsFor(encoding);
  const lacking = charactersLacking(text, encoding);
  const what = lacking.length > 0 ? lacking.join(", ") : "this sequence of characters";
  throw new ToolError(
    `${shown} is ${name}; it has no bytes for ${what}. Nothing was written. Use only characters that ${name} has, or ask the user to convert the file to UTF-8.`,
  );
}

function halfCharacter(text: string, shown: string): ToolError {
  const at = text.search(/\p{Surrogate}/u);
  const line = text.slice(0, at).split("\n").length;
  const code = text.charCodeAt(at).toString(16).toUpperCase();
  return new ToolError(
    `${shown} would hold half of a character (U+${code}, one of a surrogate pair) at line ${line}. Nothing was written. Write the whole character, in JSON as itself or as both \\u escapes, or leave it out; do not cut one in two.`,
  );
}

const MOST_NAMED = 5;

function charactersLacking(text: string, encoding: string): string[] {
  const judged = new Set<string>();
  const lacking: string[] = [];
  let line = 1;
  for (const character of text) {
    if (character === "\n") line++;
    if (character < "\x80" || judged.has(character)) continue;
    judged.add(character);
    if (encodeExactly(character, encoding)) continue;
    if (lacking.length === MOST_NAMED) return [...lacking, "…"];
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
    lacking.push(`U+${code} (${character}) at line ${line}`);
  }
  return lacking;
}

export type Recognised = { readonly text: string; readonly encoding: string } | { readonly problem: string };

/** The text and its encoding, or what it is when it is no text. */
export function recognise(bytes: Buffer, hint: string | undefined): Recognised {
  const mark = encodingByMark(bytes);
  if (mark === "utf32") return { problem: "UTF-32 text" };
  if (mark) {
    const text = decodeExactly(bytes, mark);
    if (text !== undefined) return { text, encoding: mark };
    return { problem: `${wordsFor(mark)} by its mark, with bytes that are no characters${placeOf(bytes, mark)}` };
  }
  if (bytes.subarray(0, 65_536).includes(0)) return unmarkedUtf16(bytes, hint) ?? binary(bytes);
  const legacy = hint !== undefined && !isUnicode(hint) ? hint : undefined;
  if (isUtf8(bytes)) return utf8Or(legacy, bytes);
  if (hasControls(bytes)) return binary(bytes);
  const asked = legacy && decodeExactly(bytes, legacy);
  if (legacy && asked !== undefined) return { text: asked, encoding: legacy };
  if (binaryFormat(bytes.subarray(0, 16)) && !isAscii(bytes.subarray(0, 4))) return binary(bytes);
  const damaged = damagedUtf8(bytes);
  if (damaged) return { problem: damaged };
  const guesses = guessEncodings(bytes);
  for (const encoding of guesses) {
    const text = decodeExactly(bytes, encoding);
    if (text !== undefined) return { text, encoding };
  }
  const [likely] = guesses;
  if (likely === undefined) return { problem: "text in an unknown encoding, or binary" };
  return {
    problem: `most likely ${wordsFor(likely)} text, with bytes that are no characters${placeOf(bytes, likely)}`,
  };
}

/** ASCII is what the editor takes it for, so that what is added is written alike. Three bytes that are one character of
 * UTF-8 are hardly ever anything else. */
function utf8Or(legacy: string | undefined, bytes: Buffer): Recognised {
  const text = bytes.toString("utf8");
  if (legacy && !/[\u0800-\u{10ffff}]/u.test(text)) {
    const other = decodeExactly(bytes, legacy);
    if (other !== undefined && (!isAscii(bytes) || other === text)) return { text: other, encoding: legacy };
  }
  return { text, encoding: "utf8" };
}

function binary(bytes: Buffer): Recognised {
  const format = binaryFormat(bytes);
  return { problem: format ? `a binary file (${format})` : "a binary file" };
}

/** What no text file holds, but for a tab, line ends, form feeds, escapes and the end mark of DOS. */
function hasControls(bytes: Buffer): boolean {
  const last = bytes.length - 1;
  return bytes.some((byte, at) => byte < 0x20 && !isLayout(byte) && !(byte === 0x1a && at === last));
}

function isLayout(byte: number): boolean {
  return (byte >= 0x08 && byte <= 0x0d) || byte === 0x1b;
}

/** Most of it is UTF-8: a file that was cut or damaged, which every other encoding would make nonsense of. */
function damagedUtf8(bytes: Buffer): string | undefined {
  const sample = bytes.subarray(0, 1_000_000);
  const text = sample.toString("utf8");
  const good = (text.match(/[\u0080-\ufffc\u{10000}-\u{10ffff}]/gu) ?? []).join("");
  const kept = Buffer.byteLength(good);
  const high = sample.reduce((n, byte) => n + (byte >= 0x80 ? 1 : 0), 0);
  if (kept < 3 || kept < high * 0.7) return undefined;
  return `UTF-8 text with bytes that are no characters${placeOf(bytes, "utf8")}`;
}

function placeOf(bytes: Buffer, encoding: string): string {
  const text = decodeLossy(bytes.subarray(markOf(encoding).length), encoding);
  const at = text.search(/[\ufffd\p{Surrogate}]/u);
  return at < 0 ? "" : ` (line ${text.slice(0, at).split("\n").length})`;
}

const UNMARKED = ["utf16le-nobom", "utf16be-nobom"] as const;

/** Where it is certain: read one way it is text, read the other way it is none. */
function unmarkedUtf16(bytes: Buffer, hint: string | undefined): Recognised | undefined {
  const asked = UNMARKED.find((encoding) => hint !== undefined && encoding.startsWith(hint));
  const read = UNMARKED.map((encoding) => ({ encoding, text: decodeExactly(bytes, encoding) }));
  const likely = read.filter(({ text }) => text !== undefined && looksWritten(text));
  const [only, second] = likely;
  const chosen = second ? likely.find(({ encoding }) => encoding === asked) : only;
  return chosen?.text === undefined ? undefined : { text: chosen.text, encoding: chosen.encoding };
}

/** No control characters, nothing unassigned, and at least an eighth of it ASCII, as in code and most prose. */
function looksWritten(text: string): boolean {
  const sample = text.slice(0, 65_536);
  if (sample.length < 4 || /[\0-\x07\x0e-\x1a\x1c-\x1f]|\p{Cn}|\p{Co}/u.test(sample)) return false;
  const ascii = sample.match(/[\t-\r -~]/g)?.length ?? 0;
  return ascii * 8 >= sample.length;
}

/** What the bytes are when they are not UTF-8 text. */
export function notText(bytes: Buffer): string | undefined {
  const utf16 = utf16Of(bytes);
  if (utf16) return `UTF-16 ${utf16} text`;
  if (bytes.subarray(0, 65_536).includes(0)) return formatWords(bytes) ?? "a binary file";
  if (isUtf8(bytes)) return undefined;
  return formatWords(bytes) ?? "text in another encoding than UTF-8, or binary";
}

function formatWords(bytes: Buffer): string | undefined {
  const format = binaryFormat(bytes);
  return format && `a binary file (${format})`;
}

/** By its mark, or because it can be nothing else. */
export function utf16Of(bytes: Buffer): "LE" | "BE" | undefined {
  const mark = encodingByMark(bytes);
  if (mark === "utf16le" || mark === "utf16be") return mark === "utf16le" ? "LE" : "BE";
  if (mark || !bytes.subarray(0, 256).includes(0)) return undefined;
  const found = unmarkedUtf16(bytes.subarray(0, 256), undefined);
  if (!found || !("encoding" in found)) return undefined;
  return found.encoding === "utf16le-nobom" ? "LE" : "BE";
}
