import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { TextFile } from "../agent/ports.ts";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { bytesOf, headOf, linesOf, MAX_BYTES, MAX_LINES } from "./limits.ts";
import { existing } from "./places.ts";

const schema = toolArguments({
  path: z.string().min(1),
  start: z.int().min(1).optional(),
  end: z.int().min(1).optional(),
});

export const readFile: Tool<z.infer<typeof schema>> = {
  name: "read_file",
  description: "Read a text file, or its lines start to end (from 1). Long files come in parts.",
  schema,
  readOnly: true,
  async plan({ path, start, end }, { env, signal }) {
    if (start !== undefined && end !== undefined && end < start) {
      throw new ToolError(`end (${end}) is before start (${start}).`);
    }
    const place = await existing(path, "file", env, signal);
    return {
      actions: [{ kind: "read", place }],
      async run() {
        const file = await env.files.read(place);
        const text = passage(file, start ?? 1, end, place.shown);
        env.seen.set(place.path, file.version);
        return text;
      },
    };
  },
};

function passage({ text }: TextFile, start: number, end: number | undefined, shown: string): string {
  if (text === "") return "(empty file)";
  const lines = linesOf(text);
  if (start > lines.length) throw new ToolError(`${shown} has ${count(lines.length)}; start ${start} is past its end.`);
  const last = Math.min(end ?? lines.length, lines.length);
  const wanted = lines.slice(start - 1, Math.min(last, start - 1 + MAX_LINES));
  const { kept, cutLine } = withinBytes(wanted);
  const body = kept.join("");
  const reached = start - 1 + kept.length;
  if (cutLine) return note(body, `line ${reached} cut after ${MAX_BYTES} bytes; for the rest of it use run_command`);
  if (reached < last)
    return note(body, `lines ${start}-${reached} of ${lines.length}; go on with start ${reached + 1}`);
  if (start > 1 || reached < lines.length) return note(body, `lines ${start}-${reached} of ${lines.length}`);
  return body;
}

function withinBytes(lines: readonly string[]): { kept: string[]; cutLine: boolean } {
  const kept: string[] = [];
  let room = MAX_BYTES;
  for (const line of lines) {
    room -= bytesOf(line);
    if (room < 0) break;
    kept.push(line);
  }
  const [first = ""] = lines;
  return kept.length > 0 ? { kept, cutLine: false } : { kept: [headOf(first, MAX_BYTES)], cutLine: true };
}

function note(body: string, words: string): string {
  return `${body}${body.endsWith("\n") ? "" : "\n"}[${words}]`;
}

function count(lines: number): string {
  return lines === 1 ? "1 line" : `${lines} lines`;
}
