import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { StoppedError } from "../../../src/agent/errors.ts";
import { createRequestGate, gateTo } from "../../../src/node/requestGate.ts";
import { openRequestSlots } from "../../../src/node/requestSlots.ts";
import { seeded } from "../../deep/random.ts";
import { temporaryFolder } from "./temporary.ts";

const HAMMER = join(import.meta.dirname, "requestHammer.ts");
const never = new AbortController().signal;

interface Hammer {
  readonly child: ChildProcess;
  /** What it said: times of its requests, or numbers. */
  readonly said: number[];
  readonly ended: Promise<void>;
}

function hammer(...args: readonly (string | number)[]): Hammer {
  const child = spawn(process.execPath, ["--no-warnings", HAMMER, ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: number[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    said.push(...lines.map(Number));
  });
  return { child, said, ended: new Promise((resolve) => child.once("close", () => resolve())) };
}

/** The most requests that any window of this length holds. */
function mostWithin(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((from, i) => sorted.slice(i).filter((time) => time < from + windowMs).length));
}

function requestsFolder(folder: string): string {
  const [name] = readdirSync(folder).filter((entry) => entry.startsWith("requests-"));
  assert.ok(name);
  return join(folder, name);
}

describe("the slots of all processes", () => {
  it("never hold more requests in any window than there are, whoever takes them and when", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seeded(seed);
      const folder = join(temporaryFolder(), "slots");
      let time = 1_000_000;
      const limit = 1 + random.below(9);
      const processes = Array.from({ length: 4 }, () =>
        openRequestSlots({ folder, limit, windowMs: 1_000, now: () => time }),
      );
      const taken: number[] = [];
      for (let step = 0; step < 400; step++) {
        time += random.below(random.chance(0.1) ? 1_500 : 60);
        const wait = processes[random.below(4)]?.take();
        if (wait === 0) taken.push(time);
        else assert.ok(wait !== undefined && wait > 0 && wait <= 1_000);
      }
      assert.equal(mostWithin(taken, 1_000), limit);
    }
  });

  it("are free again when their stamps lie ahead: the machine was started anew", () => {
    const folder = join(temporaryFolder(), "slots");
    let time = 9_000_000;
    const slots = openRequestSlots({ folder, limit: 2, windowMs: 1_000, now: () => time });
    assert.deepEqual([slots.take(), slots.take(), slots.take()], [0, 0, 1_000]);
    time = 3;
    assert.deepEqual([slots.take(), slots.take(), slots.take()], [0, 0, 1_000]);
  });

  it("are all free in the first minute of a machine", () => {
    const slots = openRequestSlots({
      folder: join(temporaryFolder(), "slots"),
      limit: 3,
      windowMs: 60_000,
      now: () => 5,
    });
    assert.deepEqual([slots.take(), slots.take(), slots.take(), slots.take()], [0, 0, 0, 60_000]);
  });

  it("tell when the first of them is free", () => {
    let time = 50_000;
    const folder = join(temporaryFolder(), "slots");
    const slots = openRequestSlots({ folder, limit: 2, windowMs: 1_000, now: () => time });
    slots.take();
    time += 300;
    slots.take();
    time += 200;
    assert.equal(slots.take(), 500);
  });

  it("outlive strange files, a lost folder and a lost count", () => {
    const folder = join(temporaryFolder(), "slots");
    const open = () => openRequestSlots({ folder, limit: 2, windowMs: 1_000, now: () => 70_000 });
    assert.equal(open().take(), 0);
    for (const name of ["slot-0-", "slot-x-1", "count-", "slot-1-99999999999999999999", ".DS_Store"]) {
      writeFileSync(join(folder, name), "junk");
    }
    assert.equal(open().take(), 0);
    assert.equal(open().take(), 1_000);
    for (const name of readdirSync(folder)) if (name.startsWith("count-")) rmSync(join(folder, name));
    assert.deepEqual([open().count(), open().count()], [0, 1]);
    rmSync(folder, { recursive: true });
    assert.deepEqual([open().take(), open().take(), open().take()], [0, 0, 1_000]);
  });
});

describe("the request gate", function () {
  this.timeout(30_000);

  it("holds several processes together under the limit, also when one of them is killed", async () => {
    const folder = temporaryFolder();
    // What a process notes lies a little behind what the slots hold: the margin is for that.
    const [limit, windowMs, marginMs] = [20, 300, 300];
    const hammers = [30, 30, 30, 1_000].map((count) => hammer(folder, limit, windowMs, marginMs, count, "ask"));
    const victim = hammers.at(-1);
    await new Promise<void>((resolve) => victim?.child.stdout?.once("data", () => resolve()));
    victim?.child.kill("SIGKILL");
    await Promise.all(hammers.map(({ ended }) => ended));
    const times = hammers.flatMap(({ said }) => said);
    assert.ok(times.length > 90);
    assert.deepEqual(
      hammers.slice(0, 3).map(({ said }) => said.length),
      [30, 30, 30],
    );
    const most = mostWithin(times, windowMs);
    assert.ok(most <= limit, `${most} within the window`);
  });

  it("spreads the answers of several processes: any five in a row lie far apart", async () => {
    const folder = temporaryFolder();
    const hammers = Array.from({ length: 5 }, () => hammer(folder, 100, 60_000, 0, 40, "spread"));
    await Promise.all(hammers.map(({ ended }) => ended));
    const golden = (Math.sqrt(5) - 1) / 2;
    const all = hammers.flatMap(({ said }) => said);
    const expected = Array.from({ length: 200 }, (_, i) => (i * golden) % 1);
    assert.deepEqual(all.toSorted(), expected.toSorted(), "each number of the count is given once");
    for (let i = 0; i + 5 <= expected.length; i++) {
      const five = expected.slice(i, i + 5);
      assert.ok(Math.max(...five) - Math.min(...five) > 0.6);
    }
  });

  it("five chats that are refused at once come back over more than half of their window", async () => {
    const folder = temporaryFolder();
    const chats = Array.from({ length: 5 }, () => hammer(folder, 100, 60_000, 0, 5, "spread"));
    await Promise.all(chats.map(({ ended }) => ended));
    const windowMs = 2_000;
    const delays = chats.flatMap(({ said }) => said.map((spread) => windowMs * (0.1 + 0.9 * spread)));
    assert.ok(Math.max(...delays) - Math.min(...delays) >= windowMs / 2);
    // However the answers fell to the chats: no quarter of the window gets more than half of them.
    for (let from = 0; from < windowMs; from += windowMs / 4) {
      const within = delays.filter((delay) => delay >= from && delay < from + windowMs / 4);
      assert.ok(within.length <= delays.length / 2, `${within.length} of ${delays.length} from ${from} ms on`);
    }
  });

  it("lets waiting requests through in the order they came, as soon as it may", async () => {
    const gate = createRequestGate({ folder: temporaryFolder(), limit: 2, windowMs: 60 });
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4, 5].map((n) => gate.enter({ signal: never }).then(() => order.push(n))));
    assert.deepEqual(order, [1, 2, 3, 4, 5]);
  });

  it("is left at once on abort, and others move up", async () => {
    const gate = createRequestGate({ folder: temporaryFolder(), limit: 1, windowMs: 100 });
    await gate.enter({ signal: never });
    const controller = new AbortController();
    const left = gate.enter({ signal: controller.signal });
    const stays = gate.enter({ signal: never });
    controller.abort();
    await assert.rejects(left, StoppedError);
    await assert.rejects(gate.enter({ signal: controller.signal }), StoppedError);
    await stays;
  });

  it("keeps this process to the limit where no folder can be made", async () => {
    const file = join(temporaryFolder({ file: "" }), "file");
    const gate = createRequestGate({ folder: file, limit: 2, windowMs: 60_000 });
    await gate.enter({ signal: never });
    await gate.enter({ signal: never });
    const controller = new AbortController();
    const third = gate.enter({ signal: controller.signal });
    controller.abort();
    await assert.rejects(third, StoppedError);
    const [one, two] = [await gate.spread(), await gate.spread()];
    assert.ok(one >= 0 && one < 1 && two >= 0 && two < 1 && one !== two);
  });

  it("tells the others what was sent while the folder could not be used", async () => {
    const folder = join(temporaryFolder({ run: "" }), "run");
    const gate = createRequestGate({ folder, limit: 2, windowMs: 60_000 });
    await gate.enter({ signal: never });
    rmSync(folder);
    await gate.enter({ signal: never });
    const taken = readdirSync(requestsFolder(folder)).filter((name) => /^slot-\d+-[1-9]/.test(name));
    assert.equal(taken.length, 2);
  });

  it("makes its folder for this user only", async () => {
    const folder = join(temporaryFolder(), "run");
    await createRequestGate({ folder, limit: 3 }).enter({ signal: never });
    assert.equal(statSync(folder).mode & 0o777, process.platform === "win32" ? 0o666 : 0o700);
    assert.equal(readdirSync(folder).length, 1);
  });

  it("is one gate for one folder, however often it is made", () => {
    const folder = temporaryFolder();
    assert.equal(createRequestGate({ folder }), createRequestGate({ folder }));
    assert.notEqual(createRequestGate({ folder }), createRequestGate({ folder: join(folder, "other") }));
  });

  describe("for a server on this machine", () => {
    const server = { host: "127.0.0.1:4711", loopback: true };

    it("does not wait, and leaves no trace, as long as nobody is refused", async () => {
      const folder = temporaryFolder();
      const gate = createRequestGate({ folder, server, limit: 2, windowMs: 60_000 });
      for (let i = 0; i < 50; i++) await gate.enter({ signal: never });
      assert.deepEqual(readdirSync(folder), []);
    });

    it("holds to the limit from the first refusal on, what was sent before included", async () => {
      const folder = temporaryFolder();
      const gate = createRequestGate({ folder, server, limit: 3, windowMs: 60_000 });
      await gate.enter({ signal: never });
      await gate.enter({ signal: never });
      await gate.spread();
      await gate.enter({ signal: never });
      const controller = new AbortController();
      const fourth = gate.enter({ signal: controller.signal });
      controller.abort();
      await assert.rejects(fourth, StoppedError);
    });

    it("of yesterday is forgotten when another one gets a limit", async () => {
      const folder = temporaryFolder();
      await createRequestGate({ folder, server: { host: "127.0.0.1:1", loopback: true } }).spread();
      await createRequestGate({ folder }).spread();
      const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
      for (const name of readdirSync(folder)) utimesSync(join(folder, name), yesterday, yesterday);
      await createRequestGate({ folder, server: { host: "127.0.0.1:2", loopback: true } }).spread();
      const kinds = readdirSync(folder).map((name) => name.replace(/-.*?(_\d+)?$/, "$1"));
      assert.deepEqual(kinds.sort(), ["requests", "server_2"]);
    });

    it("is found anew for every request", async () => {
      const asked: string[] = [];
      const gate = gateTo(async () => {
        asked.push("server");
        return server;
      });
      await gate.enter({ signal: never });
      await gate.enter({ signal: never });
      assert.deepEqual(asked, ["server", "server"]);
    });

    it("each has its own", async () => {
      const folder = temporaryFolder();
      const other = createRequestGate({ folder, server: { host: "127.0.0.1:4712", loopback: true }, limit: 1 });
      await createRequestGate({ folder, server, limit: 1 }).spread();
      await other.enter({ signal: never });
      await other.enter({ signal: never });
    });
  });
});
