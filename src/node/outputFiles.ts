import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** One output on the disk, written while it comes. */
export interface OutputFile {
  /** Where `Files.locate` finds it: `output://NAME`. */
  readonly address: string;
  /** False when the disk takes no more, for good. Past MAX_BYTES it says so in the file and takes no more. */
  write(text: string): boolean;
  close(): void;
}

/** The whole outputs of a chat's commands, for those that are too long for the model. */
export interface OutputFiles {
  readonly folder: string;
  /** undefined when the disk refuses it. */
  create(): OutputFile | undefined;
}

const MAX_BYTES = 256_000_000;
const MAX_AGE_MS = 14 * 24 * 3_600_000;
const MAX_TOTAL_BYTES = 1_000_000_000;
const NAME = /^c(\d+)\.txt$/;

export interface OutputFilesOptions {
  /** Absolute; one for each chat. It is made when it is needed. */
  readonly folder: string;
  readonly maxBytes?: number;
}

/** What the files hold is text as the model reads it elsewhere: UTF-8 without escapes. */
export function createOutputFiles({ folder, maxBytes = MAX_BYTES }: OutputFilesOptions): OutputFiles {
  return {
    folder,
    create() {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const { name, file } = createNext(folder);
        return writer(`output://${name}`, file, maxBytes);
      } catch {
        return undefined;
      }
    },
  };
}

/** Another window may have made one since: a number that is taken is passed over. */
function createNext(folder: string): { name: string; file: number } {
  const numbers = readdirSync(folder).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
  for (let number = Math.max(0, ...numbers) + 1; ; number++) {
    const name = `c${number}.txt`;
    try {
      return { name, file: openSync(join(folder, name), "wx", 0o600) };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}

function writer(address: string, file: number, maxBytes: number): OutputFile {
  let left = maxBytes;
  let open = true;
  const close = () => {
    if (open) closeSync(file);
    open = false;
  };
  const put = (bytes: Buffer): boolean => {
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      return true;
    } catch {
      close();
      return false;
    }
  };
  return {
    address,
    write(text) {
      if (!open) return left <= 0;
      const bytes = Buffer.from(text);
      if (bytes.length <= left) {
        left -= bytes.length;
        return put(bytes);
      }
      const end = Buffer.from(`\n[the rest is not kept: this file is full with ${maxBytes} bytes]\n`);
      const isWritten = put(Buffer.concat([bytes.subarray(0, left), end]));
      if (isWritten) left = 0;
      close();
      return isWritten;
    },
    close,
  };
}

export interface Pruning {
  readonly maxAgeMs?: number;
  readonly maxBytes?: number;
}

/**
 * Removes old outputs, and the oldest of those that together take too much room. `root` holds the folders of the chats.
 * Never rejects: whoever reads a file that is gone is told so.
 */
export async function pruneOutputs(root: string, { maxAgeMs = MAX_AGE_MS, maxBytes = MAX_TOTAL_BYTES }: Pruning = {}) {
  const names = await readdir(root, { recursive: true }).catch((): string[] => []);
  const paths = names.filter((name) => NAME.test(name.split(/[\\/]/).at(-1) ?? "")).map((name) => join(root, name));
  const found = await Promise.all(
    paths.map(async (path) => ({ path, stats: await stat(path).catch(() => undefined) })),
  );
  const files = found.flatMap(({ path, stats }) => (stats?.isFile() ? [{ path, stats }] : []));
  files.sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs);
  const now = Date.now();
  let total = 0;
  for (const { path, stats } of files) {
    total += stats.size;
    const isKept = now - stats.mtimeMs <= maxAgeMs && total <= maxBytes;
    if (!isKept) await rm(path, { force: true }).catch(() => {});
  }
}
