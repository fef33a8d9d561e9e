import * as z from "zod";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { planPatch } from "./patchPlan.ts";

const schema = toolArguments({ patch: z.string().min(1) }, (value) => {
  if (typeof value === "string") return { patch: value };
  if (typeof value !== "object" || value === null || "patch" in value) return value;
  const { input, diff, patch_text, ...rest } = value as Record<string, unknown>;
  return { patch: input ?? diff ?? patch_text, ...rest };
});

/** Not offered: edit_file is what models are told to use. Some call this one from their training all the same. */
export const applyPatch: Tool<z.infer<typeof schema>> = {
  name: "apply_patch",
  description: "Apply a patch to files.",
  schema,
  readOnly: false,
  unlisted: true,
  async plan({ patch }, run) {
    return planPatch(patch, run);
  },
};
