import { ToolError } from "../agent/errors.ts";
import type { FilePart, Files, Place, TextFile } from "../agent/ports.ts";
import { bytesOf, headOf, linesOf } from "./limits.ts";
import { notebookText } from "./notebook.ts";

type Range = Parameters<Files["readPart"]>[1];

/** Lines of a notebook as its cells, like `Files.readPart`. undefined for all that is none, and for one that is too large
 * to be taken apart: that is read as the text it is. */
export async function readNotebook(place: Place, range: Range, files: Files): Promise<FilePart | undefined> {
  if (!/\.ipynb$/i.test(place.path)) return undefined;
  try {
    const file = await files.read(place);
    const view = notebookText(file.text);
    return view === undefined ? undefined : partOf(view, range, file);
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

function partOf(view: string, { start, end, maxBytes }: Range, { version, encoding }: TextFile): FilePart {
  const lines = linesOf(view);
  const kept: string[] = [];
  let room = maxBytes;
  for (const line of lines.slice(start - 1, end)) {
    room -= bytesOf(line);
    if (room < 0) break;
    kept.push(line);
  }
  const first = lines[start - 1];
  const cut = kept.length === 0 && first !== undefined;
  if (cut) kept.push(headOf(first, maxBytes));
  return {
    text: kept.join(""),
    from: start,
    to: start - 1 + kept.length,
    lines: lines.length,
    cut,
    version,
    encoding,
  };
}
