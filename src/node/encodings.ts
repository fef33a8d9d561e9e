import { isUtf8 } from "node:buffer";
import iconv from "iconv-lite";

/**
 * Text and bytes. Encodings are called by VS Code's names; UTF-16 without a byte order mark, which VS Code has no name
 * for, is `utf16le-nobom` and `utf16be-nobom`.
 */

const MARKS: Readonly<Record<string, Buffer>> = {
  utf8bom: Buffer.from([0xef, 0xbb, 0xbf]),
  utf16le: Buffer.from([0xff, 0xfe]),
  utf16be: Buffer.from([0xfe, 0xff]),
};

const WORDS: Readonly<Record<string, string>> = {
  utf8: "UTF-8",
  utf8bom: "UTF-8 with BOM",
  utf16le: "UTF-16 LE",
  utf16be: "UTF-16 BE",
  "utf16le-nobom": "UTF-16 LE without BOM",
  "utf16be-nobom": "UTF-16 BE without BOM",
  gbk: "GBK",
  gb18030: "GB18030",
  cp950: "Big5",
  big5hkscs: "Big5-HKSCS",
  shiftjis: "Shift-JIS",
  eucjp: "EUC-JP",
  euckr: "EUC-KR",
  windows1251: "Windows-1251",
  windows1252: "Windows-1252",
  iso88591: "ISO-8859-1",
};

/** How people call an encoding. */
export function wordsFor(encoding: string): string {
  return WORDS[encoding] ?? encoding;
}

export function isUnicode(encoding: string): boolean {
  return encoding.startsWith("utf");
}

export function isKnown(encoding: string): boolean {
  return isUnicode(encoding) ? encoding in WORDS : iconv.encodingExists(encoding);
}

/** The byte order mark that text of this encoding begins with; empty when it has none. */
export function markOf(encoding: string): Buffer {
  return MARKS[encoding] ?? Buffer.alloc(0);
}

/** By its beginning only. UTF-32 is nothing that an editor writes. */
export function encodingByMark(bytes: Uint8Array): "utf8bom" | "utf16le" | "utf16be" | "utf32" | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf8bom";
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length % 4 === 0 ? "utf32" : "utf16le";
  if (a === 0xfe && b === 0xff) return "utf16be";
  return a === 0 && b === 0 && c === 0xfe && d === 0xff ? "utf32" : undefined;
}

/** The text, when encoding it again gives exactly these bytes; else undefined. */
export function decodeExactly(bytes: Buffer, encoding: string): string | undefined {
  const mark = markOf(encoding);
  if (!bytes.subarray(0, mark.length).equals(mark)) return undefined;
  const body = bytes.subarray(mark.length);
  if (encoding.startsWith("utf8")) return isUtf8(body) ? body.toString("utf8") : undefined;
  if (!isKnown(encoding)) return undefined;
  const text = decodeLossy(body, encoding);
  if (encoding.startsWith("utf16")) return body.length % 2 === 0 && isWhole(text) ? text : undefined;
  return encodeLossy(text, encoding).equals(body) ? text : undefined;
}

/** Bytes that decode to exactly this text, with the mark; undefined when the encoding has none for some of it. */
export function encodeExactly(text: string, encoding: string): Buffer | undefined {
  const body = encodeLossy(text, encoding);
  if (isUnicode(encoding) ? !isWhole(text) : decodeLossy(body, encoding) !== text) return undefined;
  const mark = markOf(encoding);
  return mark.length === 0 ? body : Buffer.concat([mark, body]);
}

/** No half of a surrogate pair stands alone. */
export function isWhole(text: string): boolean {
  // In every Node that VS Code brings; only the library's types are older.
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** Without looking for a mark; what has no meaning becomes U+FFFD. */
export function decodeLossy(body: Buffer, encoding: string): string {
  if (encoding.startsWith("utf8")) return body.toString("utf8");
  if (encoding.startsWith("utf16le")) return body.toString("utf16le");
  if (encoding.startsWith("utf16be")) return swapped(body.subarray(0, body.length & ~1)).toString("utf16le");
  return iconv.decode(body, encoding, { stripBOM: false });
}

/** Without a mark; what the encoding lacks becomes something else. */
export function encodeLossy(text: string, encoding: string): Buffer {
  if (encoding.startsWith("utf8")) return Buffer.from(text, "utf8");
  if (encoding.startsWith("utf16le")) return Buffer.from(text, "utf16le");
  if (encoding.startsWith("utf16be")) return swapped(Buffer.from(text, "utf16le"));
  return iconv.encode(text, encoding);
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}
