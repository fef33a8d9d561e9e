import * as z from "zod";
import type { WireTool } from "./message.ts";
import type { Action, Background, Diagnostics, Files, FileTree, Search, Shell, User } from "./ports.ts";

/** What tools work with. One per chat. */
export interface ToolEnv {
  readonly files: Files;
  readonly tree: FileTree;
  readonly search: Search;
  readonly shell: Shell;
  readonly background: Background;
  /** Only where somebody is there to answer. */
  readonly user?: User | undefined;
  /** Only in the editor. */
  readonly diagnostics?: Diagnostics | undefined;
  /** Path -> version of the file as the model last saw it (read, or wrote itself). */
  readonly seen: Map<string, string>;
}

export interface ToolRun {
  readonly env: ToolEnv;
  readonly callId: string;
  readonly signal: AbortSignal;
  /** Live output for the faces; not what the model gets. */
  readonly output: (text: string) => void;
  /** The command seems to wait for input, or goes on: for the faces. */
  readonly waiting: (prompt: string | undefined) => void;
}

export interface RunOptions {
  /** Hunks of the planned change that the user wants, when they chose; never empty. */
  readonly hunks?: ReadonlySet<number> | undefined;
}

/** A call that was planned: what it will do, and the doing. Nothing has happened yet. */
export interface Plan {
  /** Judged and, where needed, asked before `run`. The strictest verdict of all of them counts. */
  readonly actions: readonly Action[];
  /** Does it. The returned text is the tool's result for the model. Throws ToolError for failures it should read. */
  run(options?: RunOptions): Promise<string>;
}

export interface Tool<Args = unknown> {
  readonly name: string;
  /** Written for the model, short: it is sent with every request. */
  readonly description: string;
  readonly schema: z.ZodType<Args>;
  /** Read-only calls of one turn run side by side, the others in order. */
  readonly readOnly: boolean;
  /** It waits for something: the same call again is no sign of a loop. */
  readonly polls?: boolean;
  /** Not in the list that is sent: models call it all the same, from their training. */
  readonly unlisted?: boolean;
  /** Validates against the world (paths, matches) and says what will be done. Throws ToolError. Has no effect. */
  plan(args: Args, run: ToolRun): Promise<Plan>;
}

export type AnyTool = Tool<never>;

/** The tool list as sent. Stable: the same tools give the same bytes. */
export function wireTools(tools: readonly AnyTool[]): WireTool[] {
  const listed = tools.filter((tool) => tool.unlisted !== true);
  return listed.map((tool) => {
    const {
      $schema: _,
      additionalProperties: __,
      ...parameters
    } = z.toJSONSchema(tool.schema, { io: "input" }) as {
      [key: string]: unknown;
    };
    return { type: "function", function: { name: tool.name, description: tool.description, parameters } };
  });
}
