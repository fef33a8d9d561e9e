import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { FileChange, Place, TextFile } from "../agent/ports.ts";
import type { Plan, Tool, ToolEnv } from "../agent/tool.ts";
import { textChange } from "../edit/hunks.ts";
import { toolArguments } from "./arguments.ts";
import { countOf, filesBelow, forgetSeen, isInRepositoryFolder, refuseOtherFiles, wholePath } from "./wholePaths.ts";

const schema = toolArguments({ path: z.string().min(1) });

export const deletePath: Tool<z.infer<typeof schema>> = {
  name: "delete_path",
  description: "Delete a file, or a folder with all it holds.",
  schema,
  readOnly: false,
  async plan({ path }, { env, signal }) {
    const place = await wholePath(path, env, signal);
    return place.kind === "folder" ? removingFolder(place, env) : removingFile(place, env);
  },
};

async function removingFile(place: Place, env: ToolEnv): Promise<Plan> {
  const file = await textOf(place, env);
  const seen = env.seen.get(place.path);
  if (seen !== undefined && file && file.version !== seen) throw changed(place);
  return {
    actions: [{ kind: "write", place, change: changeOf(place, textChange(file?.text ?? "", "")) }],
    async run() {
      if ((await textOf(place, env))?.version !== file?.version) throw changed(place);
      await env.tree.remove(place);
      forgetSeen(env.seen, place);
      return `Deleted ${place.shown}.`;
    },
  };
}

async function removingFolder(place: Place, env: ToolEnv): Promise<Plan> {
  const below = await filesBelow(place, env);
  if (below.some(isInRepositoryFolder)) {
    throw new ToolError(`${place.shown} holds a git repository; it is not deleted by a tool.`);
  }
  const files = below.length;
  return {
    actions: [{ kind: "write", place, below, change: { ...changeOf(place, textChange("", "")), files } }],
    async run() {
      await refuseOtherFiles(place, below, env, "deleted");
      await env.tree.remove(place);
      forgetSeen(env.seen, place);
      return `Deleted ${place.shown} (${files === 0 ? "no files in it" : countOf(files)}).`;
    },
  };
}

/** undefined for what is no text, or is too much of it: that can be deleted too, but not shown. */
async function textOf(place: Place, env: ToolEnv): Promise<TextFile | undefined> {
  return env.files.read(place).catch((error: unknown) => {
    if (error instanceof ToolError) return undefined;
    throw error;
  });
}

/** Work that the model, or the user who agreed, has never seen is not thrown away. */
function changed({ shown }: Place): ToolError {
  return new ToolError(`${shown} has changed since you saw it; nothing was deleted. Read it again first.`);
}

function changeOf(place: Place, text: ReturnType<typeof textChange>): FileChange {
  return { shown: place.shown, path: place.path, kind: "delete", ...text };
}
