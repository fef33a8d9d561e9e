import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { Place } from "../agent/ports.ts";
import type { Tool, ToolEnv } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import {
  countOf,
  filesBelow,
  forgetSeen,
  freePath,
  isAtOrBelow,
  isInRepositoryFolder,
  refuseOtherFiles,
  splitPath,
  wholePath,
} from "./wholePaths.ts";

const schema = toolArguments({ from: z.string().min(1), to: z.string().min(1) });

export const movePath: Tool<z.infer<typeof schema>> = {
  name: "move_path",
  description: "Move or rename a file or folder; to is its new path.",
  schema,
  readOnly: false,
  async plan({ from: source, to: target }, { env, signal }) {
    const from = await wholePath(source, env, signal);
    const to = await targetOf(target, from, env);
    const below = from.kind === "folder" ? await filesBelow(from, env) : undefined;
    // What git keeps of it says where it lies, and is not restored with the rest.
    if (below?.some(isInRepositoryFolder)) {
      throw new ToolError(`${from.shown} holds a git repository; it is not moved by a tool.`);
    }
    const files = below?.length;
    return {
      actions: [
        {
          kind: "write",
          place: to,
          from,
          below: below?.flatMap((path) => [path, to.path + path.slice(from.path.length)]),
          change: {
            shown: to.shown,
            path: to.path,
            kind: "move",
            from: from.shown,
            files,
            added: 0,
            removed: 0,
            hunks: [],
            truncated: false,
          },
        },
      ],
      async run() {
        if (below) await refuseOtherFiles(from, below, env, "moved");
        await env.tree.move(from, to);
        forgetSeen(env.seen, from, to);
        return `Moved ${from.shown} to ${to.shown}${files === undefined ? "" : ` (${countOf(files)})`}.`;
      },
    };
  },
};

async function targetOf(target: string, from: Place, env: ToolEnv): Promise<Place> {
  const to = await freePath(target, env);
  const { name } = splitPath(from.path);
  if (to.path === from.path) {
    if (splitPath(target).name === name) throw new ToolError(`${from.shown} is there already.`);
    throw new ToolError(`${target} and ${from.shown} are one file on this disk; rename it with run_command.`);
  }
  if (isAtOrBelow(to.path, from.path)) throw new ToolError(`${from.shown} cannot be moved into itself.`);
  const named = `${to.shown === "." ? "" : `${to.shown}/`}${name}`;
  if (to.kind === "folder") throw new ToolError(`${to.shown} is a folder. To move it there, give the path ${named}.`);
  if (to.kind !== "missing") throw new ToolError(`${to.shown} is there already; nothing was moved.`);
  if (from.kind === "file" && /[\\/]$/.test(target)) {
    throw new ToolError(`${target} names a folder. To move it there, give the path ${named}.`);
  }
  return to;
}
