import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "mocha";
import { createProcessGroups, endOrphans } from "../../../src/node/processGroups.ts";
import { createShell } from "../../../src/node/shell.ts";
import { allGone, lives, pidsIn, wait } from "./processes.ts";
import { temporaryFolder } from "./temporary.ts";

const OWNER = `
import { createBackground } from "${import.meta.resolve("../../../src/node/background.ts")}";
import { createProcessGroups } from "${import.meta.resolve("../../../src/node/processGroups.ts")}";
import { createShell } from "${import.meta.resolve("../../../src/node/shell.ts")}";
const [folder, cwd, ...commands] = process.argv.slice(1);
const shell = createShell({ shell: "/bin/bash", groups: createProcessGroups(folder) });
const background = createBackground({ shell });
for (const command of commands) await background.start({ command, cwd, callId: "c" });
setInterval(() => {}, 1000);
`;

describe("process groups of a killed process", function () {
  this.timeout(20_000);
  if (process.platform !== "linux") return;
  const owners: ChildProcess[] = [];
  const folders: string[] = [];
  after(async () => {
    for (const owner of owners) owner.kill("SIGKILL");
    await wait(100);
    for (const folder of folders) await endOrphans(folder);
  });

  /** Another process that runs these commands and writes its groups into `folder`. */
  function own(folder: string, cwd: string, ...commands: string[]): ChildProcess {
    const args = ["--input-type=module", "-e", OWNER, folder, cwd, ...commands];
    const owner = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    owners.push(owner);
    folders.push(folder);
    return owner;
  }

  async function killed(owner: ChildProcess): Promise<void> {
    const gone = new Promise((resolve) => owner.once("exit", resolve));
    owner.kill("SIGKILL");
    await gone;
  }

  async function written(folder: string, groups: number) {
    for (let i = 0; i < 250; i++) {
      const [name = ""] = readdirSync(folder).filter((one) => one.endsWith(".json"));
      const file = name === "" ? undefined : JSON.parse(readFileSync(join(folder, name), "utf8"));
      if (file?.groups.length === groups) return { path: join(folder, name), file };
      await wait(20);
    }
    throw new Error(`no file with ${groups} groups`);
  }

  it("are ended at the next start, also when only the leader is gone; never while the owner lives", async () => {
    const [folder, cwd] = [temporaryFolder(), temporaryFolder()];
    const owner = own(
      folder,
      cwd,
      "trap '' TERM; echo $$ >> pids; while :; do sleep 1; done",
      "sleep 60 & echo $! >> pids; exit",
    );
    const pids = await pidsIn(join(cwd, "pids"), 2);
    await written(folder, 2);
    assert.equal(await endOrphans(folder), 0);
    await killed(owner);
    await wait(100);
    assert.ok(pids.every(lives), "the children outlive their owner");
    assert.equal(await endOrphans(folder), 2);
    assert.ok(await allGone(pids, 1_000));
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(await endOrphans(folder), 0);
  });

  it("what left the group is known by its mark, also when nothing else of the command is left", async () => {
    const [folder, cwd] = [temporaryFolder(), temporaryFolder()];
    const away = "trap '' TERM HUP; echo $$ >> pids; while :; do sleep 1; done";
    const owner = own(folder, cwd, `(setsid bash -c "${away.replaceAll("$", "\\$")}" & ); echo $$ >> pids; sleep 60`);
    const pids = await pidsIn(join(cwd, "pids"), 2);
    const { file } = await written(folder, 1);
    assert.match(file.groups[0].mark, /^MIMO_COMMAND_ID=[0-9a-f]{24}$/);
    await killed(owner);
    process.kill(-file.groups[0].pid, "SIGKILL");
    await wait(100);
    assert.equal(pids.filter(lives).length, 1);
    await endOrphans(folder);
    assert.ok(await allGone(pids, 1_000));
  });

  it("a process with the pid of an old one is never touched", async () => {
    const folder = temporaryFolder();
    const stranger = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
    owners.push(stranger);
    const real = createProcessGroups(folder);
    await real.add(stranger.pid ?? 0);
    const { path, file } = await written(folder, 1);
    const gone = { pid: file.owner.pid, started: "1" };
    const other = { ...file, owner: gone, groups: [{ pid: stranger.pid, started: "1" }] };
    const write = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content));
    write("reused.json", other);
    write("otherBoot.json", { ...file, owner: gone, boot: "another" });
    write("otherHost.json", { ...file, owner: gone, host: "elsewhere" });
    write("hostile.json", {
      ...file,
      owner: gone,
      groups: [
        { pid: -1, started: "1" },
        { pid: 1, started: "1" },
      ],
    });
    writeFileSync(join(folder, "torn.json"), '{"host":');
    assert.equal(await endOrphans(folder), 0);
    assert.ok(lives(stranger.pid ?? 0));
    const left = [path.slice(folder.length + 1), "hostile.json", "otherHost.json", "torn.json"];
    assert.deepEqual(readdirSync(folder).sort(), left.sort());
    const old = new Date(Date.now() - 40 * 24 * 3_600_000);
    for (const name of ["hostile.json", "otherHost.json", "torn.json"]) utimesSync(join(folder, name), old, old);
    await endOrphans(folder);
    assert.deepEqual(readdirSync(folder), [path.slice(folder.length + 1)]);
    await real.remove(stranger.pid ?? 0);
    assert.deepEqual(readdirSync(folder), []);
    // The proof that it would have been ended, had it been the one.
    writeFileSync(path, JSON.stringify({ ...file, owner: gone }));
    assert.equal(await endOrphans(folder), 1);
    assert.ok(await allGone([stranger.pid ?? 0], 1_000));
  });

  it("nothing stays written of commands that have ended; a folder that cannot be written hinders nothing", async () => {
    const folder = temporaryFolder({ file: "" });
    const run = (path: string) =>
      createShell({ shell: "/bin/bash", groups: createProcessGroups(path) }).run(
        { command: "sleep 0.3; echo fine", cwd: "/", timeoutMs: 5_000, callId: "c" },
        { onOutput: () => {}, signal: new AbortController().signal },
      );
    const groups = join(folder, "groups");
    mkdirSync(groups);
    const running = run(groups);
    await written(groups, 1);
    assert.equal((await running).output, "fine\n");
    for (let i = 0; i < 100 && readdirSync(groups).length > 0; i++) await wait(20);
    assert.deepEqual(readdirSync(groups), []);
    assert.equal((await run(join(folder, "file"))).output, "fine\n");
    assert.equal(await endOrphans(join(folder, "missing")), 0);
  });
});
