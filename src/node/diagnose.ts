import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shownProxy } from "./proxy.ts";

/** What a report says of the machine. */

export interface FolderFacts {
  /** Undefined when a file could be written; else why not. */
  readonly problem: string | undefined;
  readonly freeBytes: number | undefined;
}

/** Tries the folder out, which is made when it is missing. Nothing stays behind. */
export async function folderFacts(folder: string): Promise<FolderFacts> {
  const problem = await writeProblem(folder);
  const found = await statfs(folder).catch(() => undefined);
  return { problem, freeBytes: found && found.bavail * found.bsize };
}

async function writeProblem(folder: string): Promise<string | undefined> {
  const path = join(folder, `.try-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, "x", { mode: 0o600 });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    await rm(path, { force: true }).catch(() => {});
  }
}

const VERSION_MS = 3_000;

/** The first line of `program --version`; undefined when it says none. `program` is absolute and none of a workspace's. */
export function programVersion(
  program: string,
  options: { readonly signal: AbortSignal },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const limits = { timeout: VERSION_MS, maxBuffer: 65_536, windowsHide: true, signal: options.signal };
    execFile(program, ["--version"], limits, (error, output) => {
      resolve(error ? undefined : output.split(/\r?\n/, 1)[0]?.trim() || undefined);
    });
  });
}

const PROXIES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
const OTHERS = [
  "NO_PROXY",
  "NODE_EXTRA_CA_CERTS",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "NODE_USE_ENV_PROXY",
  "SSL_CERT_FILE",
];
/** Read by the packages that are used here, or by other tools: of these only that they are there. */
const UNUSED = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_CUSTOM_HEADERS", "OPENAI_LOG", "OPENAI_ORG_ID"];
const SECRET = ["MIMO_API_KEY"];

/** Variables that bear upon connections, as they are set. No password and no key is among the values. */
export function networkVariables(env: NodeJS.ProcessEnv): (readonly [name: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  const add = (name: string, shown: (value: string) => string) => {
    const value = env[name];
    if (value) found.push([name, shown(value)]);
  };
  for (const name of PROXIES.flatMap(bothCases)) add(name, shownProxy);
  for (const name of OTHERS.flatMap((other) => (other === "NO_PROXY" ? bothCases(other) : [other]))) {
    add(name, (value) => value);
  }
  for (const name of UNUSED) add(name, () => "set, not used");
  for (const name of SECRET) add(name, () => "set");
  return found;
}

function bothCases(name: string): string[] {
  return [name, name.toLowerCase()];
}
