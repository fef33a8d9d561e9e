import { sep } from "node:path";
import * as vscode from "vscode";
import type { Diagnostic, Diagnostics, Place } from "../agent/ports.ts";
import { isSecret } from "../approval/paths.ts";
import { locate, type Root, WHOLE_WORKSPACE } from "../node/places.ts";
import { checkFile, settleFolder } from "./diagnosing.ts";
import { watchDiagnostics, worstFirst } from "./diagnosticsWatch.ts";
import { workspaceRoots } from "./workspace.ts";

/** Files with reports that are looked at for a folder. */
const MAX_FILES = 2_000;

export interface DiagnosticsOptions {
  readonly roots?: () => readonly Root[];
}

/** What VS Code's Problems view holds. */
export function createDiagnostics({ roots = workspaceRoots }: DiagnosticsOptions = {}): Diagnostics {
  const describe = (found: readonly vscode.Diagnostic[], shown: string) => found.map((one) => diagnosticOf(one, shown));
  const shownOf = async (uri: vscode.Uri) => {
    const place = await locate(uri.fsPath, roots()).catch(() => undefined);
    return place?.kind === "file" && place.inside ? place.shown : undefined;
  };
  return {
    watch: (places) => watchDiagnostics(places, { describe, shownOf }),
    async read(place, { signal }) {
      if (place.kind === "file") {
        const found = await checkFile(place, { signal });
        return worstFirst(describe(found, place.shown));
      }
      await settleFolder(place, { signal });
      return worstFirst(await below(place, roots()));
    },
  };
}

async function below(folder: Place, roots: readonly Root[]): Promise<Diagnostic[]> {
  const reports = vscode.languages
    .getDiagnostics()
    .filter(([uri, found]) => uri.scheme === "file" && found.length > 0 && !isSecret(uri.fsPath))
    .slice(0, MAX_FILES);
  const all = await Promise.all(
    reports.map(async ([uri, found]) => {
      const place = await locate(uri.fsPath, roots).catch(() => undefined);
      // Reports of files that are gone stay for a while.
      if (place?.kind !== "file" || !place.inside || !isBelow(folder, place)) return [];
      return found.map((one) => diagnosticOf(one, place.shown));
    }),
  );
  return all.flat();
}

function isBelow(folder: Place, { path }: Place): boolean {
  return (
    folder.shown === WHOLE_WORKSPACE || path.startsWith(folder.path.endsWith(sep) ? folder.path : folder.path + sep)
  );
}

const SEVERITIES = ["error", "warning", "info", "hint"] as const;

function diagnosticOf(found: vscode.Diagnostic, shown: string): Diagnostic {
  const { code, range, message, source = "" } = found;
  const value = typeof code === "object" ? code.value : code;
  return {
    shown,
    line: range.start.line + 1,
    column: range.start.character + 1,
    severity: SEVERITIES[found.severity] ?? "info",
    message,
    source,
    code: value === undefined ? "" : String(value),
  };
}
