import { SessionRecord } from "./format.ts";

export interface ParsedSession {
  readonly records: SessionRecord[];
  /** Lines that could not be read: torn by a kill, or written by something else. They are passed over. */
  readonly bad: number;
}

/** Reads a session file's text. Never throws: a malformed line costs that line only. */
export function parseSession(text: string): ParsedSession {
  const records: SessionRecord[] = [];
  let bad = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const record = parseLine(line);
    if (record) records.push(record);
    else bad++;
  }
  return { records, bad };
}

function parseLine(line: string): SessionRecord | undefined {
  try {
    const raw: unknown = JSON.parse(line);
    // What is kept is the parsed value itself, never zod's copy: keys stay in the order they were written in,
    // so that a resumed request continues the earlier one byte for byte.
    return SessionRecord.safeParse(raw).success ? (raw as SessionRecord) : undefined;
  } catch {
    return undefined;
  }
}
