/**
 * How each shell is handed a text unharmed, and how a whole command is put into one line that somebody's interactive
 * shell is typed. PowerShell and cmd follow their documented rules; the tables in the tests are what holds them.
 */

export type ShellKind = "posix" | "fish" | "pwsh" | "cmd";

const KINDS: Readonly<Record<string, ShellKind>> = {
  bash: "posix",
  gitbash: "posix",
  zsh: "posix",
  sh: "posix",
  dash: "posix",
  ksh: "posix",
  fish: "fish",
  pwsh: "pwsh",
  powershell: "pwsh",
  cmd: "cmd",
};

/** By a program's path or the name that VS Code has for it; undefined for a shell whose rules are not known here. */
export function shellKind(pathOrName: string): ShellKind | undefined {
  const name = pathOrName.split(/[\\/]/).at(-1) ?? "";
  return KINDS[name.toLowerCase().replace(/\.exe$|-preview$/g, "")];
}

/** One word for this shell, whatever it holds. Throws RangeError for what cannot be a word there. */
export function quoteFor(kind: ShellKind, text: string): string {
  if (text.includes("\0")) throw new RangeError("No shell takes a NUL character.");
  switch (kind) {
    case "posix":
      return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith("=") ? text : `'${text.replaceAll("'", "'\\''")}'`;
    case "fish":
      return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/[\\']/g, "\\$&")}'`;
    case "pwsh":
      // The typographic quotes end a text there too.
      return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
    case "cmd":
      if (/[\r\n]/.test(text)) throw new RangeError("A line end cannot be part of a word in cmd.");
      return quoteForCmd(text);
  }
}

/**
 * Two readers: cmd itself, where a caret keeps what follows from being special, and the program's own reading of its
 * command line, where quotes hold words together and backslashes count before a quote only. A percent sign cannot be
 * kept from cmd in a typed line but by a caret that breaks the variable's name.
 */
function quoteForCmd(text: string): string {
  const word = `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
  return word.replace(/[()%!^"<>&|]/g, "^$&");
}

/** A whole command for `cmd /d /s /c`: it takes off the outer quotes and leaves the rest as it is. */
export function cmdLine(command: string): string {
  const lines = command.replace(/\^\r?\n/g, "").split(/\r?\n/);
  const line = lines.filter((each) => each.trim() !== "").join(" & ");
  return `"chcp 65001>nul & ${line}"`;
}

/** A script for PowerShell that ends with the command's exit code. UTF-16, as -EncodedCommand wants it. */
export function powerShellScript(command: string): string {
  return [
    "$ProgressPreference = 'SilentlyContinue'",
    "[Console]::OutputEncoding = $OutputEncoding = [Text.UTF8Encoding]::new($false)",
    command,
    "$mimoOk = $?; if ($null -ne $LASTEXITCODE) { exit $LASTEXITCODE } elseif (-not $mimoOk) { exit 1 }",
  ].join("\n");
}

export interface TypedCommand {
  readonly command: string;
  readonly cwd: string;
  /** For the command alone, not for the shell it is typed into. Names are plain. */
  readonly env: Readonly<Record<string, string>>;
}

/** The user's shell may have our own key in its environment: no command gets it. */
const WITHHELD = "MIMO_API_KEY";

/** Longer lines are slow to type and to draw. */
export const MAX_TYPED = 4_000;

/**
 * The one line that runs a command in an interactive shell, in its folder and with its environment, without changing
 * that shell: aliases, functions and variables of the shell are there, an `exit` or `cd` is the command's own.
 * `file` holds the command when the line would be too long: `undefined` is then given back without it.
 */
export function typedLine(kind: ShellKind, command: TypedCommand, file?: string): string | undefined {
  if (command.command.includes("\0")) throw new RangeError("it holds a NUL character");
  const line = LINES[kind]?.(command, file);
  return line === undefined || (file === undefined && line.length > MAX_TYPED) ? undefined : line;
}

type Line = (command: TypedCommand, file: string | undefined) => string;

const LINES: Partial<Readonly<Record<ShellKind, Line>>> = {
  // A space in front keeps it out of the history where that is asked for. VS Code's part in bash hears of a line only
  // when its first simple command begins, which a subshell's is not (field reports, November 2026).
  posix: ({ command, cwd, env }, file) => {
    const set = Object.entries(env).map(([name, value]) => `${name}=${quoteFor("posix", value)}`);
    return ` :; (unset ${WITHHELD}; export ${set.join(" ")}; cd ${quoteFor("posix", cwd)} && eval ${posixSource(command, file)})`;
  },
  // Models write the language of sh, not that of fish: its user's environment is kept, its aliases are not.
  fish: ({ command, cwd, env }, file) => {
    const set = Object.entries(env).map(([name, value]) => `${name}=${quoteFor("fish", value)}`);
    const inner = `cd ${quoteFor("posix", cwd)} && eval ${posixSource(command, file)}`;
    return ` env -u ${WITHHELD} ${set.join(" ")} bash -c ${quoteFor("fish", inner)}`;
  },
  pwsh: ({ command, cwd, env }, file) => {
    const quoted = (text: string) => quoteFor("pwsh", text);
    const set = Object.entries(env).map(([name, value]) => `$env:${name}=${quoted(value)};`);
    const withhold = `$env:${WITHHELD}=$null;`;
    const source =
      file === undefined
        ? `[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${base64(command)}'))`
        : `[IO.File]::ReadAllText(${quoted(file)})`;
    return `& { $global:LASTEXITCODE=$null; ${withhold} ${set.join(" ")} Push-Location -LiteralPath ${quoted(cwd)}; try { Invoke-Expression (${source}) } finally { Pop-Location } }`;
  },
};

/** In plain sight where the line editor takes it as it stands; else encoded: a tab would complete, a line end send. */
function posixSource(command: string, file: string | undefined): string {
  if (file !== undefined) return `"$(cat ${quoteFor("posix", file)})"`;
  const isPlain = /^[\x20-\x7e]*$/.test(command) && command.length < 300;
  return isPlain ? `'${command.replaceAll("'", "'\\''")}'` : `"$(echo ${base64(command)} | base64 -d)"`;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
