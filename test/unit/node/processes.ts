import { existsSync, readFileSync } from "node:fs";

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Alive and not merely unfetched. */
export function lives(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

/** The pids that processes have written into a file, one a line. */
export async function pidsIn(path: string, count: number): Promise<number[]> {
  for (let i = 0; i < 250; i++) {
    const pids = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").map(Number) : [];
    if (pids.length === count) return pids;
    await wait(20);
  }
  throw new Error(`no ${count} pids in ${path}`);
}

export async function allGone(pids: readonly number[], withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; await wait(20)) {
    if (!pids.some(lives)) return true;
  }
  return !pids.some(lives);
}

/** Three processes, each the parent of the next, that ignore SIGTERM; the last in a session of its own. */
export const STUBBORN = `
cat > three.sh <<'END'
trap '' TERM
echo $$ >> pids
echo "deep $1"
if [ "$1" = 1 ]; then setsid bash three.sh 0
elif [ "$1" -gt 0 ]; then bash three.sh $(($1 - 1))
fi
while :; do sleep 1; done
END
bash three.sh 2`;
