import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Host } from "../../simulator/auth.ts";
import type { ScriptInput } from "../../simulator/script.ts";
import { post, request, withSimulator } from "./client.ts";

const INVALID = {
  error: { code: "401", message: "Invalid API Key", param: "Please provide valid API Key", type: "invalid_key" },
};

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** The account of the script, the host played, the headers, the status. */
const DOORS: readonly (readonly [ScriptInput["account"], Host | undefined, Record<string, string>, number])[] = [
  [undefined, undefined, {}, 200],
  [undefined, undefined, bearer("sk-simulated"), 200],
  [undefined, undefined, { "api-key": "tp-simulated" }, 200],
  [undefined, undefined, bearer("none"), 401],
  [{ kind: "none" }, undefined, {}, 200],
  [undefined, "payg", bearer("sk-simulated"), 200],
  [undefined, "payg", { "api-key": "sk-simulated" }, 200],
  [undefined, "payg", bearer("tp-simulated"), 401],
  [undefined, "payg", {}, 401],
  [undefined, "sgp", bearer("tp-simulated"), 200],
  [undefined, "ams", bearer("ttp-simulated"), 200],
  [undefined, "cn", bearer("sk-simulated"), 401],
  [{ kind: "plan", cluster: "sgp" }, "cn", bearer("tp-simulated"), 401],
  [{ kind: "plan", cluster: "sgp" }, "payg", bearer("tp-simulated"), 401],
  [{ kind: "plan", cluster: "sgp" }, "sgp", bearer("tp-simulated"), 200],
  [{ kind: "plan", cluster: "sgp" }, undefined, bearer("tp-simulated"), 200],
  [{ kind: "plan" }, undefined, {}, 401],
  [{ kind: "payg" }, "cn", bearer("sk-simulated"), 401],
  [{ kind: "payg", key: "sk-the-one" }, undefined, bearer("sk-another"), 401],
  [{ kind: "payg", key: "sk-the-one" }, undefined, bearer("sk-the-one"), 200],
  [{ kind: "plan", keys: ["tp-a", "tp-b"] }, undefined, bearer("tp-b"), 200],
  [{ kind: "plan", keys: ["tp-a", "tp-b"] }, undefined, bearer("tp-c"), 401],
  [{ keys: ["tp-a"] }, undefined, bearer("tp-b"), 401],
  [{ keys: ["tp-a"] }, undefined, {}, 401],
];

describe("the simulator's door", () => {
  for (const [account, as, headers, status] of DOORS) {
    const who = `${account?.kind ?? "no account"}${account?.cluster ? ` on ${account.cluster}` : ""}`;
    const shown = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)[0] ?? "no key";
    it(`${who}, as ${as ?? "loopback"}, ${shown}: ${status}`, async () => {
      const script: ScriptInput = { otherwise: { content: "ok" }, ...(account ? { account } : {}) };
      await withSimulator({ script, as }, async (simulator) => {
        const response = await post(simulator, request(), headers);
        assert.equal(response.status, status);
        if (status === 401) assert.deepEqual(JSON.parse(response.text), INVALID);
        const models = await fetch(`${simulator.url}/models`, { headers });
        assert.equal(models.status, status);
        await models.text();
      });
    });
  }

  it("refuses two keys at once", async () => {
    await withSimulator({}, async (simulator) => {
      const response = await post(simulator, request(), { ...bearer("sk-a"), "api-key": "sk-b" });
      assert.deepEqual(JSON.parse(response.text), {
        error: {
          code: "400",
          message: "Param Incorrect",
          param: "Send either api-key or Authorization, not both",
          type: "",
        },
      });
    });
  });

  it("refuses the console's session", async () => {
    await withSimulator({}, async (simulator) => {
      const response = await post(simulator, request(), { cookie: "userId=1" });
      assert.deepEqual(
        [response.status, JSON.parse(response.text).error.param],
        [400, "A cookie has no business here"],
      );
    });
  });

  it("lists the models under /v1/models and /models", async () => {
    await withSimulator({ script: { models: ["mimo-v2.6-pro"] } }, async (simulator) => {
      const expected = {
        object: "list",
        data: [{ id: "mimo-v2.6-pro", object: "model", created: 1_790_035_200, owned_by: "xiaomi" }],
      };
      for (const url of [`${simulator.url}/models`, `${simulator.url.replace("/v1", "")}/models`]) {
        assert.deepEqual(await (await fetch(url)).json(), expected);
      }
    });
  });

  it("or under one of them, or none, when the script says so", async () => {
    for (const [modelsAt, v1, root] of [
      ["v1", 200, 404],
      ["root", 404, 200],
      ["none", 404, 404],
    ] as const) {
      await withSimulator({ script: { modelsAt, otherwise: { content: "ok" } } }, async (simulator) => {
        const urls = [`${simulator.url}/models`, `${simulator.url.replace("/v1", "")}/models`];
        const answers = await Promise.all(urls.map((url) => fetch(url)));
        for (const answer of answers) await answer.text();
        assert.deepEqual(
          answers.map((answer) => answer.status),
          [v1, root],
        );
        assert.equal((await post(simulator, request())).status, 200);
      });
    }
  });

  it("serves no model of old outside plans to a plan", async () => {
    const script: ScriptInput = { models: ["mimo-v2-flash"], account: { kind: "plan" }, otherwise: { content: "ok" } };
    await withSimulator({ script }, async (simulator) => {
      const response = await post(simulator, request({ model: "mimo-v2-flash" }), bearer("tp-simulated"));
      assert.equal(JSON.parse(response.text).error.param, "Not supported model mimo-v2-flash");
    });
  });
});
