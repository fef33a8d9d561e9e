import { useEffect, useState } from "preact/hooks";
import { clockSkew } from "../store.ts";

/** Milliseconds since a moment of the host's clock, counted on while `live`. */
export function useElapsed(from: string, options: { readonly live: boolean }): number {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!options.live) return;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [options.live]);
  return Math.max(0, Date.now() + clockSkew.value - Date.parse(from));
}
