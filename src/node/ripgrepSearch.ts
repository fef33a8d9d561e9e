import { spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { TextMatch, TextQuery } from "../agent/ports.ts";
import { linesOf } from "./lines.ts";
import { globTest, isWithheld, MAX_FILE_BYTES, MAX_LINE, shownIn, type Target, type TextSearcher } from "./searchIn.ts";
import { commandEnvironment } from "./shellProgram.ts";

/** Searches with a ripgrep of which the absolute path is known. */
export function createRipgrepSearch(program: string): TextSearcher {
  return {
    async text(query, targets, options) {
      const found = await Promise.all(targets.map((target) => searchText(program, query, target, options.signal)));
      return { matches: found.flatMap(({ matches }) => matches), more: found.some(({ more }) => more) };
    },
    async files({ glob, limit }, targets, options) {
      const matches = globTest(glob);
      const found = await Promise.all(
        targets.map((target) => listFiles(program, { matches, limit: enough(limit) }, target, options.signal)),
      );
      return { paths: found.flatMap(({ paths }) => paths), more: found.some(({ more }) => more) };
    },
  };
}

/** Results come in no order: enough of them are taken that the first ones after sorting mean something. */
function enough(limit: number): number {
  return Math.max(limit * 10, 5_000);
}

const COMMON = ["--no-config", "--hidden", "--no-ignore-global", "--glob", "!.git"];

/**
 * In a repository git's own rules hold: a repository inside it, a submodule for one, has its own ignore files only.
 * ripgrep 15 forgets that under `--no-require-git`, without which it reads no ignore file outside of repositories.
 */
async function commonFor({ path }: Target): Promise<string[]> {
  return (await isInRepository(path)) ? COMMON : [...COMMON, "--no-require-git"];
}

async function isInRepository(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await access(join(folder, ".git")).then(
      () => true,
      () => false,
    );
    if (found) return true;
    if (folder === dirname(folder)) return false;
  }
}

const Value = z.union([z.object({ text: z.string() }), z.object({ bytes: z.string() })]);
const Line = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("match"),
    data: z.object({ path: Value, lines: Value, line_number: z.number() }),
  }),
  z.object({ type: z.literal("end"), data: z.object({ binary_offset: z.number().nullable() }) }),
]);

function textOf(value: z.infer<typeof Value>): string {
  return "text" in value ? value.text : Buffer.from(value.bytes, "base64").toString("utf8");
}

async function searchText(
  program: string,
  query: TextQuery,
  target: Target,
  signal: AbortSignal,
): Promise<{ matches: TextMatch[]; more: boolean }> {
  const { pattern, literal, ignoreCase, glob, limit } = query;
  const args = [
    ...(await commonFor(target)),
    "--json",
    "--crlf",
    "--max-filesize",
    String(MAX_FILE_BYTES),
    // Lookaround and back references, where this build can.
    ...(literal ? ["--fixed-strings"] : ["--engine", "auto"]),
    ...(ignoreCase ? ["--ignore-case"] : []),
    ...typeFilter(glob),
    "--regexp",
    pattern,
    "--",
    target.path,
  ];
  const wanted = globTest(glob);
  const matches: TextMatch[] = [];
  // A file turns out to be binary at its end.
  let file: TextMatch[] = [];
  const more = await run(program, args, signal, (line) => {
    const parsed = Line.safeParse(parseJson(line));
    if (!parsed.success) return "go on";
    if (parsed.data.type === "end") {
      if (parsed.data.data.binary_offset === null) matches.push(...file);
      file = [];
      return matches.length > enough(limit) ? "enough" : "go on";
    }
    const { path, lines, line_number } = parsed.data.data;
    const inner = innerOf(target, textOf(path));
    const shown = shownIn(target, inner);
    if (file.length > enough(limit) || isWithheld(target, inner) || !wanted(inner || shown, shown)) return "go on";
    file.push({ shown, line: line_number, text: withoutEnding(textOf(lines)).slice(0, MAX_LINE) });
    return "go on";
  });
  return { matches, more };
}

async function listFiles(
  program: string,
  { matches, limit }: { matches: (inner: string, shown: string) => boolean; limit: number },
  target: Target,
  signal: AbortSignal,
): Promise<{ paths: string[]; more: boolean }> {
  const paths: string[] = [];
  const more = await run(program, [...(await commonFor(target)), "--files", "--", target.path], signal, (line) => {
    const inner = innerOf(target, line);
    const shown = shownIn(target, inner);
    if (matches(inner, shown)) paths.push(shown);
    return paths.length > limit ? "enough" : "go on";
  });
  return { paths, more };
}

/** The last line is torn when ripgrep was ended. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function innerOf(target: Target, path: string): string {
  return relative(target.path, path).split(sep).join("/");
}

function withoutEnding(line: string): string {
  return line.replace(/\r?\n$/, "");
}

/** `--glob` would bring back ignored files, a type does not; it sees names only, and the glob's own test follows. */
function typeFilter(glob: string | undefined): string[] {
  if (glob === undefined || !/^[\w.*?-]+$/.test(glob)) return [];
  return ["--type-add", `wanted:${glob}`, "--type", "wanted"];
}

/** True when it was ended early because there was enough. */
function run(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  onLine: (line: string) => "go on" | "enough",
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      windowsHide: true,
      cwd: dirname(program),
      env: commandEnvironment(process.env),
    });
    let enough = false;
    let errors = "";
    const read = async () => {
      for await (const line of linesOf(child.stdout)) {
        if (enough || onLine(line) === "go on") continue;
        enough = true;
        child.kill("SIGKILL");
      }
    };
    const drained = read();
    drained.catch(reject);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (errors.length < 4_000) errors += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      drained.then(() => {
        // 1: nothing found. 2: trouble; with something found it was some unreadable file.
        if (enough || code === 0 || code === 1 || !isPatternError(errors)) resolve(enough);
        else reject(new ToolError(patternError(errors)));
      }, reject);
    });
  });
}

/** Trouble with a file begins with its path, which is absolute since the target is. */
function isPatternError(errors: string): boolean {
  return errors.trim() !== "" && !isAbsolute(errors.replace(/^rg: /, ""));
}

function patternError(errors: string): string {
  const words = errors.replace(/^rg: /gm, "").trim().slice(0, 600);
  return `The pattern cannot be used:\n${words}\nFor plain text set literal.`;
}
