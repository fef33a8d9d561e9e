/** At a time: who works with many files mostly waits for the disk. */
const PARALLEL = 8;

/** Does it for every item, several at a time. Rejects with the first that does, once none is at work any more. */
export async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(next.value);
  };
  const workers = await Promise.allSettled(Array.from({ length: PARALLEL }, worker));
  for (const each of workers) if (each.status === "rejected") throw each.reason;
}
