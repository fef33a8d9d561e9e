import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { ROOT } from "../bed/project.ts";

/** Bundles the suite and the test files whose name holds `only`, for VS Code to require. Returns the path. */
export async function bundleSuite(only = ""): Promise<string> {
  const names = (await readdir(import.meta.dirname)).filter((name) => name.endsWith(".test.ts") && name.includes(only));
  if (names.length === 0) throw new Error(`There is no host test "${only}".`);
  const outfile = join(ROOT, "dist-test/host.cjs");
  await mkdir(join(ROOT, "dist-test"), { recursive: true });
  const imports = names.sort().map((name) => `await import("./${name}");`);
  await esbuild.build({
    stdin: {
      contents: `import { runSuite } from "./suite.ts";
export const run = () => runSuite(async () => { ${imports.join(" ")} });`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    sourcemap: "inline",
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
  return outfile;
}
