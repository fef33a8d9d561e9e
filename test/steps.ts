import { exitOf, isStopping, startProcess } from "./bed/processes.ts";
import { ROOT } from "./bed/project.ts";

export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Milliseconds after which it has failed. */
  readonly limitMs?: number;
}

/** Runs a step, its output going where ours goes. True when it succeeded. */
export async function runStep(step: Step, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const began = Date.now();
  console.log(`\n== ${step.name}`);
  const [command, ...args] = step.command;
  const child = startProcess(command, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
  const timer = step.limitMs && setTimeout(() => child.kill("SIGTERM"), step.limitMs);
  const code = await exitOf(child);
  // After Ctrl-C nothing follows: the handler of the signal ends this process when all else has ended.
  if (isStopping()) await new Promise(() => {});
  if (timer) clearTimeout(timer);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(code === 0 ? `== ${step.name}: ok, ${seconds} s` : `== ${step.name}: FAILED with ${code}, ${seconds} s`);
  return code === 0;
}
