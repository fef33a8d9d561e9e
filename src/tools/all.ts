import type { AnyTool, ToolEnv } from "../agent/tool.ts";
import { applyPatch } from "./applyPatch.ts";
import { askUser } from "./askUser.ts";
import { createFolder } from "./createFolder.ts";
import { deletePath } from "./deletePath.ts";
import { editFile } from "./editFile.ts";
import { editNotebook } from "./editNotebook.ts";
import { findFiles } from "./findFiles.ts";
import { getDiagnostics } from "./getDiagnostics.ts";
import { listFiles } from "./listFiles.ts";
import { movePath } from "./movePath.ts";
import { readFile } from "./readFile.ts";
import { readOutput } from "./readOutput.ts";
import { runCommand } from "./runCommand.ts";
import { searchText } from "./searchText.ts";
import { stopCommand } from "./stopCommand.ts";
import { updateTodos } from "./updateTodos.ts";
import { writeFile } from "./writeFile.ts";

const EVERYWHERE = [readFile, listFiles, findFiles, searchText, editFile, writeFile, runCommand];
const BESIDE = [readOutput, stopCommand, updateTodos];
const WHOLE = [movePath, deletePath, createFolder, editNotebook];
const UNLISTED = [applyPatch];

/**
 * Every tool that can be served here, in the order in which they are sent; the order is part of the cached
 * prefix. Each takes arguments of its own schema's type only, which a list of them cannot say.
 */
export function allTools({ diagnostics, user }: Pick<ToolEnv, "user" | "diagnostics"> = {}): readonly AnyTool[] {
  const here = [...(diagnostics ? [getDiagnostics] : []), ...(user ? [askUser] : [])];
  return [...EVERYWHERE, ...BESIDE, ...WHOLE, ...UNLISTED, ...here].map((tool) => tool as unknown as AnyTool);
}
