import { ToolError } from "../agent/errors.ts";
import type { Action } from "../agent/ports.ts";
import type { Plan, ToolRun } from "../agent/tool.ts";
import { type FilePatch, parsePatch } from "../edit/patch.ts";
import { type Edited, watchEdit } from "./afterEdit.ts";
import { deletePath } from "./deletePath.ts";
import { changeOf, editsOf, planEdits, toldOnly, type WritingPlan, type Written, watched } from "./fileEdits.ts";
import { movePath } from "./movePath.ts";
import { existing } from "./places.ts";
import { planWrite } from "./writeFile.ts";

/** A patch may name this many files; more than that no model writes by hand. */
const MAX_FILES = 100;

/** What a patch asks for, worked out for all of its files before any of them is written. */
export async function planPatch(text: string, run: ToolRun): Promise<Plan> {
  return planFiles(filesIn(text), run);
}

/** A patch that came where edits of one file were expected: hunks without a file's name are for that file. */
export async function planPatchOf(text: string, path: string, run: ToolRun): Promise<Plan> {
  const files = filesIn(text, path);
  const { files: disk } = run.env;
  const wanted = await disk.locate(path);
  const named = await Promise.all(files.map((file) => disk.locate(file.path)));
  if (!named.some((place) => place.path === wanted.path)) {
    throw new ToolError(
      `The patch is for ${named.map(({ shown }) => shown).join(", ")}, but path is ${wanted.shown}. Nothing was edited; say which one you mean.`,
    );
  }
  return planFiles(files, run);
}

function filesIn(text: string, path = ""): readonly FilePatch[] {
  const parsed = parsePatch(text);
  if (parsed.kind === "unreadable") throw new ToolError(`Not edited: ${parsed.why}`);
  const files = parsed.files.map((file) => (file.path === "" ? { ...file, path } : file));
  if (files.some((file) => file.path === "")) {
    throw new ToolError("Not edited: The patch has hunks but no file before them. Begin with *** Update File: PATH.");
  }
  if (files.length > MAX_FILES) throw new ToolError(`A patch may change ${MAX_FILES} files, not ${files.length}.`);
  return files;
}

interface Part {
  readonly path: string;
  /** What is to be done, or why nothing is. */
  readonly plan: Plan | WritingPlan | ToolError;
}

async function planFiles(files: readonly FilePatch[], run: ToolRun): Promise<Plan> {
  const parts: Part[] = [];
  for (const file of files) parts.push({ path: file.path, plan: await planned(file, run) });
  const [first] = parts;
  if (first && parts.length === 1) {
    if (first.plan instanceof ToolError) throw first.plan;
    return first.plan;
  }
  const actions = parts.flatMap(({ plan }) => (plan instanceof ToolError ? [] : plan.actions.map(unselectable)));
  if (actions.length === 0) throw new ToolError(parts.map(failedToPlan).join("\n"));
  return { actions, run: () => runAll(parts, run) };
}

/** Hunks are chosen of one change; here the answer could not say of which. */
function unselectable(action: Action): Action {
  if (action.kind !== "write" || !action.change.selectable) return action;
  const { selectable: _, ...change } = action.change;
  return { ...action, change };
}

function failedToPlan({ path, plan }: Part): string {
  return `${path}: ${plan instanceof ToolError ? plan.message : ""}`;
}

async function runAll(parts: readonly Part[], { env, signal }: ToolRun): Promise<string> {
  const done: string[] = [];
  const failed: string[] = [];
  const edited: Edited[] = [];
  const watch = watchEdit(
    env,
    parts.flatMap(({ plan }) => ("write" in plan ? [plan.place] : [])),
  );
  for (const { path, plan } of parts) {
    if (plan instanceof ToolError) failed.push(failedToPlan({ path, plan }));
    else if (signal.aborted) failed.push(`${path}: stopped before it.`);
    else {
      try {
        if ("write" in plan) {
          const written = await plan.write();
          done.push(written.words);
          edited.push(written.edited);
        } else done.push(await plan.run());
      } catch (error) {
        // What is written stays, and is told; an error that is no tool's is told as one too, or the rest would be lost.
        failed.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  if (done.length === 0) throw new ToolError(failed.join("\n"));
  const report = await watch.report(edited, { signal });
  return [...done, ...failed, report].filter((words) => words !== "").join("\n");
}

async function planned(file: FilePatch, run: ToolRun): Promise<Plan | ToolError> {
  try {
    return await planOf(file, run);
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}

async function planOf(file: FilePatch, run: ToolRun): Promise<Plan> {
  switch (file.kind) {
    case "add":
      return file.replaces ? planWrite(file.path, file.text, run) : adding(file.path, file.text, run);
    case "delete":
      return deleting(file.path, file.text, run);
    case "update":
      if (file.to === undefined) return planEdits(file.path, file.edits, "hunk", run);
      return file.edits.length === 0
        ? movePath.plan({ from: file.path, to: file.to }, run)
        : moving({ ...file, to: file.to }, run);
  }
}

async function adding(path: string, text: string, run: ToolRun): Promise<Plan> {
  const place = await run.env.files.locate(path);
  if (place.kind === "file") {
    throw new ToolError(`${place.shown} is there already; nothing was written. To change it use *** Update File.`);
  }
  return planWrite(path, text, run);
}

async function deleting(path: string, text: string | undefined, run: ToolRun): Promise<Plan> {
  const { env, signal } = run;
  const place = await existing(path, "file", env, signal);
  if (text !== undefined) {
    const file = await env.files.read(place);
    if (comparable(file.text) !== comparable(text)) {
      return toldOnly(place, `${place.shown} reads otherwise than the patch says; it was not deleted. Read it first.`);
    }
  }
  return deletePath.plan({ path }, run);
}

function comparable(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
}

type Move = Extract<FilePatch, { kind: "update" }> & { readonly to: string };

async function moving({ path, to, edits }: Move, run: ToolRun): Promise<Plan> {
  const { env, signal } = run;
  const from = await existing(path, "file", env, signal);
  const before = await env.files.read(from);
  const edited = editsOf(from, before, edits, { env, form: "hunk" });
  if (edited.kind === "refused") return toldOnly(from, edited.words, edited.told);
  const move = await movePath.plan({ from: path, to }, run);
  const place = await env.files.locate(to);
  const { comparison, after, notes } = edited;
  const actions = move.actions.map((action): Action => {
    if (action.kind !== "write") return action;
    const { added, removed, hunks, truncated } = changeOf(action.place, "move", comparison);
    return { ...action, change: { ...action.change, added, removed, hunks, truncated } };
  });
  const write = async (): Promise<Written> => {
    // Written where it was judged and read, so that what cannot be written is not moved either.
    const written = await env.files.write(from, after, { expect: before.version });
    env.seen.set(from.path, written.version);
    const { added, removed } = comparison.change;
    const counts = `(+${added} -${removed})`;
    try {
      const moved = await move.run();
      const words = [`${moved.replace(/\.$/, "")} and edited it ${counts}.`, ...notes].join("\n");
      return { words, edited: { place, intended: after, written } };
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      throw new ToolError(`${from.shown} was edited ${counts} but not moved: ${error.message}`, { cause: error });
    }
  };
  return watched({ place, actions, write }, run);
}
