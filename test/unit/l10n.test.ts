import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { REASONS } from "../../src/approval/reasons.ts";

const root = join(import.meta.dirname, "../..");

function json(...path: string[]): Record<string, string> {
  return JSON.parse(readFileSync(join(root, ...path), "utf8"));
}

function sources(folder: string): { path: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(join(root, folder, path), "utf8") }));
}

/** First arguments of calls that `call` matches; `undefined` where it is not a plain string. */
function firstArguments(text: string, call: RegExp): (string | undefined)[] {
  return [...text.matchAll(call)].map((match) => {
    const rest = text.slice(match.index + match[0].length).trimStart();
    const literal = /^"(?:[^"\\\n]|\\.)*"/.exec(rest)?.[0];
    return literal === undefined ? undefined : (JSON.parse(literal) as string);
  });
}

function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{\d+\}/g))].sort();
}

const bundle = json("l10n/bundle.l10n.zh-cn.json");
const manifest = readFileSync(join(root, "package.json"), "utf8");

describe("l10n", () => {
  it("the host translates plain strings only, and all of them have Chinese words", () => {
    const missing: string[] = [];
    let seen = 0;
    for (const { path, text } of sources("src/host")) {
      for (const key of firstArguments(text, /\bl10n\.t\(/g)) {
        seen += 1;
        if (key === undefined) missing.push(`${path}: an argument that is no plain string`);
        else if (!bundle[key]) missing.push(`${path}: ${key}`);
      }
    }
    assert.deepEqual(missing, []);
    assert.ok(seen > 40, `only ${seen} strings found`);
  });

  it("every plain string that the view translates has Chinese words", () => {
    const missing: string[] = [];
    for (const { path, text } of sources("src/webview")) {
      for (const key of firstArguments(text, /(?<![\w.])t\(/g)) {
        if (key !== undefined && !bundle[key]) missing.push(`${path}: ${key}`);
      }
    }
    assert.deepEqual(missing, []);
  });

  it("every reason of an approval has Chinese words", () => {
    assert.deepEqual(
      Object.values(REASONS).filter((reason) => !bundle[reason]),
      [],
    );
  });

  it("every translated text stands somewhere in the source", () => {
    const all = sources("src")
      .map(({ text }) => text)
      .join("\n");
    assert.deepEqual(
      Object.keys(bundle).filter((key) => !all.includes(JSON.stringify(key)) && !all.includes(`>${key}<`)),
      [],
    );
  });

  it("translations take the same arguments", () => {
    assert.deepEqual(
      Object.entries(bundle).filter(([key, text]) => placeholders(key).join() !== placeholders(text).join()),
      [],
    );
  });

  it("the manifest's texts are there in both languages, and no others", () => {
    const used = [...new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map((match) => match[1]))].sort();
    assert.ok(used.length > 40);
    assert.deepEqual(Object.keys(json("package.nls.json")).sort(), used);
    assert.deepEqual(Object.keys(json("package.nls.zh-cn.json")).sort(), used);
  });
});
