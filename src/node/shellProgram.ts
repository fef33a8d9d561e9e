import { existsSync } from "node:fs";
import { basename, delimiter, isAbsolute, join } from "node:path";

/** What runs a command, and how it is told to. */
export interface ShellProgram {
  /** For the model: `bash`, `zsh`, `sh`, `powershell`, `pwsh`. */
  readonly name: string;
  /** Program and arguments. */
  argv(command: string): readonly [string, ...string[]];
}

/** The one named, else the user's own where its language is one that models write, else what the system has. */
export function shellProgram(wanted: string | undefined, env: NodeJS.ProcessEnv = process.env): ShellProgram {
  if (process.platform === "win32") return powerShell(wanted ?? windowsShell(env));
  const path = [wanted, env.SHELL, "/bin/bash", "/usr/bin/bash"].find(
    (candidate) => candidate !== undefined && isAbsolute(candidate) && isPosixShell(candidate) && existsSync(candidate),
  );
  return posixShell(path ?? "/bin/sh");
}

function isPosixShell(path: string): boolean {
  return ["bash", "zsh", "sh", "dash"].includes(basename(path));
}

/** Both streams share one pipe, so that what they print keeps its order: the small shell in front joins them. */
function posixShell(path: string): ShellProgram {
  return {
    name: basename(path),
    argv: (command) => ["/bin/sh", "-c", 'exec "$0" -c "$1" 2>&1', path, command],
  };
}

function windowsShell({ Path = "", PATH = Path, SystemRoot = "C:\\Windows" }: NodeJS.ProcessEnv): string {
  const pwsh = PATH.split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, "pwsh.exe"))
    .find((path) => existsSync(path));
  return pwsh ?? join(SystemRoot, "System32\\WindowsPowerShell\\v1.0\\powershell.exe");
}

/** Encoded, because no quoting of a command line survives PowerShell unharmed. */
export function powerShell(path: string): ShellProgram {
  return {
    name: /pwsh/i.test(path) ? "pwsh" : "powershell",
    argv: (command) => {
      const script = [
        "$ProgressPreference = 'SilentlyContinue'",
        "[Console]::OutputEncoding = $OutputEncoding = [Text.UTF8Encoding]::new($false)",
        command,
        "$mimoOk = $?; if ($null -ne $LASTEXITCODE) { exit $LASTEXITCODE } elseif (-not $mimoOk) { exit 1 }",
      ].join("\n");
      const encoded = Buffer.from(script, "utf16le").toString("base64");
      return [path, "-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded];
    },
  };
}

/** Our own key and what would make a child behave as a part of VS Code; the rest is the user's. */
const WITHHELD = /^(MIMO_|ELECTRON_|VSCODE_)|^(npm_config__auth|NODE_CHANNEL_FD|NODE_V8_COVERAGE)$/i;

/** Nobody can answer a pager or a prompt. */
const QUIET = { PAGER: "cat", GIT_PAGER: "cat", GIT_TERMINAL_PROMPT: "0", TERM: "dumb" };

export function commandEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !WITHHELD.test(name));
  return { ...Object.fromEntries(kept), ...QUIET };
}
