import { readFile, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

/**
 * Which paths ignore files leave out, in the order that ripgrep gives them: `.rgignore` of any folder before `.ignore`
 * of any, before `.gitignore`, before `.git/info/exclude`; within a kind the innermost file that says anything decides.
 * A `.gitignore` counts without a repository too, but not across the border of one.
 */
const KINDS = [".rgignore", ".ignore", ".gitignore", join(".git", "info", "exclude")] as const;
const GIT_KINDS = 2;

interface Level {
  readonly folder: string;
  /** One for each of KINDS. */
  readonly rules: readonly (Ignore | undefined)[];
  readonly isRepository: boolean;
}

/** The ignore files of a folder and of all those above it. */
export interface Ignoring {
  /** `path` is absolute, right below the folder. */
  ignores(path: string, kind: "file" | "folder"): boolean;
  below(folder: string): Promise<Ignoring>;
}

export interface IgnoringOptions {
  /** "git": the files that git reads, and no others. */
  readonly only?: "git" | undefined;
}

export async function ignoringIn(folder: string, options: IgnoringOptions = {}): Promise<Ignoring> {
  const folders: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    folders.push(at);
    if (dirname(at) === at) break;
  }
  const levels = await Promise.all(folders.map((each) => readLevel(each, options)));
  return ignoringOf(
    levels.map((level) => ({ ...level, rules: level.rules.map((rule) => unlessAgainst(rule, level, folder)) })),
    options,
  );
}

/** Whoever asks for an ignored folder by name gets it: rules that leave it out say nothing about what is in it. */
function unlessAgainst(rule: Ignore | undefined, level: Level, folder: string): Ignore | undefined {
  const inner = innerPath(level.folder, folder);
  return rule && inner !== "" && rule.test(`${inner}/`).ignored ? undefined : rule;
}

function innerPath(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}

/** `levels` from the inside out. */
function ignoringOf(levels: readonly Level[], options: IgnoringOptions): Ignoring {
  return {
    ignores: (path, kind) => verdict(levels, path, kind) === "ignored",
    below: async (folder) => ignoringOf([await readLevel(folder, options), ...levels], options),
  };
}

/** The first kind that says anything decides. */
function verdict(levels: readonly Level[], path: string, kind: "file" | "folder"): "ignored" | "kept" | undefined {
  for (const k of KINDS.keys()) {
    const said = decision(levels, k, path, kind);
    if (said) return said;
  }
  return undefined;
}

function decision(
  levels: readonly Level[],
  k: number,
  path: string,
  kind: "file" | "folder",
): "ignored" | "kept" | undefined {
  for (const { folder, rules, isRepository } of levels) {
    const rule = rules[k];
    if (rule) {
      const inner = innerPath(folder, path);
      const { ignored, unignored } = rule.test(kind === "folder" ? `${inner}/` : inner);
      if (ignored) return "ignored";
      if (unignored) return "kept";
    }
    if (isRepository && k >= GIT_KINDS) return undefined;
  }
  return undefined;
}

async function readLevel(folder: string, { only }: IgnoringOptions): Promise<Level> {
  const [isRepository, ...rules] = await Promise.all([
    stat(join(folder, ".git")).then(
      () => true,
      () => false,
    ),
    ...KINDS.map((name, k) => (only === "git" && k < GIT_KINDS ? undefined : readRules(join(folder, name)))),
  ]);
  return { folder, rules, isRepository };
}

const MAX_BYTES = 1_000_000;

async function readRules(path: string): Promise<Ignore | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_BYTES) return undefined;
    return ignore({ ignoreCase: false, allowRelativePaths: false }).add(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}
