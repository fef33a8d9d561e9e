import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { Diagnostic, Place } from "../agent/ports.ts";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { listed } from "./limits.ts";
import { existing } from "./places.ts";

const MAX_PROBLEMS = 100;
const MAX_MESSAGE = 400;

const schema = toolArguments({ path: z.string().min(1).optional() });

export const getDiagnostics: Tool<z.infer<typeof schema>> = {
  name: "get_diagnostics",
  description:
    "The editor's errors and warnings: of a file, which is checked now, or of all open files below a folder.",
  schema,
  readOnly: true,
  async plan({ path = "." }, { env, signal }) {
    const { diagnostics } = env;
    if (!diagnostics) throw new ToolError("No editor is here. Run the project's own checks with run_command.");
    const kind = (await env.files.locate(path)).kind === "file" ? "file" : "folder";
    const place = await existing(path, kind, env, signal);
    return {
      actions: [{ kind: "read", place }],
      run: async () => said(await diagnostics.read(place, { signal }), place),
    };
  },
};

function said(found: readonly Diagnostic[], place: Place): string {
  // Hints are marks for the eye, such as a name drawn paler because nobody uses it.
  const problems = found.filter(({ severity }) => severity !== "hint");
  if (problems.length === 0) {
    const { kind, shown } = place;
    return kind === "file"
      ? `The editor reports no problems in ${shown}.`
      : `The editor reports no problems below ${shown}. Files that are not open may not be checked: name one, or run the project's checks.`;
  }
  const lines = problems.slice(0, MAX_PROBLEMS).map(problemLine);
  return listed({ lines, more: problems.length > MAX_PROBLEMS }, `${problems.length} in all; narrow the path`);
}

/** One problem in one line. */
export function problemLine({ shown, line, column, severity, source, code, message }: Diagnostic): string {
  const from = `${source}${code === "" ? "" : `(${code})`}`;
  return `${shown}:${line}:${column} ${severity}${from === "" ? "" : ` ${from}`} ${oneLine(message)}`;
}

function oneLine(message: string): string {
  const words = message.trim().replace(/\s+/g, " ");
  return words.length <= MAX_MESSAGE ? words : `${words.slice(0, MAX_MESSAGE)}…`;
}
