import { isUtf8 } from "node:buffer";

/** What the names of languages and code pages say of programs that do not print UTF-8. */
const BY_LANGUAGE: readonly (readonly [RegExp, string])[] = [
  [/^zh_(TW|HK|MO)/i, "big5"],
  [/^zh/i, "gb18030"],
  [/^ja/i, "shift_jis"],
  [/^ko/i, "euc-kr"],
  [/^(ru|uk|bg|be|sr|mk)/i, "windows-1251"],
  [/^(pl|cs|sk|hu|ro|hr|sl)/i, "windows-1250"],
  [/^el/i, "windows-1253"],
  [/^tr/i, "windows-1254"],
];
const BY_CODE_PAGE: Readonly<Record<string, string>> = {
  "936": "gb18030",
  "54936": "gb18030",
  "950": "big5",
  "932": "shift_jis",
  "949": "euc-kr",
  "866": "ibm866",
  "874": "windows-874",
};
const WESTERN = "windows-1252";

/**
 * The encoding, besides UTF-8, that programs of this machine most likely print: from the locale's name
 * (`zh_CN.GBK`) or the number of a code page. undefined when nothing says it.
 */
export function localEncoding(env: NodeJS.ProcessEnv, codePage?: string): string | undefined {
  if (codePage !== undefined) {
    const label = BY_CODE_PAGE[codePage] ?? (/^125\d$/.test(codePage) ? `windows-${codePage}` : undefined);
    if (label) return label;
  }
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  const [, charset = ""] = /\.([\w-]+)/.exec(locale) ?? [];
  const named = /^(utf-?8|us-ascii|ascii)?$/i.test(charset) ? undefined : labelOf(charset);
  return named ?? BY_LANGUAGE.find(([language]) => language.test(locale))?.[1];
}

function labelOf(charset: string): string | undefined {
  try {
    return new TextDecoder(charset).encoding;
  } catch {
    return undefined;
  }
}

/**
 * Printed bytes as text: UTF-8 where they are that; else line by line, because one command prints what several programs
 * wrote. What fits nothing keeps U+FFFD, by which binary data is told.
 */
export function decodeOutput(bytes: Buffer, local: string | undefined): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const lines: string[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end < 0 ? bytes.length : end;
    lines.push(decodeLine(bytes.subarray(start, stop), local));
    start = stop + 1;
  }
  return lines.join("\n");
}

/** Some programs of Windows print UTF-16: made UTF-8 from the first piece on. Anything else is given back as it is. */
export function createUtf16Reader(): (chunk: Buffer) => Buffer {
  let decoder: InstanceType<typeof TextDecoder> | "none" | undefined;
  return (chunk) => {
    decoder ??= looksUtf16(chunk) ? new TextDecoder("utf-16le") : "none";
    return decoder === "none" ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }));
  };
}

/** ASCII as UTF-16: every second byte is NUL, and hardly another one. */
function looksUtf16(bytes: Buffer): boolean {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return false;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return true;
  const sample = bytes.subarray(0, 512);
  let odd = 0;
  for (let i = 0; i < sample.length; i++) {
    if (sample[i] !== 0) continue;
    if (i % 2 === 0) return false;
    odd++;
  }
  return odd >= 4 && odd > (sample.length / 2) * 0.7;
}

function decodeLine(line: Buffer, local: string | undefined): string {
  if (isUtf8(line) || hasControls(line)) return line.toString("utf8");
  for (const label of [local, "gb18030", WESTERN]) {
    if (label === undefined) continue;
    const text = strictly(line, label);
    if (text !== undefined && (label === local || isPlausible(text, label))) return text;
  }
  return line.toString("utf8");
}

function strictly(line: Buffer, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(line);
  } catch {
    return undefined;
  }
}

/** Control characters that no text holds. Tab, backspace, return and escape are output like any other. */
function hasControls(line: Buffer): boolean {
  return line.some((byte) => byte < 0x07 || (byte > 0x0d && byte < 0x1b) || (byte > 0x1b && byte < 0x20));
}

const COMMON_CJK = /[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]/g;
const FOREIGN = /[^\x00-\x7f]/g;

/** Nearly any bytes are characters of these encodings; that they are text is another matter. */
function isPlausible(text: string, label: string): boolean {
  const foreign = text.match(FOREIGN)?.length ?? 0;
  if (label === WESTERN) {
    const letters = text.match(
      /[\u00c0-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u2018-\u201e\u2013\u2014\u20ac\u00a0-\u00bf]/g,
    );
    return /[A-Za-z]{2}/.test(text) && letters?.length === foreign && foreign <= Math.max(1, text.length * 0.3);
  }
  return foreign >= 2 && (text.match(COMMON_CJK)?.length ?? 0) >= foreign * 0.9;
}
