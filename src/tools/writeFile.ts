import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { Place, TextFile } from "../agent/ports.ts";
import type { Plan, Tool, ToolEnv } from "../agent/tool.ts";
import { isUniformlyCrlf, toCrlf } from "../edit/apply.ts";
import { textChange } from "../edit/hunks.ts";
import { toolArguments } from "./arguments.ts";

const schema = toolArguments({ path: z.string().min(1), content: z.string() });

export const writeFile: Tool<z.infer<typeof schema>> = {
  name: "write_file",
  description: "Create a file, or replace one you have read.",
  schema,
  readOnly: false,
  async plan({ path, content }, { env }) {
    if (/[\\/]$/.test(path)) throw new ToolError(`${path} names a folder; write_file needs a file's path.`);
    const place = await env.files.locate(path);
    switch (place.kind) {
      case "missing":
        return writing({ place, text: content, before: undefined, env });
      case "folder":
        throw new ToolError(`${place.shown} is a folder.`);
      case "other":
        throw new ToolError(`${place.shown} is not a regular file (a device, pipe or socket).`);
      case "file":
        return overwriting(place, content, env);
    }
  },
};

async function overwriting(place: Place, content: string, env: ToolEnv): Promise<Plan> {
  const before = await env.files.read(place);
  const seen = env.seen.get(place.path);
  if (seen === undefined) {
    throw new ToolError(`${place.shown} exists and you have not read it. Read it first, or use edit_file.`);
  }
  if (seen !== before.version) {
    throw new ToolError(`${place.shown} has changed since you read it. Read it again before you replace it.`);
  }
  // Models write LF; a file with CRLF throughout keeps it.
  const text = isUniformlyCrlf(before.text) && !content.includes("\r") ? toCrlf(content) : content;
  if (text === before.text) {
    return { actions: [{ kind: "read", place }], run: async () => `${place.shown} has exactly this content already.` };
  }
  return writing({ place, text, before, env });
}

interface Writing {
  readonly place: Place;
  readonly text: string;
  readonly before: TextFile | undefined;
  readonly env: ToolEnv;
}

function writing({ place, text, before, env }: Writing): Plan {
  const change = {
    shown: place.shown,
    path: place.path,
    kind: before ? ("overwrite" as const) : ("create" as const),
    ...textChange(before?.text ?? "", text),
  };
  return {
    actions: [{ kind: "write", place, change }],
    async run() {
      const file = await env.files.write(place, text, { expect: before?.version ?? "missing" });
      env.seen.set(place.path, file.version);
      return before
        ? `Replaced ${place.shown} (+${change.added} -${change.removed}).`
        : `Created ${place.shown} (${change.added === 1 ? "1 line" : `${change.added} lines`}).`;
    },
  };
}
