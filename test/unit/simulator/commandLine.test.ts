import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";

const MAIN = join(import.meta.dirname, "../../simulator/main.ts");

describe("the simulator's command line", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "simulator-cli-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  async function refused(args: readonly string[]): Promise<{ code: number; said: string }> {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    const [code] = await once(child, "close");
    return { code, said };
  }

  it("plays a script file on a free port, says where, logs, and ends when told to", async () => {
    const script = file("script.json", JSON.stringify({ turns: [{ content: "hello" }] }));
    const log = join(folder, "log.jsonl");
    const child = spawn(process.execPath, [MAIN, "--port", "0", "--script", script, "--log", log, "--as", "sgp"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout.setEncoding("utf8"), "data");
    const url = /^simulator listening on (http:\/\/127\.0\.0\.1:\d+\/v1)\n$/.exec(line)?.[1];
    assert.ok(url, line);
    const ask = async (key: string) =>
      fetch(`${url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", "api-key": key },
        body: JSON.stringify({ model: "mimo-v2.6-flash", messages: [{ role: "user", content: "hi" }] }),
      });
    const answer = await (await ask("tp-simulated")).json();
    assert.equal(answer.choices[0].message.content, "hello");
    const wrong = await ask("sk-simulated");
    assert.equal(wrong.status, 401);
    await wrong.text();
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
    const statuses = readFileSync(log, "utf8")
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text).status);
    assert.deepEqual(statuses, [200, 401]);
  }).timeout(10_000);

  it("lists its faults and their other names", async () => {
    const child = spawn(process.execPath, [MAIN, "--help"], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    assert.deepEqual(await once(child, "close"), [0, null]);
    assert.match(said, /^usage: simulator /);
    assert.match(said, /^ {2}half_event +the body stops /m);
    assert.match(said, /^ {2}rate +429.* \[also: 429, rate_limit, rate_limited\]$/m);
  }).timeout(10_000);

  it("says what is wrong with its arguments and scripts, and exits with 2", async () => {
    const broken = file("broken.json", '{"turns":[{"contents":"x"}]}');
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /^usage: /],
      [["--script", broken], /The script cannot be played:[\s\S]*contents/],
      [["--script", join(folder, "none.json")], /ENOENT/],
      [["--tour", "--port", "70000"], /--port 70000 is no port/],
      [["--tour", "--as", "mars"], /--as mars is none of payg, cn, sgp, ams/],
      [["--tours"], /Unknown option '--tours'/],
    ];
    const seen = await Promise.all(cases.map(([args]) => refused(args)));
    seen.forEach(({ code, said }, index) => {
      assert.equal(code, 2);
      assert.match(said, cases[index]?.[1] ?? /never/);
    });
  }).timeout(20_000);
});
