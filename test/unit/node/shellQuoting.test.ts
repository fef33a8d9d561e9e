import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import {
  cmdLine,
  MAX_TYPED,
  powerShellScript,
  quoteFor,
  type ShellKind,
  shellKind,
  typedLine,
} from "../../../src/node/shellQuoting.ts";
import { temporaryFolder } from "./temporary.ts";

describe("quoting for shells", () => {
  it("knows shells by their paths and by VS Code's names", () => {
    const kinds = [
      ["/bin/bash", "posix"],
      ["/usr/local/bin/zsh", "posix"],
      ["C:\\Program Files\\Git\\bin\\bash.exe", "posix"],
      ["gitbash", "posix"],
      ["/usr/bin/fish", "fish"],
      ["C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", "pwsh"],
      ["/usr/bin/pwsh-preview", "pwsh"],
      ["C:\\Windows\\System32\\cmd.exe", "cmd"],
      ["nu", undefined],
      ["/usr/bin/python3", undefined],
      ["", undefined],
    ] as const;
    for (const [name, kind] of kinds) assert.equal(shellKind(name), kind, name);
  });

  // PowerShell and cmd do not run where these tests do: their rows follow the documented rules and are unproven here.
  it("by each shell's own rules", () => {
    const rows: readonly (readonly [string, Readonly<Record<ShellKind, string>>])[] = [
      ["plain", { posix: "plain", fish: "plain", pwsh: "'plain'", cmd: '^"plain^"' }],
      ["", { posix: "''", fish: "''", pwsh: "''", cmd: '^"^"' }],
      ["a b", { posix: "'a b'", fish: "'a b'", pwsh: "'a b'", cmd: '^"a b^"' }],
      ["it's", { posix: "'it'\\''s'", fish: "'it\\'s'", pwsh: "'it''s'", cmd: '^"it\'s^"' }],
      ['say "hi"', { posix: "'say \"hi\"'", fish: "'say \"hi\"'", pwsh: "'say \"hi\"'", cmd: '^"say \\^"hi\\^"^"' }],
      ["a\\", { posix: "'a\\'", fish: "'a\\\\'", pwsh: "'a\\'", cmd: '^"a\\\\^"' }],
      ['a\\"b', { posix: "'a\\\"b'", fish: "'a\\\\\"b'", pwsh: "'a\\\"b'", cmd: '^"a\\\\\\^"b^"' }],
      ["%PATH%", { posix: "'%PATH%'".replaceAll("'", ""), fish: "%PATH%", pwsh: "'%PATH%'", cmd: '^"^%PATH^%^"' }],
      ["a&b|c", { posix: "'a&b|c'", fish: "'a&b|c'", pwsh: "'a&b|c'", cmd: '^"a^&b^|c^"' }],
      ["$x `y`", { posix: "'$x `y`'", fish: "'$x `y`'", pwsh: "'$x `y`'", cmd: '^"$x `y`^"' }],
      ["!x^(y)", { posix: "'!x^(y)'", fish: "'!x^(y)'", pwsh: "'!x^(y)'", cmd: '^"^!x^^^(y^)^"' }],
      [
        "\u2018q\u2019",
        {
          posix: "'\u2018q\u2019'",
          fish: "'\u2018q\u2019'",
          pwsh: "'\u2018\u2018q\u2019\u2019'",
          cmd: '^"\u2018q\u2019^"',
        },
      ],
    ];
    for (const [text, quoted] of rows) {
      for (const kind of ["posix", "fish", "pwsh", "cmd"] as const) {
        assert.equal(quoteFor(kind, text), quoted[kind], `${kind}: ${JSON.stringify(text)}`);
      }
    }
    for (const kind of ["posix", "fish", "pwsh", "cmd"] as const)
      assert.throws(() => quoteFor(kind, "a\0b"), RangeError);
    assert.throws(() => quoteFor("cmd", "a\nb"), RangeError);
  });

  it("sh, bash and dash give back what was quoted", () => {
    const words = [
      "",
      "~",
      "=x",
      "-n",
      "*",
      "a\nb",
      "tab\there",
      "it's '' \"",
      "\\",
      "$(x)`y`",
      "!!",
      "你好",
      "#",
      "a=b",
      "{a,b}",
    ];
    for (const shell of ["/bin/bash", "/bin/sh"]) {
      const script = words.map((word) => `printf '%s\\0' ${quoteFor("posix", word)}`).join("; ");
      const { stdout } = spawnSync(shell, ["-c", script], { encoding: "utf8" });
      assert.deepEqual(stdout.split("\0").slice(0, -1), words, shell);
    }
  });

  it("cmd gets one line, PowerShell a script with the exit code at its end", () => {
    assert.equal(cmdLine("dir"), '"chcp 65001>nul & dir"');
    assert.equal(cmdLine('echo "a b"\r\n\r\ncd x'), '"chcp 65001>nul & echo "a b" & cd x"');
    assert.equal(cmdLine("echo a ^\r\n  b"), '"chcp 65001>nul & echo a   b"');
    assert.match(powerShellScript("npm test"), /\nnpm test\n\$mimoOk = \$\?; if \(\$null -ne \$LASTEXITCODE\)/);
  });
});

describe("a command typed into somebody's shell", () => {
  const env = { PAGER: "cat", MARK: "m1" };
  const bash = (line: string) => {
    const { stdout, stderr, status } = spawnSync("/bin/bash", {
      input: `${line}\nprintf '[%s]' "$MARK$after"; pwd`,
      encoding: "utf8",
      cwd: "/",
      env: { ...process.env, MIMO_API_KEY: "sk-0" },
    });
    return { output: stdout, stderr, status };
  };

  it("runs in its folder with its environment and leaves the shell as it was", () => {
    const folder = temporaryFolder();
    const commands: readonly (readonly [string, string])[] = [
      ["echo $MARK; after=1; cd /tmp; exit 3", "m1\n"],
      ["printf '%s' \"it's\"; exec true", "it's"],
      ["cat <<'END'\na $x\n\tb\nEND", "a $x\n\tb\n"],
      ["echo a \\\n  b", "a b\n"],
      ["echo 'é你' \"!x\"", "é你 !x\n"],
      ["# nothing", ""],
      ["echo a key: $MIMO_API_KEY", "a key:\n"],
      ["set -e; false; echo no", ""],
      [`echo ${"long ".repeat(20)}| wc -w`, "20\n"],
    ];
    for (const [command, output] of commands) {
      const line = typedLine("posix", { command, cwd: folder, env });
      assert.ok(line && !line.includes("\n") && !line.includes("\t"), command);
      assert.equal(bash(line).output, `${output}[]/\n`, command);
    }
  });

  it("a long command is read from a file", () => {
    const folder = temporaryFolder();
    const command = `echo ${"w ".repeat(5_000)} | wc -w`;
    assert.equal(typedLine("posix", { command, cwd: folder, env }), undefined);
    const file = join(folder, "it's a command");
    writeFileSync(file, command);
    const line = typedLine("posix", { command, cwd: folder, env }, file) ?? "";
    assert.ok(line.length < MAX_TYPED);
    assert.equal(bash(line).output, "5000\n[]/\n");
  });

  it("in fish by bash, in PowerShell by its own words, in cmd not at all", () => {
    const typed = (kind: ShellKind) => typedLine(kind, { command: "echo 'a'\nexit 2", cwd: "/w d", env: { A: "1" } });
    assert.equal(
      typed("fish"),
      ` env -u MIMO_API_KEY A=1 bash -c 'cd \\'/w d\\' && eval "$(echo ZWNobyAnYScKZXhpdCAy | base64 -d)"'`,
    );
    assert.equal(
      typed("pwsh"),
      "& { $global:LASTEXITCODE=$null; $env:MIMO_API_KEY=$null; $env:A='1'; Push-Location -LiteralPath '/w d'; try { Invoke-Expression ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('ZWNobyAnYScKZXhpdCAy'))) } finally { Pop-Location } }",
    );
    assert.equal(typed("cmd"), undefined);
  });
});
