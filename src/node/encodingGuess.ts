import { CJK_PUNCTUATION, HANGUL, JAPANESE, SIMPLIFIED, TRADITIONAL } from "./encodingCharacters.ts";
import { encodeLossy } from "./encodings.ts";

/**
 * Which encoding made these bytes, when nothing says so. Each candidate is a rough model of what people write with it;
 * its cost is the negative logarithm of how probable the bytes are, so that even a single word decides.
 */

/** So many bytes of lines that are not ASCII are looked at. */
const SAMPLE_BYTES = 16_384;
/** Bytes that cost more than this each, on average, are no text in any of the encodings. */
const MAX_MEAN = 7.2;
/** Fewer bytes than this say nothing about that. */
const FEW_BYTES = 8;
/** Of an ASCII character, whoever takes it into a character of its own saves this. */
const ASCII = 3.4;

const COMMON = 6.5;
const FREQUENT = 9;
const RARE = 12.5;
const ODD = 15;
/** What the encoding has no character for: a file may be damaged in a place. */
const NONE = 40;
/** An encoding that costs more than the best by this share, and by NEAR, is none that the file may be in instead. */
const NEAR_SHARE = 0.1;
const NEAR = 4;

interface Model {
  /** What it may be, the stricter first. */
  readonly encodings: readonly string[];
  /** How much less usual than GBK it is among those who use the extension. */
  readonly prior: number;
  readonly cost: (bytes: Uint8Array) => number;
}

/** The encodings that the bytes may be in, the best first; none when they look like no text. Whether they give the bytes
 * back is another matter. The bytes are neither ASCII nor UTF-8, and hold no NUL. */
export function guessEncodings(bytes: Uint8Array): string[] {
  const sample = telling(bytes);
  const high = sample.reduce((n, byte) => n + (byte >= 0x80 ? 1 : 0), 0);
  const ascii = (sample.length - high) * ASCII;
  const judged = MODELS.map(({ encodings, prior, cost }) => ({ encodings, cost: cost(sample) - ascii + prior }))
    .filter(({ cost }) => high < FEW_BYTES || cost / high < MAX_MEAN)
    .sort((a, b) => a.cost - b.cost);
  const best = judged[0]?.cost ?? 0;
  return judged
    .filter(({ cost }) => cost <= best + Math.max(NEAR, best * NEAR_SHARE))
    .flatMap(({ encodings }) => encodings);
}

/** The lines that hold more than ASCII: no encoding here has a line feed inside a character. */
function telling(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  let size = 0;
  for (let start = 0; start < bytes.length && size < SAMPLE_BYTES; ) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte >= 0x80)) {
      kept.push(line);
      size += line.length;
    }
    start = end;
  }
  return Buffer.concat(kept);
}

/** The next character: how long it is, and its cost. */
type Step = (bytes: Uint8Array, at: number) => { readonly length: number; readonly cost: number };

function walking(step: Step): Model["cost"] {
  return (bytes) => {
    let sum = 0;
    for (let at = 0; at < bytes.length; ) {
      if ((bytes[at] ?? 0) < 0x80) {
        sum += ASCII;
        at++;
        continue;
      }
      const { length, cost } = step(bytes, at);
      sum += at + length > bytes.length ? NONE : cost;
      at += length;
    }
    return sum;
  };
}

function codes(characters: string, encoding: string): ReadonlySet<number> {
  const bytes = encodeLossy([...characters].filter((character) => character > "\x7f").join(""), encoding);
  const found = new Set<number>();
  for (let at = 0; at + 1 < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) at++;
    else {
      found.add((lead << 8) | (bytes[at + 1] ?? 0));
      at += 2;
    }
  }
  return found;
}

/** Made when the first file asks for it. */
function lately<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const isLatin = (byte: number) => within(byte | 0x20, 0x61, 0x7a);
const within = (value: number, from: number, to: number) => value >= from && value <= to;

/** Two bytes, each kind of them with its cost. */
function pairs(options: {
  readonly encoding: string;
  readonly common: string;
  readonly trail: (byte: number) => boolean;
  readonly cost: (code: number) => number;
}): Step {
  const common = lately(() => codes(options.common, options.encoding));
  const marks = lately(() => codes(CJK_PUNCTUATION, options.encoding));
  return (bytes, at) => {
    const code = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (!options.trail(code & 0xff)) return { length: 1, cost: NONE };
    // Inside a word of Latin letters stands a Latin letter.
    const odd = isLatin(bytes[at - 1] ?? 0) && isLatin(bytes[at + 2] ?? 0) ? 3 : 0;
    if (marks().has(code)) return { length: 2, cost: 5.5 + odd };
    return { length: 2, cost: (common().has(code) ? COMMON : options.cost(code)) + odd };
  };
}

const gbkPair = pairs({
  encoding: "gbk",
  common: SIMPLIFIED,
  trail: (byte) => within(byte, 0x40, 0xfe) && byte !== 0x7f,
  cost: (code) => {
    if (within(code, 0x8140, 0xa0fe) || (code & 0xff) < 0xa1) return ODD;
    // Hanzi of the first level are all that daily texts need; the second level is sorted behind them.
    if (within(code, 0xb0a1, 0xd7f9)) return FREQUENT;
    if (within(code, 0xd8a1, 0xf7fe)) return RARE;
    return code < 0xaa00 ? 10 : 20;
  },
});

const gbk: Step = (bytes, at) => {
  if (bytes[at] === 0x80) return { length: 1, cost: RARE };
  if (bytes[at] === 0xff) return { length: 1, cost: NONE };
  if (!within(bytes[at + 1] ?? 0, 0x30, 0x39)) return gbkPair(bytes, at);
  const whole = within(bytes[at + 2] ?? 0, 0x81, 0xfe) && within(bytes[at + 3] ?? 0, 0x30, 0x39);
  return { length: 4, cost: whole ? 18 : NONE };
};

const big5 = pairs({
  encoding: "cp950",
  common: TRADITIONAL,
  trail: (byte) => within(byte, 0x40, 0x7e) || within(byte, 0xa1, 0xfe),
  cost: (code) => {
    if (within(code, 0xa440, 0xc67e)) return FREQUENT;
    if (within(code, 0xc940, 0xf9d5)) return RARE;
    return within(code, 0xa140, 0xa3bf) ? 10 : 18;
  },
});

const shiftJisPair = pairs({
  encoding: "shiftjis",
  common: JAPANESE,
  trail: (byte) => within(byte, 0x40, 0xfc) && byte !== 0x7f,
  cost: (code) => {
    if (within(code, 0x829f, 0x82f1) || within(code, 0x8340, 0x8396) || code === 0x815b) return 5.5;
    if (within(code, 0x889f, 0x9872)) return FREQUENT;
    if (within(code, 0x989f, 0xeaa4)) return RARE;
    return within(code, 0x8140, 0x84be) ? 10 : 18;
  },
});

const shiftJis: Step = (bytes, at) => {
  const lead = bytes[at] ?? 0;
  // Katakana of half width stand in old data only, and then in rows.
  if (within(lead, 0xa1, 0xdf)) return { length: 1, cost: within(bytes[at - 1] ?? 0, 0xa1, 0xdf) ? 6 : 10 };
  if (lead === 0x80 || lead === 0xa0 || lead > 0xfc) return { length: 1, cost: NONE };
  return shiftJisPair(bytes, at);
};

const eucJpPair = pairs({
  encoding: "eucjp",
  common: JAPANESE,
  trail: (byte) => within(byte, 0xa1, 0xfe),
  cost: (code) => {
    if (within(code, 0xa4a1, 0xa5f6) || code === 0xa1bc) return 5.5;
    if (within(code, 0xb0a1, 0xcfd3)) return FREQUENT;
    if (within(code, 0xd0a1, 0xf4a6)) return RARE;
    return within(code, 0xa1a1, 0xa8fe) ? 10 : 18;
  },
});

const eucJp: Step = (bytes, at) => {
  const lead = bytes[at] ?? 0;
  if (lead === 0x8e) return { length: 2, cost: within(bytes[at + 1] ?? 0, 0xa1, 0xdf) ? 11 : NONE };
  if (lead === 0x8f) return { length: 3, cost: 18 };
  return lead < 0xa1 ? { length: 1, cost: NONE } : eucJpPair(bytes, at);
};

const eucKr = pairs({
  encoding: "euckr",
  common: HANGUL,
  trail: (byte) => within(byte, 0x41, 0xfe),
  cost: (code) => {
    if ((code & 0xff) < 0xa1 || code < 0xa1a1) return ODD;
    if (within(code, 0xb0a1, 0xc8fe)) return 8.5;
    return code < 0xada1 ? 10 : 14;
  },
});

/** Letters and signs of one byte, as they stand among the others. */
function singles(cost: (byte: number, before: number, after: number) => number): Model["cost"] {
  return (bytes) => {
    let sum = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      sum += byte < 0x80 ? ASCII : cost(byte, bytes[at - 1] ?? 0x20, bytes[at + 1] ?? 0x20);
    }
    return sum;
  };
}

const byteSet = (hex: string): ReadonlySet<number> => new Set(Buffer.from(hex, "hex"));

const UNDEFINED_1252 = byteSet("818d8f909d");
const SIGNS_1252 = byteSet("8085919293949596979a99a0a1a3a7a9aaabaeb0b1b2b3b5b7babbbdbfd7f7");
const UNUSUAL_1252 = byteSet("c3c5d0d5dddeeff0f5fdfeff");

const windows1252 = singles((byte, before, after) => {
  if (UNDEFINED_1252.has(byte)) return NONE;
  const follows = before >= 0x80;
  if (byte < 0xc0 || byte === 0xd7 || byte === 0xf7) return (SIGNS_1252.has(byte) ? 6 : 9) + (follows ? 4 : 0);
  const isUpper = byte < 0xdf;
  let cost = (isUpper ? 5.5 : 4) + (UNUSUAL_1252.has(byte) ? 2.5 : 0);
  if (follows) cost += 3.5;
  else if (!isLatin(before) && !isLatin(after)) cost += 2;
  if (isUpper && (isLower(before) || before >= 0xdf)) cost += 4;
  return cost;
});

function isLower(byte: number): boolean {
  return within(byte, 0x61, 0x7a);
}

const isCyrillic = (byte: number) => byte >= 0xc0 || byte === 0xa8 || byte === 0xb8;
const SIGNS_1251 = byteSet("8593949697abbbb9a0a9b0");

const windows1251 = singles((byte, before, after) => {
  if (byte === 0x98) return NONE;
  if (!isCyrillic(byte)) return (SIGNS_1251.has(byte) ? 6 : 9) + (before >= 0x80 && !isCyrillic(before) ? 4 : 0);
  let cost = byte >= 0xe0 || byte === 0xb8 ? 3.5 : 5;
  if (cost === 5 && (before >= 0xe0 || before === 0xb8)) cost += 5;
  if (isLatin(before) || isLatin(after)) cost += 5;
  if (!isCyrillic(before) && !isCyrillic(after)) cost += 3;
  return cost;
});

const MODELS: readonly Model[] = [
  { encodings: ["gbk", "gb18030"], prior: 0, cost: walking(gbk) },
  { encodings: ["cp950", "big5hkscs"], prior: 2, cost: walking(big5) },
  { encodings: ["shiftjis"], prior: 2, cost: walking(shiftJis) },
  { encodings: ["windows1252"], prior: 1, cost: windows1252 },
  { encodings: ["eucjp"], prior: 4, cost: walking(eucJp) },
  { encodings: ["euckr"], prior: 4, cost: walking(eucKr) },
  { encodings: ["windows1251"], prior: 4, cost: windows1251 },
];
