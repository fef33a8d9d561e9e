import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { FilePart } from "../agent/ports.ts";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { linesOf, MAX_BYTES, MAX_LINES } from "./limits.ts";
import { existing } from "./places.ts";
import { readNotebook } from "./readNotebook.ts";

const schema = toolArguments({
  path: z.string().min(1),
  start: z.int().min(1).optional(),
  end: z.int().min(1).optional(),
  line_numbers: z.boolean().optional(),
});

export const readFile: Tool<z.infer<typeof schema>> = {
  name: "read_file",
  description: "Read a text file, or its lines start to end (from 1). Long files come in parts.",
  schema,
  readOnly: true,
  async plan({ path, start = 1, end, line_numbers }, { env, signal }) {
    if (end !== undefined && end < start) throw new ToolError(`end (${end}) is before start (${start}).`);
    const place = await existing(path, "file", env, signal);
    return {
      actions: [{ kind: "read", place }],
      async run() {
        const most = start + MAX_LINES - 1;
        const range = { start, end: Math.min(end ?? most, most), maxBytes: MAX_BYTES };
        const cells = await readNotebook(place, range, env.files);
        const part = cells ?? (await env.files.readPart(place, range, { signal }));
        if (part.lines !== undefined && part.lines > 0 && start > part.lines) {
          throw new ToolError(`${place.shown} has ${count(part.lines)}; start ${start} is past its end.`);
        }
        env.seen.set(place.path, part.version);
        return passage(part, { end, numbered: line_numbers === true });
      },
    };
  },
};

interface Asked {
  readonly end: number | undefined;
  readonly numbered: boolean;
}

function passage(part: FilePart, { end, numbered }: Asked): string {
  if (part.lines === 0) return "(empty file)";
  const body = numbered ? withNumbers(part) : part.text;
  const notes = [extent(part, end), legacy(part)].filter((words) => words !== "");
  return notes.length === 0 ? body : `${body}${body === "" || body.endsWith("\n") ? "" : "\n"}[${notes.join("; ")}]`;
}

function withNumbers({ text, from }: FilePart): string {
  return linesOf(text)
    .map((line, i) => `${from + i}\t${line}`)
    .join("");
}

/** What of the file this is, unless it is all of it. */
function extent({ from, to, lines, cut }: FilePart, end: number | undefined): string {
  if (cut) return `line ${to} cut after ${MAX_BYTES} bytes; for the rest of it use run_command`;
  const shown = `lines ${from}-${to} of ${lines ?? `more than ${to}`}`;
  const last = Math.min(end ?? Number.POSITIVE_INFINITY, lines ?? Number.POSITIVE_INFINITY);
  if (to < last) return `${shown}; go on with start ${to + 1}`;
  return from > 1 || to !== lines ? shown : "";
}

/** Unicode holds every character that the model may want to write; the others do not. */
function legacy({ encoding }: FilePart): string {
  return encoding.startsWith("utf") ? "" : `encoding ${encoding}`;
}

function count(lines: number): string {
  return lines === 1 ? "1 line" : `${lines} lines`;
}
