import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ScriptInput } from "../../simulator/script.ts";
import type { Simulator } from "../../simulator/server.ts";
import { post, request, withSimulator } from "./client.ts";

type Console = NonNullable<ScriptInput["console"]>;

const COOKIE = 'api-platform_serviceToken="a session/+="; userId=12345';
const EXPIRED = {
  code: 401,
  loginUrl: "https://account.xiaomi.com/pass/serviceLogin?sid=api-platform",
};
const PAGES = ["tokenPlan/usage", "tokenPlan/detail", "balance"] as const;

async function page(
  simulator: Simulator,
  path: string,
  headers: Readonly<Record<string, string>> = { cookie: COOKIE },
): Promise<{ readonly status: number; readonly type: string | null; readonly text: string }> {
  const response = await fetch(`${simulator.consoleUrl}/${path}`, { headers });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

async function data(simulator: Simulator, path: string): Promise<unknown> {
  const { status, text } = await page(simulator, path);
  assert.equal(status, 200);
  const body = JSON.parse(text);
  assert.deepEqual(Object.keys(body), ["code", "message", "data"]);
  assert.deepEqual([body.code, body.message], [0, ""]);
  return body.data;
}

function script(console: Console, account: ScriptInput["account"] = { kind: "plan" }): ScriptInput {
  return { account, console, otherwise: { content: "x", usage: { prompt: 1000, cached: 0, output: 100 } } };
}

const NOON = new Date("2026-01-31T04:00:00Z");

describe("the console's quota pages", () => {
  it("usage: the account's own spending and that of other tools, in credits", async () => {
    const options = { script: script({ usedElsewhere: 134_884_472 }), now: () => NOON };
    await withSimulator(options, async (simulator) => {
      await post(simulator, request(), { "api-key": "tp-simulated" });
      const used = 134_884_472 + 1000 * 300 + 100 * 600;
      assert.deepEqual(await data(simulator, "tokenPlan/usage"), {
        monthUsage: {
          percent: 0.033,
          items: [{ name: "month_total_token", used, limit: 4_100_000_000, percent: 0.033 }],
        },
        usage: {
          percent: 0.03,
          items: [
            { name: "plan_total_token", used, limit: 4_100_000_000, percent: 0.03 },
            { name: "compensation_total_token", used: 0, limit: 0, percent: 0 },
          ],
        },
      });
    });
  });

  it("usage: a pool of compensation, an annual pool, and the account's own limit", async () => {
    const read = async (console: Console, account?: ScriptInput["account"]) =>
      withSimulator({ script: script(console, account) }, async (simulator) => {
        const usage = (await data(simulator, "tokenPlan/usage")) as { usage: { items: unknown[] } };
        return usage.usage.items;
      });
    assert.deepEqual(await read({ compensation: { used: 5, limit: 20 }, limit: 100, usedElsewhere: 50 }), [
      { name: "plan_total_token", used: 50, limit: 100, percent: 0.5 },
      { name: "compensation_total_token", used: 5, limit: 20, percent: 0.25 },
    ]);
    const none = { name: "compensation_total_token", used: 0, limit: 0, percent: 0 };
    assert.deepEqual(await read({ plan: "max:year" }), [
      { name: "plan_total_token", used: 0, limit: 984_000_000_000, percent: 0 },
      none,
    ]);
    assert.deepEqual(await read({}, { kind: "plan", credits: 70 }), [
      { name: "plan_total_token", used: 0, limit: 70, percent: 0 },
      none,
    ]);
  });

  it("detail: the plan and the end of its period, a month's last day at the most", async () => {
    const read = async (console: Console) =>
      withSimulator({ script: script(console), now: () => NOON }, (simulator) => data(simulator, "tokenPlan/detail"));
    assert.deepEqual(await read({}), {
      planCode: "lite",
      planName: "Lite",
      currentPeriodEnd: "2026-02-28 23:59:59",
      expired: false,
      enableAutoRenew: false,
    });
    assert.deepEqual(await read({ plan: "pro", annual: true, autoRenew: true }), {
      planCode: "pro:year",
      planName: "Pro",
      currentPeriodEnd: "2027-01-31 23:59:59",
      expired: false,
      enableAutoRenew: true,
    });
    assert.deepEqual(await read({ plan: "standard", periodEnd: "2026-10-22 23:59:59", expired: true }), {
      planCode: "standard",
      planName: "Standard",
      currentPeriodEnd: "2026-10-22 23:59:59",
      expired: true,
      enableAutoRenew: false,
    });
  });

  it("balance: money as text, less what was spent", async () => {
    const account = { kind: "payg", balance: 4.603 } as const;
    await withSimulator({ script: script({}, account) }, async (simulator) => {
      // 0.003 for the prompt, 0.0006 for the answer.
      await post(simulator, request(), { "api-key": "sk-simulated" });
      assert.deepEqual(await data(simulator, "balance"), {
        balance: "4.60",
        currency: "CNY",
        giftBalance: "0.00",
        cashBalance: "4.60",
        frozenBalance: "0.00",
        overdraftLimit: "0.00",
      });
    });
    const said = script(
      { balance: "1.00", giftBalance: "0.40", cashBalance: "0.60" },
      { kind: "payg", currency: "USD" },
    );
    await withSimulator({ script: said }, async (simulator) => {
      assert.deepEqual(await data(simulator, "balance"), {
        balance: "1.00",
        currency: "USD",
        giftBalance: "0.40",
        cashBalance: "0.60",
        frozenBalance: "0.00",
        overdraftLimit: "0.00",
      });
    });
  });

  it("of an account without a plan", async () => {
    for (const spec of [script({ state: "unsubscribed" }), script({}, { kind: "payg" })]) {
      await withSimulator({ script: spec }, async (simulator) => {
        assert.deepEqual(await data(simulator, "tokenPlan/usage"), {
          monthUsage: { percent: 0, items: null },
          usage: null,
        });
        assert.equal(await data(simulator, "tokenPlan/detail"), null);
        assert.ok(await data(simulator, "balance"));
      });
    }
  });

  it("in every state in which they are no use", async () => {
    const states = {
      expired: [401, "application/json", JSON.stringify(EXPIRED)],
      forbidden: [403, "application/json", '{"code":403,"message":"Forbidden"}'],
      not_json: [200, "text/html; charset=utf-8", "<!doctype html><title>Sign in</title><p>Sign in</p>"],
      error: [200, "application/json", '{"code":500,"message":"The system is busy","data":null}'],
    } as const;
    for (const [state, expected] of Object.entries(states)) {
      await withSimulator({ script: script({ state: state as keyof typeof states }) }, async (simulator) => {
        for (const path of PAGES) {
          const { status, type, text } = await page(simulator, path);
          assert.deepEqual([status, type, text], expected);
        }
      });
    }
    await withSimulator({ script: script({ state: { usage: "error" } }) }, async (simulator) => {
      assert.equal(JSON.parse((await page(simulator, "tokenPlan/usage")).text).code, 500);
      assert.equal(JSON.parse((await page(simulator, "tokenPlan/detail")).text).code, 0);
    });
  });

  it("open to the session's two cookies only", async () => {
    const token = 'api-platform_serviceToken="a session/+="';
    const sent: readonly (readonly [Console, Record<string, string>, number])[] = [
      [{}, {}, 401],
      [{}, { cookie: token }, 401],
      [{}, { cookie: "userId=12345" }, 401],
      [{}, { cookie: `userId=1; other=2; ${token}` }, 200],
      [{}, { cookie: `api-platform_serviceToken=bare; userId=1` }, 200],
      [{ cookie: "a session/+=" }, { cookie: COOKIE }, 200],
      [{ cookie: COOKIE }, { cookie: COOKIE }, 200],
      [{ cookie: "another" }, { cookie: COOKIE }, 401],
      [{ userId: 12345 }, { cookie: COOKIE }, 200],
      [{ userId: 54321 }, { cookie: COOKIE }, 401],
      [{}, { authorization: "Bearer tp-simulated" }, 401],
      [{}, { "api-key": "tp-simulated" }, 401],
      [{}, { cookie: COOKIE, authorization: "Bearer tp-simulated" }, 400],
      [{}, { cookie: COOKIE, "api-key": "tp-simulated" }, 400],
    ];
    for (const [spec, headers, status] of sent) {
      await withSimulator({ script: script(spec) }, async (simulator) => {
        for (const path of PAGES) {
          const answer = await page(simulator, path, headers);
          assert.equal(answer.status, status, JSON.stringify([spec, headers]));
          if (status === 401) assert.deepEqual(JSON.parse(answer.text), EXPIRED);
        }
      });
    }
  });

  it("until the session ends, and not at all when the script has none", async () => {
    await withSimulator({ script: script({ expiresAfter: 2 }) }, async (simulator) => {
      const statuses = [];
      for (let i = 0; i < 3; i++) statuses.push((await page(simulator, "balance")).status);
      assert.deepEqual(statuses, [200, 200, 401]);
    });
    await withSimulator({}, async (simulator) => {
      assert.deepEqual((await page(simulator, "balance")).status, 401);
      assert.equal((await page(simulator, "tokenPlan/other")).status, 404);
    });
  });

  it("leave no cookie in the log", async () => {
    await withSimulator({ script: script({}), keep: true }, async (simulator) => {
      await page(simulator, "balance");
      const [entry] = simulator.requests;
      assert.deepEqual([entry?.path, entry?.status, entry?.body], ["/api/v1/balance", 200, ""]);
      assert.ok(!JSON.stringify(simulator.requests).includes("a session"));
    });
  });
});
