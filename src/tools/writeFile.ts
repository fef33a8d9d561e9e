import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { Place } from "../agent/ports.ts";
import type { Plan, Tool, ToolEnv, ToolRun } from "../agent/tool.ts";
import { compareTexts } from "../edit/hunks.ts";
import { isUniformlyCrlf, toCrlf } from "../edit/lines.ts";
import { toolArguments } from "./arguments.ts";
import { lines, rewriting } from "./fileEdits.ts";

const schema = toolArguments({ path: z.string().min(1), content: z.string() });

export const writeFile: Tool<z.infer<typeof schema>> = {
  name: "write_file",
  description: "Create a file, or replace one you have read.",
  schema,
  readOnly: false,
  async plan({ path, content }, run) {
    return planWrite(path, content, run);
  },
};

/** Writes a whole file: a new one, or one that the model has read. */
export async function planWrite(path: string, content: string, { env, signal }: ToolRun): Promise<Plan> {
  if (/[\\/]$/.test(path)) throw new ToolError(`${path} names a folder; write_file needs a file's path.`);
  const place = await env.files.locate(path);
  switch (place.kind) {
    case "missing": {
      const comparison = compareTexts("", content);
      const done = ({ added }: { readonly added: number }) => `Created ${place.shown} (${lines(added)}).`;
      const rest = { before: undefined, after: content, comparison, signal, env, notes: [] };
      return rewriting({ place, kind: "create", done, ...rest });
    }
    case "folder":
      throw new ToolError(`${place.shown} is a folder.`);
    case "other":
      throw new ToolError(`${place.shown} is not a regular file (a device, pipe or socket).`);
    case "file":
      return overwriting(place, content, { env, signal });
  }
}

async function overwriting(
  place: Place,
  content: string,
  { env, signal }: { readonly env: ToolEnv; readonly signal: AbortSignal },
): Promise<Plan> {
  const before = await env.files.read(place);
  const seen = env.seen.get(place.path);
  if (seen === undefined) {
    throw new ToolError(`${place.shown} exists and you have not read it. Read it first, or use edit_file.`);
  }
  if (seen !== before.version) {
    throw new ToolError(`${place.shown} has changed since you read it. Read it again before you replace it.`);
  }
  // The mark that such a file begins with is written with it in any case.
  const body = /^utf(8bom|16[lb]e)$/.test(before.encoding) ? content.replace(/^\ufeff/, "") : content;
  // Models write LF; a file with CRLF throughout keeps it.
  const after = isUniformlyCrlf(before.text) && !body.includes("\r") ? toCrlf(body) : body;
  if (after === before.text) {
    return { actions: [{ kind: "read", place }], run: async () => `${place.shown} has exactly this content already.` };
  }
  const comparison = compareTexts(before.text, after);
  const done = ({ added, removed }: { readonly added: number; readonly removed: number }) =>
    `Replaced ${place.shown} (+${added} -${removed}).`;
  return rewriting({ place, kind: "overwrite", before, after, comparison, signal, env, done, notes: [] });
}
