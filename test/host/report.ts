/** What the suite inside the extension host tells its driver: JSON lines in a file. */
export type HostReport =
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "counts"; readonly passed: number; readonly failed: number };
