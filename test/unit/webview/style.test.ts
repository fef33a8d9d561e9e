import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { before, describe, it } from "mocha";

const ROOT = new URL("../../../", import.meta.url);
/** Classes that VS Code or the highlighter gives. */
const FOREIGN = /^(?:vscode-|hljs-|class_$|function_$|invoke__$)/;

interface Rule {
  /** The at-rule it stands in, or "". */
  readonly within: string;
  readonly selector: string;
}

function rulesOf(css: string): Rule[] {
  const rules: Rule[] = [];
  const open: string[] = [];
  for (const [, head = "", brace] of css.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/([^{};]*(?:;[^{};]*)*?)([{}])/g)) {
    if (brace === "}") open.pop();
    else {
      const selector = (head.split(";").at(-1) ?? "").replace(/\s+/g, " ").trim();
      if (!selector.startsWith("@")) rules.push({ within: open.join(" "), selector });
      open.push(selector);
    }
  }
  return rules;
}

describe("the panel's style", () => {
  let rules: Rule[];
  let source = "";
  before(async () => {
    rules = rulesOf(await readFile(new URL("media/panel.css", ROOT), "utf8"));
    for await (const path of glob("src/webview/**/*.{ts,tsx}", { cwd: ROOT })) {
      source += await readFile(new URL(path, ROOT), "utf8");
    }
  });

  it("says everything once", () => {
    const seen = new Set<string>();
    const twice = rules.filter(({ within, selector }) => {
      const known = seen.has(`${within}|${selector}`);
      seen.add(`${within}|${selector}`);
      return known;
    });
    assert.ok(rules.length > 150, `${rules.length} rules found`);
    assert.deepEqual(twice, []);
  });

  it("has no class that the view does not use", () => {
    const classes = new Set(rules.flatMap(({ selector }) => selector.match(/(?<=\.)[a-zA-Z][\w-]*/g) ?? []));
    const words = new Set(source.match(/(?<=["'`\s])[a-zA-Z][\w-]*(?=["'`\s])/g));
    assert.ok(classes.size > 80, `${classes.size} classes found`);
    assert.deepEqual(
      [...classes].filter((name) => !FOREIGN.test(name) && !words.has(name)),
      [],
    );
  });
});
