import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** A chat has one writer. The holder renews its lock; one that was not renewed for long is nobody's. */
const RENEW_MS = 10_000;
const STALE_MS = 45_000;
const POLL_MS = 100;

export interface SessionLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a session file. A window that is reloaded may still be writing the end of its task, so this waits
 * for it up to `waitMs`. undefined when another process keeps it.
 */
export async function lockSession(
  path: string,
  { waitMs }: { readonly waitMs: number },
): Promise<SessionLock | undefined> {
  const file = `${path}.lock`;
  const until = Date.now() + waitMs;
  for (;;) {
    if (await take(file)) return held(file);
    if (await isAbandoned(file)) await rm(file, { force: true });
    else if (Date.now() >= until) return undefined;
    else await wait(POLL_MS);
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function held(file: string): SessionLock {
  const renew = () => utimes(file, new Date(), new Date()).catch(() => {});
  const timer = setInterval(renew, RENEW_MS).unref();
  return {
    async release() {
      clearInterval(timer);
      await rm(file, { force: true });
    },
  };
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    if (Date.now() - mtimeMs > STALE_MS) return true;
    // Between its making and its first byte a lock is empty.
    return text !== "" && !isAlive(Number(text));
  } catch (error) {
    return codeOf(error) === "ENOENT";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
