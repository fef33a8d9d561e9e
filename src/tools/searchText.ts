import * as z from "zod";
import type { TextMatch } from "../agent/ports.ts";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { listed } from "./limits.ts";
import { existing } from "./places.ts";

const MAX_MATCHES = 200;
const MAX_LINE_LENGTH = 300;

const schema = toolArguments({
  pattern: z.string().min(1).max(2_000),
  path: z.string().min(1).optional(),
  glob: z.string().min(1).max(500).optional(),
  ignore_case: z.boolean().optional(),
  literal: z.boolean().optional(),
});

export const searchText: Tool<z.infer<typeof schema>> = {
  name: "search_text",
  description:
    "Search files for a regular expression, line by line. Gives path, then line:text. Ignored files are left out.",
  schema,
  readOnly: true,
  async plan({ pattern, path = ".", glob, ignore_case = false, literal = false }, { env, signal }) {
    const kind = (await env.files.locate(path)).kind === "file" ? "file" : "folder";
    const within = await existing(path, kind, env, signal);
    return {
      actions: [{ kind: "read", place: within }],
      async run() {
        const { matches, more } = await env.search.text(
          { pattern, literal, ignoreCase: ignore_case, glob, within, limit: MAX_MATCHES },
          { signal },
        );
        if (matches.length === 0) return `No matches in ${within.shown} (ignored files are left out).`;
        return listed({ lines: byFile(matches), more }, "narrow the pattern, the path or the glob");
      },
    };
  },
};

function byFile(matches: readonly TextMatch[]): string[] {
  const lines: string[] = [];
  let file: string | undefined;
  for (const { shown, line, text } of matches) {
    if (shown !== file) lines.push(shown);
    file = shown;
    lines.push(`${line}:${shortened(text.trimEnd())}`);
  }
  return lines;
}

function shortened(line: string): string {
  return line.length <= MAX_LINE_LENGTH ? line : `${line.slice(0, MAX_LINE_LENGTH)}…`;
}
