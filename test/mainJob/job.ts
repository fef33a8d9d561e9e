import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ScriptInput } from "../simulator/script.ts";

/**
 * The main job on real input: the `resolve` package from the npm registry, with its own sources and tests, and a bug
 * planted in one of them. The simulated model plays a script; everything that is read, edited and run is real.
 */
const SOURCE = "lib/node-modules-paths.js";
const RIGHT = "while (parsed.dir !== paths[paths.length - 1]) {";
const WRONG = "while (parsed.dir !== parsed.root) {";
const TESTS = ["node-modules-paths", "mock", "mock_sync", "dotdot"].map((name) => `test/${name}.js`);
export const TEST_COMMAND = `npx --no-install tape ${TESTS.join(" ")}`;

export interface Job {
  /** The package's folder, to be opened as the workspace. */
  readonly workspace: string;
  readonly task: string;
  readonly script: ScriptInput;
  readonly reasoning: readonly string[];
  /** In a copy of the package: the planted line is gone and the right one is back. */
  isFixed(workspace: string): boolean;
  remove(): void;
}

export function prepareJob(): Job {
  const modules = join(import.meta.dirname, "../../node_modules");
  const root = realpathSync(mkdtempSync(join(tmpdir(), "mimo-job-")));
  const workspace = join(root, "resolve");
  cpSync(join(modules, "resolve"), workspace, { recursive: true, verbatimSymlinks: true });
  symlinkSync(modules, join(workspace, "node_modules"));
  const source = join(workspace, SOURCE);
  const original = readFileSync(source, "utf8");
  if (!original.includes(RIGHT)) throw new Error("the package is not the one this job was made for");
  writeFileSync(source, original.replace(RIGHT, WRONG));
  return {
    workspace,
    task: "The module search leaves out the top folder. Find out why with the tests of this package, and fix it.",
    ...scriptOf(),
    isFixed: (folder) => readFileSync(join(folder, SOURCE), "utf8") === original,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function scriptOf(): Pick<Job, "script" | "reasoning"> {
  const reasoning = [
    "The tests tell what is wrong; run those about paths first.",
    "Look where the folders are walked, and at what the test expects.",
    "The loop ends at parsed.root, so the root itself is never pushed. It must end when the folder no longer changes.",
    "Run the same tests again.",
    "All of them pass now.",
  ];
  const turns = [
    {
      content: "I run the package's own tests first.",
      calls: [{ name: "run_command", arguments: { command: TEST_COMMAND } }],
    },
    {
      calls: [
        { name: "search_text", arguments: { pattern: "parsed\\.dir", path: "lib" } },
        { name: "read_file", arguments: { path: SOURCE } },
        { name: "read_file", arguments: { path: "test/node-modules-paths.js", start: 1, end: 60 } },
      ],
    },
    {
      content: "The loop stops one folder too early.",
      calls: [{ name: "edit_file", arguments: { path: SOURCE, edits: [{ old_text: WRONG, new_text: RIGHT }] } }],
    },
    { calls: [{ name: "run_command", arguments: { command: TEST_COMMAND } }] },
    { content: `The walk now ends at the folder that is its own parent (\`${SOURCE}:18\`). The tests pass.` },
  ];
  return { reasoning, script: { turns: turns.map((turn, i) => ({ ...turn, reasoning: reasoning[i] ?? "" })) } };
}
