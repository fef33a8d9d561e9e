import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ChunkReader } from "../../../src/mimo/chunk.ts";

const page = (url: string, rest: Record<string, unknown> = {}) => ({ type: "url_citation", url, title: "t", ...rest });
const sourcesOf = (reader: ChunkReader, annotations: unknown) =>
  reader.read({ choices: [{ delta: { annotations } }] })?.choices[0]?.delta?.sources;

describe("chunks", () => {
  it("are refused where text or calls are no text or calls", () => {
    const reader = new ChunkReader();
    for (const json of [
      null,
      1,
      "x",
      [],
      { choices: "no" },
      { choices: [1] },
      { choices: [{ delta: { content: 1 } }] },
      { choices: [{ delta: { reasoning_content: {} } }] },
      { choices: [{ delta: { tool_calls: {} } }] },
      { choices: [{ delta: { tool_calls: [{ index: -1 }] } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: {} } }] } }] },
      { choices: [{ delta: {}, finish_reason: 4 }] },
    ]) {
      assert.equal(reader.read(json), undefined, JSON.stringify(json));
    }
  });

  it("are not lost to a count that cannot be read", () => {
    const reader = new ChunkReader();
    for (const usage of [{}, "x", [], { prompt_tokens: -1, completion_tokens: 1 }, { prompt_tokens: "1" }, null]) {
      assert.deepEqual(reader.read({ choices: [], usage }), { choices: [], usage: usage === null ? null : undefined });
    }
    const usage = { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: "x" } };
    assert.deepEqual(reader.read({ usage }), {
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: undefined } },
    });
  });

  it("bring the search's own counts", () => {
    const usage = { prompt_tokens: 5, completion_tokens: 1, web_search_usage: { tool_usage: 2, page_usage: 9 } };
    assert.deepEqual(new ChunkReader().read({ choices: [], usage })?.usage, usage);
  });
});

describe("pages of the web search", () => {
  it("are capped in number over the whole answer, and given once", () => {
    const reader = new ChunkReader();
    const pages = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => page(`https://example.com/${from + at}`));
    assert.equal(sourcesOf(reader, pages(0, 15))?.length, 15);
    assert.equal(sourcesOf(reader, pages(10, 60))?.length, 5);
    assert.equal(sourcesOf(reader, pages(60, 90)), undefined);
  });

  it("are capped in length and stripped of what hides", () => {
    const long = page(`https://example.com/${"a".repeat(2_000)}`, {
      title: `x\u202ey\u0007\n${"t".repeat(500)}`,
      site_name: "s".repeat(500),
      summary: "m".repeat(5_000),
      publish_time: "2".repeat(100),
    });
    const [source] = sourcesOf(new ChunkReader(), [page(`https://example.com/${"a".repeat(3_000)}`), long]) ?? [];
    assert.deepEqual(source, {
      url: long.url,
      title: `x y ${"t".repeat(196)}…`,
      site: `${"s".repeat(100)}…`,
      summary: `${"m".repeat(500)}…`,
      published: `${"2".repeat(40)}…`,
    });
  });

  it("are http and https, without a user name, with their host for a missing title", () => {
    const annotations = [
      ...["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vscode://x", "https://", "//x", ""].map(
        (url) => page(url),
      ),
      page("https://trusted.example@evil.example/"),
      { url: 4 },
      null,
      "x",
      page("HTTPS://Example.COM/%E4%BD%A0?q=你", { title: null }),
      page("http://example.org", { title: "\u200b" }),
    ];
    assert.deepEqual(sourcesOf(new ChunkReader(), annotations), [
      { url: "https://example.com/%E4%BD%A0?q=%E4%BD%A0", title: "example.com" },
      { url: "http://example.org/", title: "example.org" },
    ]);
  });

  it("are found wherever a server puts them", () => {
    const annotations = [page("https://example.com/")];
    for (const json of [
      { choices: [{ delta: { annotations } }] },
      { choices: [{ message: { annotations } }] },
      { choices: [{ annotations }] },
      { choices: [], annotations },
      { choices: [{ delta: { annotations: [{ type: "url_citation", url_citation: annotations[0] }] } }] },
    ]) {
      const chunk = new ChunkReader().read(json);
      assert.deepEqual(chunk?.choices[0]?.delta?.sources, [{ url: "https://example.com/", title: "t" }]);
    }
  });

  it("never cost the answer, whatever they hold", () => {
    for (const annotations of [null, 1, "x", {}, [[]], [{ url: {} }], { length: 1e9 }]) {
      const chunk = new ChunkReader().read({ choices: [{ delta: { content: "a", annotations, error_message: 5 } }] });
      const delta = { content: "a", reasoning_content: undefined, tool_calls: undefined };
      assert.deepEqual(chunk?.choices[0]?.delta, delta);
    }
  });

  it("say what went wrong with the search", () => {
    const read = (error_message: unknown) =>
      new ChunkReader().read({ choices: [{ delta: { error_message } }] })?.choices[0]?.delta?.searchError;
    assert.deepEqual(["timed\nout", "", null, {}, "x".repeat(9_000)].map(read), [
      "timed out",
      undefined,
      undefined,
      undefined,
      `${"x".repeat(300)}…`,
    ]);
  });
});
