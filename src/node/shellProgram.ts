import { existsSync } from "node:fs";
import { basename, delimiter, isAbsolute, join } from "node:path";
import { cmdLine, powerShellScript, shellKind } from "./shellQuoting.ts";

/** What runs a command, and how it is told to. */
export interface ShellProgram {
  /** For the model, which writes its language: `bash`, `zsh`, `sh`, `powershell`, `pwsh`, `cmd`. */
  readonly name: string;
  /** Program and arguments. */
  argv(command: string): readonly [string, ...string[]];
}

/**
 * The one named, else the user's own where its language is one that models write, else what the system has. Models
 * write the language of sh whatever they are told: under fish and the like commands run in bash.
 */
export function shellProgram(wanted: string | undefined, env: NodeJS.ProcessEnv = process.env): ShellProgram {
  if (process.platform === "win32") return windowsProgram(wanted, env);
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

function windowsProgram(wanted: string | undefined, env: NodeJS.ProcessEnv): ShellProgram {
  const kind = wanted === undefined ? undefined : shellKind(wanted);
  // The bash of Windows itself is another system's (WSL), with other paths.
  if (wanted && kind === "posix" && !/\\(system32|windowsapps)\\/i.test(wanted)) return gitBash(wanted);
  if (wanted && kind === "cmd") return cmdShell(wanted);
  return powerShell(wanted && kind === "pwsh" ? wanted : windowsShell(env));
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
      const encoded = Buffer.from(powerShellScript(command), "utf16le").toString("base64");
      return [path, "-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded];
    },
  };
}

/** The arguments are one line as it stands: see `windowsVerbatimArguments`. */
export function cmdShell(path: string): ShellProgram {
  return { name: "cmd", argv: (command) => [path, "/d", "/s", "/c", cmdLine(command)] };
}

function gitBash(path: string): ShellProgram {
  return { name: "bash", argv: (command) => [path, "-c", `exec 2>&1\n${command}`] };
}

/** Our own key and what would make a child behave as a part of VS Code; the rest is the user's. */
const WITHHELD = /^(MIMO_|ELECTRON_|VSCODE_)|^(npm_config__auth|NODE_CHANNEL_FD|NODE_V8_COVERAGE)$/i;

/** Nobody leafs through a pager, and git has no terminal to ask in. */
export const QUIET_PAGERS = { PAGER: "cat", GIT_PAGER: "cat" };
const QUIET = { ...QUIET_PAGERS, GIT_TERMINAL_PROMPT: "0", TERM: "dumb" };

export function commandEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !WITHHELD.test(name));
  return { ...Object.fromEntries(kept), ...QUIET };
}

/** Programs that search their input instead of the folder when it is a pipe: an open one would be waited for. */
const SEARCHES_INPUT = /(?:^|[\s;&|(`'"/])(?:rg|ag|ack|ug|ugrep)(?:\.exe)?\s/;

/** Whether somebody can be let type for this command, without making it do something else. */
export function takesInput(command: string): boolean {
  return !SEARCHES_INPUT.test(`${command} `);
}
