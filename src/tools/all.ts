import type { AnyTool } from "../agent/tool.ts";
import { editFile } from "./editFile.ts";
import { findFiles } from "./findFiles.ts";
import { listFiles } from "./listFiles.ts";
import { readFile } from "./readFile.ts";
import { runCommand } from "./runCommand.ts";
import { searchText } from "./searchText.ts";
import { writeFile } from "./writeFile.ts";

/**
 * Every tool, in the order in which they are sent; the order is part of the cached prefix. Each takes arguments of its
 * own schema's type only, which a list of them cannot say.
 */
export function allTools(): readonly AnyTool[] {
  return [readFile, listFiles, findFiles, searchText, editFile, writeFile, runCommand].map(
    (tool) => tool as unknown as AnyTool,
  );
}
