import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { Place, TextFile } from "../agent/ports.ts";
import type { Plan, Tool, ToolEnv } from "../agent/tool.ts";
import { type Applied, applyEdits, type Edit, type EditOutcome, nearestLine } from "../edit/apply.ts";
import { textChange } from "../edit/hunks.ts";
import { toolArguments } from "./arguments.ts";
import { headOf, linesOf } from "./limits.ts";
import { existing } from "./places.ts";

const schema = toolArguments({
  path: z.string().min(1),
  edits: z
    .array(z.strictObject({ old_text: z.string(), new_text: z.string(), replace_all: z.boolean().optional() }))
    .min(1)
    .max(200),
});

export const editFile: Tool<z.infer<typeof schema>> = {
  name: "edit_file",
  description:
    "Replace passages of a file. old_text must match exactly and in one place only; add lines around it to make it unique, or set replace_all.",
  schema,
  readOnly: false,
  async plan({ path, edits }, { env, signal }) {
    const place = await existing(path, "file", env, signal);
    const file = await env.files.read(place);
    const wanted = edits.map(
      ({ old_text, new_text, replace_all = false }): Edit => ({
        oldText: old_text,
        newText: new_text,
        all: replace_all,
      }),
    );
    const since = changedSince(place, file, wanted, env);
    if (since) return since;
    const applied = applyEdits(file.text, wanted);
    // What stands in a file is told only of one that the model was allowed to read.
    const failures = failuresOf(applied, env.seen.has(place.path) ? file.text : undefined);
    if (failures.length === edits.length) return toldOnly(place, failures.join("\n"));
    if (applied.text === file.text) return toldOnly(place, "These edits together leave the file as it is.");
    const change = {
      shown: place.shown,
      path: place.path,
      kind: "edit" as const,
      ...textChange(file.text, applied.text),
    };
    return {
      actions: [{ kind: "write", place, change }],
      async run() {
        const written = await env.files.write(place, applied.text, { expect: file.version });
        env.seen.set(place.path, written.version);
        return [`${landed(applied, place)} (+${change.added} -${change.removed}).`, ...failures].join("\n");
      },
    };
  },
};

/** Why nothing is edited says what stands in the file, be it only that a guess was wrong: it is judged as a read. */
function toldOnly(place: Place, words: string, told = () => {}): Plan {
  return {
    actions: [{ kind: "read", place }],
    run: async () => {
      told();
      throw new ToolError(words);
    },
  };
}

/** What the model believes to be there may be gone. It gets the passage as it is now, so that its next call can land. */
function changedSince(place: Place, file: TextFile, edits: readonly Edit[], env: ToolEnv): Plan | undefined {
  const seen = env.seen.get(place.path);
  if (seen === undefined || seen === file.version) return undefined;
  const lines = new Set(edits.map(({ oldText }) => nearestLine(file.text, oldText) ?? 1));
  const passages = [...lines].slice(0, 3).map((line) => passageAt(file.text, line));
  return toldOnly(
    place,
    `${place.shown} has changed since you last saw it; nothing was edited. It now reads:\n${passages.join("\n")}\nEdit again if that is still right.`,
    () => env.seen.set(place.path, file.version),
  );
}

function failuresOf({ outcomes }: Applied, text: string | undefined): string[] {
  const said = (index: number, words: string) =>
    outcomes.length === 1 ? `Not edited: ${words}` : `Edit ${index + 1} of ${outcomes.length} failed: ${words}`;
  return outcomes.flatMap((outcome, index) => {
    const words = failure(outcome, text);
    return words === undefined ? [] : [said(index, words)];
  });
}

function failure(outcome: EditOutcome, text: string | undefined): string | undefined {
  switch (outcome.status) {
    case "applied":
      return undefined;
    case "absent":
      if (text === undefined) return "old_text is not in the file. You have not read this file yet: read it first.";
      if (outcome.nearest === undefined)
        return "old_text is not in the file, nor anything like it. Read the file again.";
      return `old_text is not in the file as given. The nearest passage:\n${passageAt(text, outcome.nearest)}`;
    case "ambiguous": {
      const rest = outcome.places > outcome.lines.length ? ", …" : "";
      return `old_text is there ${outcome.places} times, at lines ${outcome.lines.join(", ")}${rest}. Add lines around it, or set replace_all.`;
    }
    case "overlaps":
      return "its passage was already replaced by another edit of this call.";
    case "empty":
      return "old_text is empty. Copy the passage to replace; to fill an empty file use write_file.";
    case "unchanged":
      return "old_text and new_text are the same.";
  }
}

const BEFORE = 3;
const AFTER = 12;
const PASSAGE_BYTES = 4_000;

function passageAt(text: string, line: number): string {
  const lines = linesOf(text);
  const from = Math.max(1, line - BEFORE);
  const to = Math.min(lines.length, line + AFTER);
  const body = headOf(lines.slice(from - 1, to).join(""), PASSAGE_BYTES);
  return `[lines ${from}-${to}]\n${body}${body.endsWith("\n") ? "" : "\n"}[end]`;
}

function landed({ outcomes }: Applied, place: Place): string {
  const places = outcomes.reduce((sum, outcome) => sum + (outcome.status === "applied" ? outcome.places : 0), 0);
  return `Edited ${place.shown}: ${places === 1 ? "1 place" : `${places} places`}`;
}
