import { appendFileSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { stopAll } from "../bed/processes.ts";
import { VSIX } from "../bed/project.ts";
import { closeBrowser, Workbench } from "../bed/workbench.ts";
import type { Figure } from "./figures.ts";

const WINDOWS = 7;

interface Start {
  /** Milliseconds in `activate`. */
  readonly activateMs: number;
  /** VS Code's own figure: from asking for the bundle to the end of `activate`, in a window that is just starting. */
  readonly listedMs: number;
}

/**
 * `activate` of the packaged extension, timed by a line that is added to the installed copy; beside it what VS Code's
 * list of running extensions says, which counts the loading too and whatever else ran meanwhile.
 */
export async function activation(): Promise<Figure[]> {
  const starts = await measureStarts();
  const called = starts.map((start) => start.activateMs).sort((a, b) => a - b);
  const listed = starts.map((start) => start.listedMs).sort((a, b) => a - b);
  return [
    { name: "activate, median", value: median(called), unit: "ms", bound: 40, better: "lower" },
    { name: "activate, worst", value: called.at(-1) ?? Number.NaN, unit: "ms", bound: 40, better: "lower" },
    { name: "with loading, median", value: median(listed), unit: "ms", bound: undefined, better: "lower" },
    { name: "with loading, worst", value: listed.at(-1) ?? Number.NaN, unit: "ms", bound: undefined, better: "lower" },
    { name: "package", value: statSync(VSIX).size / 1e6, unit: "MB", bound: 2, better: "lower" },
  ];
}

async function measureStarts(): Promise<Start[]> {
  // The list is sorted by time and draws only what fits: the window is tall enough for all.
  const workbench = await Workbench.open({ simulator: { script: "tour" }, size: { width: 1280, height: 3000 } });
  try {
    const file = join(workbench.run.folder, "activate-ms");
    addTimer(workbench, file);
    const starts: Start[] = [];
    for (let i = 0; i < WINDOWS; i++) {
      rmSync(file, { force: true });
      await workbench.reload();
      starts.push(await readStart(workbench, file));
    }
    return starts;
  } finally {
    await workbench.close();
    await closeBrowser();
    await stopAll();
  }
}

function addTimer({ run }: Workbench, file: string): void {
  const name = readdirSync(run.extensions).find((folder) => folder.startsWith("mimo-agent."));
  if (!name) throw new Error("the extension is not installed");
  appendFileSync(
    join(run.extensions, name, "dist/extension.js"),
    `;{const it=module.exports;module.exports={...it,activate(context){const begun=performance.now();` +
      `const api=it.activate(context);const ms=performance.now()-begun;` +
      `require("node:fs").writeFileSync(${JSON.stringify(file)},String(ms));return api}}}\n`,
  );
}

async function readStart(workbench: Workbench, file: string): Promise<Start> {
  await workbench.page.locator(".statusbar-item", { hasText: "MiMo" }).first().waitFor({ timeout: 60_000 });
  await workbench.command("Developer: Show Running Extensions");
  const row = workbench.page.locator(".runtime-extensions-editor .extension", { hasText: "MiMo Agent" });
  const text = (await row.locator(".activation-time").textContent({ timeout: 30_000 })) ?? "";
  const listedMs = Number(/([\d.,]+)\s*ms/.exec(text)?.[1]?.replace(",", ""));
  const activateMs = Number(readFileSync(file, "utf8"));
  if (!Number.isFinite(listedMs)) throw new Error(`no activation time in "${text}"`);
  return { activateMs, listedMs };
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
