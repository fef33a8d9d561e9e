import { join } from "node:path";
import { findOnPath, firstExecutable } from "./executables.ts";

export interface RipgrepLookup {
  /** VS Code's installation, `vscode.env.appRoot`. */
  readonly appRoot?: string | undefined;
  /** Workspace folders; a ripgrep in there is not taken. */
  readonly avoid: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** VS Code's own ripgrep, else one on PATH, else none. */
export async function findRipgrep({ appRoot, avoid, env }: RipgrepLookup): Promise<string | undefined> {
  const bundled = appRoot === undefined ? undefined : await firstExecutable(bundledCandidates(appRoot), []);
  return bundled ?? findOnPath("rg", { avoid, ...(env && { env }) });
}

function bundledCandidates(appRoot: string): string[] {
  const file = process.platform === "win32" ? "rg.exe" : "rg";
  return ["node_modules", "node_modules.asar.unpacked"].flatMap((modules) => [
    join(appRoot, modules, "@vscode/ripgrep-universal/bin", `${process.platform}-${process.arch}`, file),
    join(appRoot, modules, "@vscode/ripgrep/bin", file),
  ]);
}
