import { SESSION_VERSION, SessionRecord } from "./format.ts";
import { type Migrations, migrate, type RawRecord, versionOf } from "./migrate.ts";

export interface ParsedSession {
  readonly records: readonly SessionRecord[];
  /** Lines that could not be read, and are passed over. */
  readonly bad: number;
  /** Whole records of a kind that only a newer version knows: kept in the file, passed over here. */
  readonly unknown: number;
  /** The last line is a part of a record: a kill or a power cut came in between. */
  readonly torn: boolean;
  /** What was appended last is in an older format than the current one. */
  readonly outdated: boolean;
}

export interface ParseOptions {
  readonly migrations?: Migrations;
}

/** Reads a session file's text. A malformed line costs that line only. Throws SessionTooNew, nothing else. */
export function parseSession(text: string, options: ParseOptions = {}): ParsedSession {
  return parseLines(text.split("\n"), options);
}

/** The same for a file's lines; the last one is what stands after the last line end, "" in a whole file. */
export function parseLines(lines: Iterable<string>, { migrations }: ParseOptions = {}): ParsedSession {
  const raw: RawRecord[] = [];
  let bad = 0;
  let torn = false;
  for (const line of lines) {
    if (torn) bad++;
    torn = false;
    const text = bare(line);
    if (text === "") {
      // Zeros alone are what a power cut leaves where a record was to be.
      torn = line.includes("\0");
      continue;
    }
    const record = rawRecord(text);
    if (record) raw.push(record);
    else torn = true;
  }
  const versions = raw.flatMap((record) => versionOf(record) ?? []);
  const current = migrate(raw, { to: SESSION_VERSION, ...(migrations ? { steps: migrations } : {}) });
  const records: SessionRecord[] = [];
  let unknown = 0;
  for (const record of current) {
    if (isRecord(record)) records.push(record);
    else if (isOfAnotherKind(record)) unknown++;
    else bad++;
  }
  return { records, bad, unknown, torn, outdated: (versions.at(-1) ?? SESSION_VERSION) < SESSION_VERSION };
}

/** Whether a last line without a line end is a whole record all the same. */
export function isWholeLine(line: string): boolean {
  return rawRecord(bare(line)) !== undefined;
}

/** Without what editors and power cuts put around a record: a byte order mark, zeros, blanks. JSON has none of them
 * outside its strings, and writes zeros in strings as escapes. */
function bare(line: string): string {
  return line.replace(/^[\ufeff\0\s]+/, "").replace(/[\0\s]+$/, "");
}

function rawRecord(text: string): RawRecord | undefined {
  try {
    const raw: unknown = JSON.parse(text);
    return typeof raw === "object" && raw !== null && !Array.isArray(raw) ? (raw as RawRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** What is kept is the parsed value itself, never zod's copy: keys stay in the order they were written in, so that a
 * resumed request continues the earlier one byte for byte. */
function isRecord(raw: RawRecord): raw is RawRecord & SessionRecord {
  return SessionRecord.safeParse(raw).success;
}

const KINDS: ReadonlySet<unknown> = new Set(SessionRecord.options.map((option) => option.shape.type.value));

function isOfAnotherKind({ type }: RawRecord): boolean {
  return typeof type === "string" && !KINDS.has(type);
}
