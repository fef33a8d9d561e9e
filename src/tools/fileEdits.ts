import { ToolError } from "../agent/errors.ts";
import type { FileChange, Place, TextFile } from "../agent/ports.ts";
import type { Plan, RunOptions, ToolEnv, ToolRun } from "../agent/tool.ts";
import { type Applied, applyEdits, type Edit } from "../edit/apply.ts";
import { type Comparison, compareTexts } from "../edit/hunks.ts";
import { nearestTo } from "../edit/near.ts";
import { Source } from "../edit/source.ts";
import { type Edited, watchEdit } from "./afterEdit.ts";
import { type Form, failuresOf, landed, notTaken, passagesNear, remarksOf } from "./editWords.ts";
import { existing } from "./places.ts";

/** Edits of one file, worked out; nothing has been written. */
export type FileEdits =
  | { readonly kind: "refused"; readonly place: Place; readonly words: string; readonly told: () => void }
  | {
      readonly kind: "ready";
      readonly place: Place;
      readonly before: TextFile;
      readonly after: string;
      readonly applied: Applied;
      readonly comparison: Comparison;
      /** What the model is told beside that it landed: edits that did not, and what was taken for what. */
      readonly notes: readonly string[];
    };

/** What stands in a file is told only of one that the model was allowed to read. */
export function editsOf(
  place: Place,
  before: TextFile,
  edits: readonly Edit[],
  how: { env: ToolEnv; form: Form },
): FileEdits {
  const { env, form } = how;
  const since = changedSince(place, before, edits, env);
  if (since) return since;
  const seen = env.seen.has(place.path);
  const applied = applyEdits(before.text, edits, { near: seen });
  const said = { form, text: seen ? before.text : undefined, given: edits.map(({ oldText }) => oldText) };
  const failures = [...failuresOf(applied, said), ...otherTool(place, applied)];
  const refused = (words: string) => ({ kind: "refused" as const, place, words, told: () => {} });
  if (applied.outcomes.every(({ status }) => status !== "applied") && edits.length > 0)
    return refused(failures.join("\n"));
  if (applied.text === before.text) return refused("These edits together leave the file as it is.");
  const comparison = compareTexts(before.text, applied.text);
  const notes = [...failures, ...remarksOf(applied, said)];
  return { kind: "ready", place, before, after: applied.text, applied, comparison, notes };
}

/** What a notebook's cells read is not how it stands in the file. */
function otherTool({ path }: Place, { outcomes }: Applied): string[] {
  const isMeant = /\.ipynb$/i.test(path) && outcomes.some(({ status }) => status === "absent");
  return isMeant ? ["To edit the cells of a notebook use edit_notebook."] : [];
}

/** Edits of one file that is there. */
export async function planEdits(
  path: string,
  edits: readonly Edit[],
  form: Form,
  { env, signal }: ToolRun,
): Promise<Plan> {
  const place = await existing(path, "file", env, signal);
  const edited = editsOf(place, await env.files.read(place), edits, { env, form });
  if (edited.kind === "refused") return toldOnly(place, edited.words, edited.told);
  const { before, after, applied, comparison, notes } = edited;
  const done = ({ added, removed }: { readonly added: number; readonly removed: number }) =>
    `${landed(applied, place)} (+${added} -${removed}).`;
  return rewriting({ place, kind: "edit", before, after, comparison, signal, env, done, notes });
}

/** What the model believes to be there may be gone. It gets the passage as it is now, so that its next call can land. */
function changedSince(place: Place, file: TextFile, edits: readonly Edit[], env: ToolEnv): FileEdits | undefined {
  const seen = env.seen.get(place.path);
  if (seen === undefined || seen === file.version) return undefined;
  const source = new Source(file.text);
  const passages = passagesNear(
    file.text,
    edits.slice(0, 3).map(({ oldText }) => nearestTo(source, oldText, 1)[0]),
  );
  return {
    kind: "refused",
    place,
    words: `${place.shown} has changed since you last saw it; nothing was edited. It now reads:\n${passages}\nEdit again if that is still right.`,
    told: () => env.seen.set(place.path, file.version),
  };
}

/** Why nothing is edited says what stands in the file, be it only that a guess was wrong: it is judged as a read. */
export function toldOnly(place: Place, words: string, told = () => {}): Plan {
  return {
    actions: [{ kind: "read", place }],
    run: async () => {
      told();
      throw new ToolError(words);
    },
  };
}

export interface Rewriting {
  readonly place: Place;
  readonly kind: "edit" | "overwrite" | "create";
  readonly before: TextFile | undefined;
  readonly after: string;
  readonly comparison: Comparison;
  readonly signal: AbortSignal;
  readonly env: ToolEnv;
  /** The first line of the result, from the change that was made. */
  readonly done: (counts: { readonly added: number; readonly removed: number }) => string;
  readonly notes: readonly string[];
}

/** A plan that writes one file. Whoever writes several looks once at what all of that brought about. */
export interface WritingPlan extends Plan {
  /** Where the file is once it is written. */
  readonly place: Place;
  /** Like `run`, without looking. */
  write(options?: RunOptions): Promise<Written>;
}

export interface Written {
  readonly words: string;
  readonly edited: Edited;
}

/** The plan that writes one file, all of the change or the hunks that the user takes. */
export function rewriting({
  place,
  kind,
  before,
  after,
  comparison,
  signal,
  env,
  done,
  notes,
}: Rewriting): WritingPlan {
  if (after.includes("\0") && !before?.text.includes("\0")) {
    throw new ToolError(`${place.shown} would hold a NUL character and be no text file any more; nothing was written.`);
  }
  const change = changeOf(place, kind, comparison);
  const write = async ({ hunks }: RunOptions = {}): Promise<Written> => {
    const chosen = change.selectable && hunks && hunks.size < change.hunks.length ? hunks : undefined;
    const text = chosen ? comparison.taking(chosen) : after;
    const counts = chosen && before ? compareTexts(before.text, text).change : change;
    const written = await env.files.write(place, text, { expect: before?.version ?? "missing" });
    env.seen.set(place.path, written.version);
    const first = chosen
      ? [`Edited ${place.shown} in part (+${counts.added} -${counts.removed}).`, notTaken(change.hunks, chosen)]
      : [done(counts)];
    return { words: [...first, ...notes].join("\n"), edited: { place, intended: text, written } };
  };
  return watched({ place, actions: [{ kind: "write", place, change }], write }, { env, signal });
}

/** The plan whose `run` writes and then looks. */
export function watched(
  plan: Omit<WritingPlan, "run">,
  { env, signal }: { readonly env: ToolEnv; readonly signal: AbortSignal },
): WritingPlan {
  return {
    ...plan,
    async run(options) {
      const watch = watchEdit(env, [plan.place]);
      const { words, edited } = await plan.write(options);
      const report = await watch.report([edited], { signal });
      return report === "" ? words : `${words}\n${report}`;
    },
  };
}

export function changeOf(place: Place, kind: FileChange["kind"], { change }: Comparison): FileChange {
  const selectable = kind !== "create" && !change.truncated && change.hunks.length > 1;
  return { shown: place.shown, path: place.path, kind, ...(selectable ? { selectable } : {}), ...change };
}

export function lines(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}
