import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { SAMPLE } from "../bed/project.ts";
import type { Run } from "../bed/run.ts";
import { loopbackEndpoint, type Settings } from "../bed/settings.ts";
import { startSimulator } from "../bed/simulator.ts";
import { startCompany } from "./company.ts";

/** What every host test finds: the sample workspace, and the tour's simulator as the model. */
export interface HostWorld {
  readonly folder: string;
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string>>;
}

export async function createHostWorld(run: Run): Promise<HostWorld> {
  const folder = join(run.folder, "workspace");
  await mkdir(folder);
  await cp(SAMPLE, folder, { recursive: true });
  const simulator = await startSimulator(run, { script: "tour" });
  return {
    folder,
    settings: loopbackEndpoint(simulator.port),
    env: {
      MIMO_HOST_REPORT: join(run.folder, "report.jsonl"),
      MIMO_SIMULATOR: String(simulator.port),
      ...(await startCompany(run, simulator.port)),
    },
  };
}
