import * as vscode from "vscode";
import type { ApprovalMode } from "../agent/ports.ts";
import type { EndpointSetting } from "../mimo/endpoints.ts";
import { DEFAULT_MODEL } from "../mimo/models.ts";

export const SECTION = "mimoAgent";

const ENDPOINTS = ["auto", "payg", "cn", "sgp", "ams", "custom"] as const satisfies readonly EndpointSetting[];
const MODES = ["ask", "edit", "auto", "plan", "all"] as const satisfies readonly ApprovalMode[];
/** Seconds. */
const IDLE_TIMEOUT = { least: 15, most: 600, usual: 90 };
const TERMINALS = ["managed", "shellIntegration"] as const;
/** Megabytes. */
const CHECKPOINTS = { most: 10_000, usual: 200 };
const STATUS_BARS = ["hidden", "compact", "full"] as const;

export interface Settings {
  readonly endpoint: EndpointSetting;
  readonly baseUrl: string;
  readonly model: string;
  readonly thinking: boolean;
  readonly mode: ApprovalMode;
  readonly statusBar: (typeof STATUS_BARS)[number];
  /** Seconds without data after which an answer counts as stalled. */
  readonly idleTimeout: number;
  /** What runs the agent's commands. */
  readonly terminal: (typeof TERMINALS)[number];
  /** What earlier contents of files may take on the disk, in bytes. 0: none is kept. */
  readonly checkpointBytes: number;
}

/** Settings are what somebody typed into a file: a value that is none of the known ones counts as the default. */
export function readSettings(): Settings {
  const values = vscode.workspace.getConfiguration(SECTION);
  const model = values.get<unknown>("model");
  const baseUrl = values.get<unknown>("baseUrl");
  return {
    endpoint: oneOf(ENDPOINTS, values.get("endpoint"), "auto"),
    baseUrl: typeof baseUrl === "string" ? baseUrl : "",
    model: typeof model === "string" && /^[\w.:/-]{1,100}$/.test(model.trim()) ? model.trim() : DEFAULT_MODEL,
    thinking: values.get<unknown>("thinking") !== false,
    mode: oneOf(MODES, values.get("approval.mode"), "ask"),
    statusBar: oneOf(STATUS_BARS, values.get("statusBar"), "compact"),
    idleTimeout: idleTimeoutOf(values.get<unknown>("idleTimeout")),
    terminal: oneOf(TERMINALS, values.get("terminal"), "managed"),
    checkpointBytes: 1_000_000 * megabytesOf(values.get<unknown>("checkpoints.maxMegabytes")),
  };
}

function oneOf<T extends string>(known: readonly T[], value: unknown, fallback: T): T {
  return known.find((item) => item === value) ?? fallback;
}

function idleTimeoutOf(value: unknown): number {
  const { least, most, usual } = IDLE_TIMEOUT;
  return typeof value === "number" && Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual;
}

function megabytesOf(value: unknown): number {
  const { most, usual } = CHECKPOINTS;
  return typeof value === "number" && Number.isFinite(value) ? Math.min(most, Math.max(0, value)) : usual;
}
