import { arch, release } from "node:os";
import type { Clock, WorkspaceFacts } from "../agent/ports.ts";
import { findOnPath } from "./executables.ts";
import { type GitState, readGitState } from "./git.ts";
import { type Root, rootLabels } from "./places.ts";

export interface FactsOptions {
  readonly roots: () => readonly Root[];
  /** Of the shell that runs commands. */
  readonly shellName: () => string;
  readonly clock: Clock;
  /** In a folder that is not trusted not even git is run. */
  readonly trusted: () => boolean;
}

const SYSTEMS: Readonly<Record<string, string>> = { linux: "Linux", darwin: "macOS", win32: "Windows" };
const MAX_REPOSITORIES = 5;

/** What the model is told of where it works. */
export function createFacts({ roots, shellName, clock, trusted }: FactsOptions): WorkspaceFacts {
  let git: Promise<string | undefined> | undefined;
  let before: string | undefined;
  return {
    async read({ signal }) {
      const folders = roots();
      const facts = new Map([
        [folders.length > 1 ? "Folders" : "Folder", foldersOf(folders)],
        ["System", `${SYSTEMS[process.platform] ?? process.platform} ${release().split("-")[0]} ${arch()}`],
        ["Shell", shellName()],
        ["Date", dateOf(clock.now())],
      ]);
      if (!trusted() || folders.length === 0) return facts;
      git ??= findOnPath("git", { avoid: folders.map(({ path }) => path) });
      const state = await repositories(await git, folders, signal);
      // A repository that git was too slow for is not one that is gone.
      before = state === "unknown" ? before : state;
      if (state === "unknown") return facts.set("Git", before ?? "not known, git did not answer in time");
      return state === undefined ? facts : facts.set("Git", state);
    },
  };
}

function foldersOf(roots: readonly Root[]): string {
  const labels = rootLabels(roots);
  if (roots.length < 2) return roots[0]?.path ?? "none open";
  return roots.map(({ path }, i) => `${labels[i]} (${path})`).join(", ");
}

/** In local time: what the user calls today. */
function dateOf(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

async function repositories(
  git: string | undefined,
  roots: readonly Root[],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (git === undefined) return undefined;
  const labels = rootLabels(roots);
  const states = await Promise.all(
    roots.slice(0, MAX_REPOSITORIES).map(async ({ path }, i) => {
      const state = await readGitState(git, path, signal);
      if (state === undefined || state === "unknown") return state;
      return labels[i] ? `${labels[i]} ${said(state)}` : said(state);
    }),
  );
  if (states.includes("unknown")) return "unknown";
  const known = states.filter((state) => state !== undefined);
  return known.length > 0 ? known.join("; ") : undefined;
}

function said({ branch, commit, changed }: GitState): string {
  const where = branch === undefined ? `no branch, at ${commit ?? "no commit"}` : `branch ${branch}`;
  const start = commit === undefined && branch !== undefined ? `${where}, no commits yet` : where;
  return `${start}, ${changed === 0 ? "clean" : changed === 1 ? "1 changed file" : `${changed} changed files`}`;
}
