/** `npm run bench [-- NAME …]`: runs the named benchmarks, or all. Exit 1 unless every figure holds. */
import { type Figure, publish } from "./figures.ts";

const BENCHES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  loop: async () => (await import("./loop.ts")).loop(),
  activation: async () => (await import("./activation.ts")).activation(),
  panel: async () => (await import("./panel.ts")).panel(),
  edit: async () => [
    ...(await (await import("./edit.ts")).edit()),
    ...(await (await import("./checkpoint.ts")).checkpoint()),
  ],
};

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(BENCHES);
let ok = true;
for (const name of names) {
  const bench = BENCHES[name];
  if (!bench) {
    console.error(`There is no benchmark "${name}". There are: ${Object.keys(BENCHES).join(", ")}.`);
    process.exit(2);
  }
  ok = publish(name, await bench()) && ok;
}
process.exit(ok ? 0 : 1);
