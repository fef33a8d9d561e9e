import * as z from "zod";
import type { Tool } from "../agent/tool.ts";
import type { Edit } from "../edit/apply.ts";
import { looksLikePatch } from "../edit/patch.ts";
import { toolArguments } from "./arguments.ts";
import { understoodEdits } from "./editArguments.ts";
import { planEdits } from "./fileEdits.ts";
import { planPatchOf } from "./patchPlan.ts";

const schema = toolArguments(
  {
    path: z.string().min(1),
    edits: z
      .array(z.strictObject({ old_text: z.string(), new_text: z.string(), replace_all: z.boolean().optional() }))
      .min(1)
      .max(200),
  },
  understoodEdits,
);

export const editFile: Tool<z.infer<typeof schema>> = {
  name: "edit_file",
  description:
    "Replace passages of a file. old_text must match exactly and in one place only; add lines around it to make it unique, or set replace_all.",
  schema,
  readOnly: false,
  async plan({ path, edits }, run) {
    const [only] = edits;
    // What models fall back to from their training: a whole patch in place of the new text.
    if (edits.length === 1 && only?.old_text === "" && looksLikePatch(only.new_text)) {
      return planPatchOf(only.new_text, path, run);
    }
    const wanted = edits.map(
      ({ old_text, new_text, replace_all = false }): Edit => ({
        oldText: old_text,
        newText: new_text,
        all: replace_all,
      }),
    );
    return planEdits(path, wanted, "edit", run);
  },
};
