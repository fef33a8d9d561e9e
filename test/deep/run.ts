/** `npm run test:deep [-- NAME …]`: the long campaigns at their full counts. `npm test` runs seeded samples of them. */
import { type Figure, publish } from "../bench/figures.ts";

/** Told in the figures, so that a campaign that failed can be run again as it was. */
const seed = Date.now() % 1_000_000;

const CAMPAIGNS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  streams: async () => (await import("./streams.ts")).streams({ runs: 50_000, seed }),
  histories: async () => (await import("./histories.ts")).histories({ runs: 10_000, seed }),
  kill: async () => (await import("./kill.ts")).kill({ runs: 1_000, seed }),
  hosts: async () => (await import("./hosts.ts")).hosts({ operations: 1_000, seed }),
  interleavings: async () => (await import("./interleavings.ts")).interleavings({ runs: 500, seed }),
  terminal: async () => (await import("./terminal.ts")).terminal({ commands: 1_000, seed }),
  disk: async () => (await import("./disk.ts")).disk({ runs: 20 }),
};

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(CAMPAIGNS);
let ok = true;
for (const name of names) {
  const campaign = CAMPAIGNS[name];
  if (!campaign) {
    console.error(`There is no campaign "${name}". There are: ${Object.keys(CAMPAIGNS).join(", ")}.`);
    process.exit(2);
  }
  ok = publish(`deep-${name}`, await campaign()) && ok;
}
process.exit(ok ? 0 : 1);
