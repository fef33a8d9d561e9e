// Builds everything that runs: `node esbuild.mjs [--watch] [--dev]`.
import { mkdir, writeFile } from "node:fs/promises";
import * as esbuild from "esbuild";

const watch = process.argv.includes("--watch");
const dev = watch || process.argv.includes("--dev");

/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  minify: !dev,
  sourcemap: dev ? "linked" : false,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  define: { "process.env.NODE_ENV": dev ? '"development"' : '"production"' },
};

// Bundled CommonJS packages call require() for Node's own modules; in an ES module that has to be made.
const requireShim = 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);';

/** @type {import("esbuild").BuildOptions} */
const host = { ...common, platform: "node", format: "cjs", target: "node20", external: ["vscode"] };

/** Makes `src/host/deferred.ts` a file of its own: VS Code compiles all of `extension.js` when a window opens. */
const deferred = {
  name: "deferred",
  /** @param {import("esbuild").PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /\/deferred\.ts$/, namespace: "file" }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./deferred.js", external: true } : undefined,
    );
  },
};

/** @type {import("esbuild").BuildOptions[]} */
const builds = [
  {
    ...host,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    plugins: [deferred],
    // VS Code answers require("vscode"); a module that import() loads is another matter.
    supported: { "dynamic-import": false },
  },
  // The tables of encodings hold hardly anything but Chinese and Japanese: escaped they take twice as much.
  { ...host, entryPoints: ["src/host/deferred.ts"], outfile: "dist/deferred.js", charset: "utf8" },
  {
    ...common,
    entryPoints: { webview: "src/webview/main.tsx" },
    outdir: "dist",
    platform: "browser",
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
  },
  {
    ...common,
    entryPoints: ["src/headless/main.ts"],
    outfile: "dist/headless.mjs",
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: `#!/usr/bin/env node\n${requireShim}` },
  },
  {
    ...common,
    entryPoints: ["test/simulator/main.ts"],
    outfile: "dist/simulator.mjs",
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: requireShim },
  },
];

await mkdir("dist", { recursive: true });
if (watch) {
  for (const options of builds) await (await esbuild.context(options)).watch();
  console.log("watching");
} else {
  const results = await Promise.all(builds.map((options) => esbuild.build(options)));
  const inputs = results.map((result) => result.metafile);
  await writeFile("dist/meta.json", JSON.stringify(inputs));
}
