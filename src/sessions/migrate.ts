import { SessionTooNew } from "./errors.ts";

export type RawRecord = Readonly<Record<string, unknown>>;

/** One step of the format: turns the records of one version into those of the next. Pure; the number itself is raised
 * by `migrate`. */
export type Migration = (records: readonly RawRecord[]) => readonly RawRecord[];

/** By the version that a step starts from. A file is never rewritten: the steps run in memory whenever it is read. */
export type Migrations = Readonly<Record<number, Migration>>;

export const MIGRATIONS: Migrations = {};

export interface MigrateOptions {
  readonly to: number;
  readonly steps?: Migrations;
}

/**
 * Lifts records to the version `to`. A head says the version of what follows it, until the next head: a newer version
 * that goes on in an older file writes a head of its own first. Throws SessionTooNew.
 */
export function migrate(records: readonly RawRecord[], options: MigrateOptions): readonly RawRecord[] {
  const versions = records.flatMap((record) => versionOf(record) ?? []);
  const newest = Math.max(0, ...versions);
  if (newest > options.to) throw new SessionTooNew(newest);
  if (versions.every((version) => version === options.to)) return records;
  return segments(records, versions[0] ?? options.to).flatMap((segment) => lift(segment, options));
}

/** undefined for what is no head. */
export function versionOf(record: RawRecord): number | undefined {
  return record.type === "session" && typeof record.v === "number" ? record.v : undefined;
}

interface Segment {
  readonly version: number;
  readonly records: RawRecord[];
}

function segments(records: readonly RawRecord[], first: number): Segment[] {
  const found: Segment[] = [{ version: first, records: [] }];
  for (const record of records) {
    const version = versionOf(record);
    if (version !== undefined) found.push({ version, records: [] });
    found.at(-1)?.records.push(record);
  }
  return found;
}

/** A version without a step stays as it is: its records are then judged by the current format. */
function lift({ version, records }: Segment, { to, steps = MIGRATIONS }: MigrateOptions): readonly RawRecord[] {
  let lifted: readonly RawRecord[] = records;
  for (let at = version; at < to; at++) {
    const step = steps[at];
    if (!step) return lifted;
    lifted = step(lifted).map((record) => (versionOf(record) === undefined ? record : { ...record, v: at + 1 }));
  }
  return lifted;
}
