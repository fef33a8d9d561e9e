import type { Diagnostics, Shell, User } from "../../../src/agent/ports.ts";
import type { AnyTool, Plan, Tool, ToolEnv } from "../../../src/agent/tool.ts";
import { createBackground, type NodeBackground } from "../../../src/node/background.ts";
import { createFiles } from "../../../src/node/files.ts";
import { createFileTree } from "../../../src/node/fileTree.ts";
import { createSearch } from "../../../src/node/search.ts";
import { createShell } from "../../../src/node/shell.ts";
import { allTools } from "../../../src/tools/all.ts";
import { temporaryFolder } from "../node/temporary.ts";

/** The tools on a real folder, called as the loop calls them: with JSON. */
export interface Workbench {
  readonly folder: string;
  readonly env: ToolEnv;
  readonly background: NodeBackground;
  plan(tool: string, args: unknown, signal?: AbortSignal): Promise<Plan>;
  call(tool: string, args: unknown): Promise<string>;
}

export function workbench(
  content: Readonly<Record<string, string | Uint8Array>> = {},
  options: {
    readonly shell?: Shell;
    readonly folder?: string;
    readonly user?: User;
    readonly diagnostics?: Diagnostics;
  } = {},
): Workbench {
  const folder = options.folder ?? temporaryFolder(content);
  const roots = () => [{ name: "app", path: folder }];
  const files = createFiles({ roots });
  const search = createSearch({ roots, ripgrep: async () => undefined });
  const shell = createShell({ shell: "/bin/bash" });
  const background = createBackground({ shell });
  const { user, diagnostics } = options;
  const env: ToolEnv = {
    files,
    tree: createFileTree({ roots }),
    search,
    shell: options.shell ?? shell,
    background,
    user,
    diagnostics,
    seen: new Map(),
  };
  const plan = async (name: string, args: unknown, signal = new AbortController().signal): Promise<Plan> => {
    const tool = toolNamed(name);
    const run = { env, callId: "c", signal, output: () => {}, waiting: () => {} };
    return tool.plan(tool.schema.parse(args), run);
  };
  return { folder, env, background, plan, call: async (name, args) => (await plan(name, args)).run() };
}

/** Surroundings that can serve every tool; none of them is called. */
export const EVERYTHING = {
  user: { ask: () => Promise.reject(new Error("nobody")) },
  diagnostics: {
    read: () => Promise.reject(new Error("no editor")),
    watch: () => ({ news: async () => [] }),
  },
};

export function toolNamed(name: string): Tool {
  const tool: AnyTool | undefined = allTools(EVERYTHING).find((each) => each.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool as unknown as Tool;
}
