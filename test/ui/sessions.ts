import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Workbench } from "../bed/workbench.ts";

/** The session files the extension has written in this window's storage. */
export function sessionFiles({ run }: Workbench): string[] {
  return [run.userData, run.serverData]
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)))
    .filter((path) => path.includes("mimo-agent") && path.endsWith(".jsonl"));
}
