import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ScriptInput } from "../../simulator/script.ts";
import { events, post, request, TOOL, withSimulator } from "./client.ts";

const SEARCH = { type: "web_search", force_search: false, max_keyword: 3, limit: 5 };

function source(n: number) {
  return {
    url: `https://example.com/${n}`,
    title: `Page ${n}`,
    site_name: "Example",
    summary: "What it says.",
    publish_time: "2026-11-20",
    logo_url: "https://example.com/logo.png",
  };
}

function annotation(n: number) {
  const { logo_url, publish_time, site_name, summary, title, url } = source(n);
  return { logo_url, publish_time, site_name, summary, title, type: "url_citation", url };
}

function script(search: NonNullable<ScriptInput["turns"]>[number]["search"], account = {}): ScriptInput {
  const turn = search ? { content: "Found.", search } : { content: "Found." };
  return { account: { webSearch: true, ...account }, otherwise: turn };
}

interface Completion {
  readonly choices: readonly { readonly message: Readonly<Record<string, unknown>> }[];
  readonly usage: Readonly<Record<string, unknown>>;
}

async function answer(spec: ScriptInput, tool: Record<string, unknown>): Promise<Completion> {
  return withSimulator({ script: spec }, async (simulator) => {
    const response = await post(simulator, request({ stream: false, tools: [TOOL, tool] }));
    assert.equal(response.status, 200, response.text);
    return JSON.parse(response.text);
  });
}

describe("the platform's web search", () => {
  it("brings its sources in the first chunk, and its use in the last", async () => {
    await withSimulator({ script: script({ sources: [source(1), source(2)] }) }, async (simulator) => {
      const { text } = await post(simulator, request({ tools: [TOOL, SEARCH] }));
      const chunks = events(text).slice(0, -1) as (Completion & { choices: { delta: unknown }[] })[];
      assert.deepEqual(chunks[0]?.choices[0]?.delta, {
        role: "assistant",
        content: "",
        annotations: [annotation(1), annotation(2)],
      });
      assert.equal(text.split("annotations").length, 2);
      assert.deepEqual(chunks.at(-1)?.usage.web_search_usage, { tool_usage: 1, page_usage: 2 });
      assert.equal(simulator.account().searches, 1);
    });
  });

  it("brings them with the message when not streamed, at most as many as were asked for", async () => {
    const sources = [1, 2, 3, 4, 5, 6, 7].map(source);
    const whole = await answer(script({ sources, searches: 2 }), { ...SEARCH, limit: 3 });
    assert.deepEqual(whole.choices[0]?.message.annotations, [1, 2, 3].map(annotation));
    assert.deepEqual(whole.usage.web_search_usage, { tool_usage: 2, page_usage: 3 });
    const usual = await answer(script({ sources }), { type: "web_search" });
    assert.deepEqual(
      usual.choices[0]?.message.annotations,
      sources.slice(0, 5).map((_, i) => annotation(i + 1)),
    );
  });

  it("tells its errors, and sends what the script has as it stands", async () => {
    const failed = await answer(script({ error: "The search took too long." }), SEARCH);
    assert.deepEqual(failed.choices[0]?.message, {
      role: "assistant",
      content: "Found.",
      annotations: [],
      error_message: "The search took too long.",
    });
    const hostile = await answer(script({ sources: [{ url: "javascript:alert(1)", title: 7 }] }), SEARCH);
    assert.deepEqual(hostile.choices[0]?.message.annotations, [
      {
        logo_url: "",
        publish_time: "",
        site_name: "",
        summary: "",
        title: 7,
        type: "url_citation",
        url: "javascript:alert(1)",
      },
    ]);
  });

  it("is the model's choice unless it is forced", async () => {
    const quiet = await answer(script(undefined), SEARCH);
    assert.deepEqual([quiet.choices[0]?.message.annotations, quiet.usage.web_search_usage], [undefined, undefined]);
    for (const force_search of [true, "true"]) {
      const forced = await answer(script(undefined), { ...SEARCH, force_search });
      assert.deepEqual(forced.choices[0]?.message.annotations, []);
      assert.deepEqual(forced.usage.web_search_usage, { tool_usage: 1, page_usage: 0 });
    }
    await withSimulator({ script: script({ sources: [source(1)] }) }, async (simulator) => {
      assert.ok(!(await post(simulator, request())).text.includes("annotations"));
    });
  });

  it("costs money, on a plan too", async () => {
    for (const [account, cost] of [
      [{ kind: "plan" }, 0.025],
      [{ kind: "plan", currency: "USD" }, 0.005],
    ] as const) {
      await withSimulator({ script: script({ sources: [] }, account) }, async (simulator) => {
        await post(simulator, request({ tools: [SEARCH] }), { "api-key": "tp-simulated" });
        assert.equal(simulator.account().cost, cost);
      });
    }
  });

  const BAD: readonly (readonly [unknown[], string])[] = [
    [[{ ...SEARCH, limit: 0 }], "tools.0.limit: Too small: expected number to be >=1"],
    [[{ ...SEARCH, limit: 51 }], "tools.0.limit: Too big: expected number to be <=50"],
    [[{ ...SEARCH, max_keyword: 51 }], "tools.0.max_keyword: Too big: expected number to be <=50"],
    [[{ ...SEARCH, force_search: "yes" }], "tools.0.force_search: Invalid input"],
    [[{ type: "web_search", forced_search: true }], "Unknown parameter tools.0.forced_search"],
    [
      [{ ...SEARCH, user_location: { country: "China" } }],
      'tools.0.user_location.type: Invalid input: expected "approximate"',
    ],
    [[TOOL, SEARCH, SEARCH], "tools: web_search must be unique"],
  ];
  for (const [tools, param] of BAD) {
    it(`refuses ${JSON.stringify(tools.at(-1))}: ${param}`, async () => {
      await withSimulator({ script: script(undefined) }, async (simulator) => {
        const response = await post(simulator, request({ tools }));
        assert.deepEqual([response.status, JSON.parse(response.text).error.param], [400, param]);
      });
    });
  }

  it("takes every documented field", async () => {
    await answer(script(undefined), {
      ...SEARCH,
      user_location: { type: "approximate", country: "China", region: "Hubei", city: "Wuhan", longitude: 114.3 },
    });
  });
});
