import * as z from "zod";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { listed } from "./limits.ts";
import { existing } from "./places.ts";

const MAX_FILES = 300;

const schema = toolArguments({
  pattern: z.string().min(1).max(500).meta({ description: "Glob: *.ts or src/**/*.test.ts" }),
  path: z.string().min(1).optional(),
});

export const findFiles: Tool<z.infer<typeof schema>> = {
  name: "find_files",
  description: "Find files by name. Ignored files are left out.",
  schema,
  readOnly: true,
  async plan({ pattern, path = "." }, { env, signal }) {
    const within = await existing(path, "folder", env, signal);
    return {
      actions: [{ kind: "read", place: within }],
      async run() {
        const { paths, more } = await env.search.files({ glob: pattern, within, limit: MAX_FILES }, { signal });
        if (paths.length === 0) return `No files match ${pattern} in ${within.shown} (ignored files are left out).`;
        return listed({ lines: paths, more }, "narrow the pattern or the path");
      },
    };
  },
};
