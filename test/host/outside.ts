import type { AskedOutside } from "./company.ts";

/** What the servers that the driver runs were sent so far. */
export async function askedOutside(): Promise<AskedOutside> {
  const response = await fetch(`http://127.0.0.1:${process.env.MIMO_TEST_ASKED}/`);
  return (await response.json()) as AskedOutside;
}
