import * as z from "zod";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { listed } from "./limits.ts";
import { existing } from "./places.ts";

const MAX_ENTRIES = 500;
const DEFAULT_DEPTH = 2;

const schema = toolArguments({
  path: z.string().min(1).optional(),
  depth: z.int().min(1).max(20).optional(),
});

export const listFiles: Tool<z.infer<typeof schema>> = {
  name: "list_files",
  description: `List a folder, ${DEFAULT_DEPTH} levels deep by default. Ignored files are left out.`,
  schema,
  readOnly: true,
  async plan({ path = ".", depth = DEFAULT_DEPTH }, { env, signal }) {
    const folder = await existing(path, "folder", env, signal);
    return {
      actions: [{ kind: "read", place: folder }],
      async run() {
        const { paths, more } = await env.search.list({ folder, depth, limit: MAX_ENTRIES }, { signal });
        if (paths.length === 0) return "(no files; ignored ones are left out)";
        return listed({ lines: paths, more }, "list a folder below, or less depth");
      },
    };
  },
};
