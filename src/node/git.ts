import { execFile } from "node:child_process";
import { devNull } from "node:os";

export interface GitState {
  /** undefined when no branch is checked out. */
  readonly branch: string | undefined;
  /** Short name of the commit; undefined before the first. */
  readonly commit: string | undefined;
  readonly changed: number;
}

const TIMEOUT_MS = 1_500;

/**
 * The state of a repository, without running anything that its configuration names: no fsmonitor, no hooks, no look
 * into submodules; nothing is written. undefined outside repositories, "unknown" when it takes too long or is stopped.
 * `git` is absolute. Only for trusted folders.
 */
export function readGitState(
  git: string,
  folder: string,
  signal: AbortSignal,
): Promise<GitState | "unknown" | undefined> {
  const args = [...HARDENED, "status", "--porcelain=v2", "--branch", "-z", "--ignore-submodules=dirty"];
  return new Promise((resolve) => {
    execFile(git, args, { ...optionsIn(folder), signal }, (error, output) => {
      if (!error) resolve(parseStatus(output));
      else resolve(error.killed || signal.aborted ? "unknown" : undefined);
    });
  });
}

/** The files that are tracked although ignore files leave them out, relative to `folder`, with `/`. None outside
 * repositories and when git takes too long. Hardened like `readGitState`. */
export function trackedThoughIgnored(git: string, folder: string): Promise<readonly string[]> {
  const args = [...HARDENED, "ls-files", "-c", "-i", "--exclude-standard", "-z"];
  return new Promise((resolve) => {
    execFile(git, args, optionsIn(folder), (error, output) => {
      resolve(error ? [] : output.split("\0").filter((path) => path !== ""));
    });
  });
}

const HARDENED = ["-c", "core.fsmonitor=false", "-c", `core.hooksPath=${devNull}`, "--no-optional-locks"] as const;

function optionsIn(folder: string) {
  return {
    cwd: folder,
    env: gitEnvironment(process.env),
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL" as const,
    maxBuffer: 8_000_000,
    windowsHide: true,
  };
}

/** Variables that point git to another repository, another configuration or other programs. */
function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(GIT_|MIMO_)/i.test(name));
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
}

export function parseStatus(output: string): GitState {
  let branch: string | undefined;
  let commit: string | undefined;
  let changed = 0;
  const entries = output.split("\0");
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] ?? "";
    if (entry.startsWith("# branch.head ")) branch = entry.slice("# branch.head ".length);
    else if (entry.startsWith("# branch.oid ")) commit = entry.slice("# branch.oid ".length);
    else if (/^[12u?] /.test(entry)) changed++;
    // A rename is followed by the path it had.
    if (entry.startsWith("2 ")) i++;
  }
  return {
    branch: branch === "(detached)" ? undefined : branch,
    commit: commit === "(initial)" ? undefined : commit?.slice(0, 8),
    changed,
  };
}
