import type { Shell } from "../../../src/agent/ports.ts";
import type { AnyTool, Plan, Tool, ToolEnv } from "../../../src/agent/tool.ts";
import { createFiles } from "../../../src/node/files.ts";
import { createSearch } from "../../../src/node/search.ts";
import { createShell } from "../../../src/node/shell.ts";
import { allTools } from "../../../src/tools/all.ts";
import { temporaryFolder } from "../node/temporary.ts";

/** The tools on a real folder, called as the loop calls them: with JSON. */
export interface Workbench {
  readonly folder: string;
  readonly env: ToolEnv;
  plan(tool: string, args: unknown): Promise<Plan>;
  call(tool: string, args: unknown): Promise<string>;
}

export function workbench(
  content: Readonly<Record<string, string | Uint8Array>> = {},
  options: { readonly shell?: Shell; readonly folder?: string } = {},
): Workbench {
  const folder = options.folder ?? temporaryFolder(content);
  const roots = () => [{ name: "app", path: folder }];
  const files = createFiles({ roots });
  const search = createSearch({ roots, ripgrep: async () => undefined });
  const env: ToolEnv = { files, search, shell: options.shell ?? createShell({ shell: "/bin/bash" }), seen: new Map() };
  const plan = async (name: string, args: unknown): Promise<Plan> => {
    const tool = toolNamed(name);
    const run = { env, callId: "c", signal: new AbortController().signal, output: () => {} };
    return tool.plan(tool.schema.parse(args), run);
  };
  return { folder, env, plan, call: async (name, args) => (await plan(name, args)).run() };
}

export function toolNamed(name: string): Tool {
  const tool: AnyTool | undefined = allTools().find((each) => each.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool as unknown as Tool;
}
