import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Bed } from "./install.ts";
import { MARK, ownFolder } from "./processes.ts";

/** Where one VS Code keeps everything it writes; removed at the end. The path is short: sockets are made in it. */
export interface Run {
  readonly folder: string;
  readonly userData: string;
  readonly serverData: string;
  readonly extensions: string;
  readonly home: string;
  readonly tmp: string;
  readonly runtime: string;
}

export function createRun(): Run {
  const folder = mkdtempSync(join(tmpdir(), "mb-"));
  ownFolder(folder);
  const run: Run = {
    folder,
    userData: join(folder, "u"),
    serverData: join(folder, "s"),
    extensions: join(folder, "e"),
    home: join(folder, "home"),
    tmp: join(folder, "tmp"),
    runtime: join(folder, "r"),
  };
  for (const path of [run.userData, run.serverData, run.extensions, run.home, run.tmp]) mkdirSync(path);
  mkdirSync(run.runtime, { mode: 0o700 });
  return run;
}

/** What the server, the extension host and everything they start see of the machine. */
export function cleanEnvironment(run: Run, bed: Bed, extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? "/usr/bin:/bin").split(delimiter).filter((part) => !part.includes("node_modules"));
  return {
    PATH: [dirname(bed.node), ...path].join(delimiter),
    LANG: "C.UTF-8",
    SHELL: "/bin/bash",
    TERM: "xterm-256color",
    HOME: run.home,
    TMPDIR: run.tmp,
    XDG_RUNTIME_DIR: run.runtime,
    // npm asks its registry for a newer npm, in the middle of a test's output.
    npm_config_update_notifier: "false",
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    [MARK]: run.folder,
    ...extra,
  };
}
