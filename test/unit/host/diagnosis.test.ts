import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { renderDiagnosis, type Section, type Topic } from "../../../src/host/diagnosis.ts";

const AT = "2026-11-21T10:00:00.000Z";
const english = { t: (text: string, ...args: unknown[]) => text.replace("{0}", String(args[0])) };
const TOPICS: readonly Topic[] = [
  "versions",
  "workspace",
  "endpoint",
  "model",
  "network",
  "programs",
  "storage",
  "settings",
  "errors",
];

function render(sections: readonly Section[], options: { readonly secrets?: string[]; readonly home?: string } = {}) {
  const { secrets = [], home = "/home/li" } = options;
  return renderDiagnosis({ at: AT, sections }, { l10n: english as never, secrets, home });
}

describe("a diagnosis", () => {
  it("is a report in Markdown, one value a line", () => {
    const text = render([
      {
        topic: "versions",
        lines: [
          ["extension", "1.0.0"],
          ["node", 24],
          ["trusted", true],
          ["proxy", undefined],
        ],
      },
      { topic: "errors", lines: [] },
    ]);
    assert.equal(
      text,
      `# MiMo Agent: diagnosis

Keys, passwords and cookies are left out. Look through the rest before you pass it on.

Made at ${AT}.

## Versions

\`\`\`text
extension: 1.0.0
node: 24
trusted: yes
proxy: none
\`\`\`

## Last errors

\`\`\`text
none
\`\`\`
`,
    );
  });

  it("holds no key, password or cookie, in whatever value it came", () => {
    const odd = "my.own/key+with=all";
    const secrets = [odd];
    const values = [
      "key tp-canary0123456789 refused",
      "Authorization: Bearer abc.def-123456",
      "http://me:pass word@proxy:3128",
      "https://li:geheim@proxy:3128/path",
      `echo ${odd}`,
      `q=${encodeURIComponent(odd)}`,
      Buffer.from(odd).toString("base64"),
      'Cookie: api-platform_serviceToken="abc"; userId=7',
    ];
    const text = render([{ topic: "errors", lines: values.map((value, i) => [`${i}`, value]) }], { secrets });
    for (const secret of [
      "canary",
      "abc",
      "geheim",
      odd,
      encodeURIComponent(odd),
      Buffer.from(odd).toString("base64"),
    ]) {
      assert.ok(!text.includes(secret), secret);
    }
  });

  it("lets no value end its block, write a line of its own or hide what it says", () => {
    const value = "a\n```\n# heading\r\u2028key 1: forged\u202e\u200b\u0007 b";
    const text = render([{ topic: "errors", lines: [["at", value]] }]);
    assert.ok(text.includes("\nat: a ``` # heading key 1: forged b\n"), text);
  });

  it("names neither the user nor the whole of a long text", () => {
    const text = render([
      { topic: "storage", lines: [["folder", "/home/li/.config/x"]] },
      { topic: "errors", lines: [["at", "x".repeat(10_000)]] },
    ]);
    assert.ok(text.includes("folder: ~/.config/x\n"));
    assert.ok(text.length < 1_500);
  });

  it("has headings in Chinese", () => {
    const path = join(import.meta.dirname, "../../../l10n/bundle.l10n.zh-cn.json");
    const words: Record<string, string> = JSON.parse(readFileSync(path, "utf8"));
    const chinese = { t: (text: string) => words[text] ?? text };
    const sections = TOPICS.map((topic) => ({ topic, lines: [] }));
    const text = renderDiagnosis({ at: AT, sections }, { l10n: chinese as never, secrets: [], home: "" });
    const headings = text.split("\n").filter((line) => line.startsWith("#"));
    assert.equal(headings.length, TOPICS.length + 1);
    for (const heading of headings) assert.match(heading, /\p{Script=Han}/u);
  });
});
