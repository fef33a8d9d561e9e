import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { freePath } from "./wholePaths.ts";

const schema = toolArguments({ path: z.string().min(1) });

export const createFolder: Tool<z.infer<typeof schema>> = {
  name: "create_folder",
  description: "Create an empty folder. write_file needs none.",
  schema,
  readOnly: false,
  async plan({ path }, { env }) {
    const place = await freePath(path, env);
    const { shown } = place;
    if (place.kind === "folder") {
      return { actions: [{ kind: "read", place }], run: async () => `${shown} is there already.` };
    }
    if (place.kind !== "missing") throw new ToolError(`${shown} is there already, and is no folder.`);
    return {
      actions: [
        {
          kind: "write",
          place,
          change: { shown, path: place.path, kind: "folder", added: 0, removed: 0, hunks: [], truncated: false },
        },
      ],
      async run() {
        await env.tree.createFolder(place);
        return `Created ${shown}.`;
      },
    };
  },
};
