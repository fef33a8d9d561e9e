/** 16 px outlines in the colour of the text. */
const PATHS = {
  arrowUp: "M8 13V3.5M3.8 7.5 8 3.3l4.2 4.2",
  ask: "M3 3h10a.5.5 0 0 1 .5.5v7a.5.5 0 0 1-.5.5H7l-3 2.5V11H3a.5.5 0 0 1-.5-.5v-7A.5.5 0 0 1 3 3Z",
  auto: "M9 1.8 3.5 9H8l-1 5.2L12.5 7H8l1-5.2Z",
  check: "M3 8.5 6.5 12 13 4.5",
  circle: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0Z",
  clip: "M13 7.2 7.9 12.3a3 3 0 0 1-4.3-4.3l5.4-5.3a2 2 0 0 1 2.9 2.8L6.6 10.8a1 1 0 0 1-1.4-1.4l4.6-4.6",
  clock: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM8 4.5V8l2.3 1.4",
  close: "m4 4 8 8M12 4l-8 8",
  current: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0ZM6.8 5.8 10 8l-3.2 2.2Z",
  diff: "M3.5 1.5h9a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1ZM8 4v4.5M5.75 6.25h4.5M5.75 11.5h4.5",
  down: "M3.5 6 8 10.5 12.5 6",
  edit: "m2.5 13.5.8-3.2 7.9-7.9a1 1 0 0 1 1.4 0l1 1a1 1 0 0 1 0 1.4l-7.9 7.9-3.2.8ZM9.8 3.8l2.4 2.4",
  end: "M8 2.5v8M4 7l4 4 4-4M3.5 13.5h9",
  error: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  external: "M9.5 2.5h4v4M13.5 2.5 8 8M11.5 9.5v3a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3",
  file: "M9 1.5H4.5a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V5L9 1.5ZM9 1.5V5h3.5",
  files:
    "M10.5 1.5H6.6a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h5.8a1 1 0 0 0 1-1v-6l-2.9-3ZM5.6 4.5h-2a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h5.8a1 1 0 0 0 1-1v-2M10.5 1.5v3h2.9",
  flag: "M4 14V2.5M4 3h8l-2 3 2 3H4",
  folder: "M1.8 4a1 1 0 0 1 1-1h3.4l1.6 1.6h5.4a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1H2.8a1 1 0 0 1-1-1V4Z",
  globe: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM10.6 8c0 3.3-1.2 6-2.6 6S5.4 11.3 5.4 8 6.6 2 8 2s2.6 2.7 2.6 6ZM2 8h12",
  history: "M2.5 3.5v3h3M2.8 6.3A5.6 5.6 0 1 1 2.6 9M8 5v3.2l2.2 1.3",
  image: "M2.5 3h11v10h-11ZM2.8 11.5 6 8l2.5 2.6 2-2 3 3M11 6v.1",
  info: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM8 7.3v3.7M8 5v.1",
  key: "M9.5 6.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM8.6 8.6l5.2 5.2M11.4 11.4l1.6-1.6",
  offline: "m2 2 12 12M3 6.7a8 8 0 0 1 2.6-1.6M13 6.7a8 8 0 0 0-5-2M5.3 9.4a4.5 4.5 0 0 1 2-1.1M8 12v.2",
  move: "M2.5 8h10.5M9 4l4 4-4 4",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  plan: "M2.5 3.5h.1M5.5 3.5h8M2.5 8h.1M5.5 8h8M2.5 12.5h.1M5.5 12.5h8",
  reason:
    "M3 3h10a.5.5 0 0 1 .5.5v7a.5.5 0 0 1-.5.5H7l-3 2.5V11H3a.5.5 0 0 1-.5-.5v-7A.5.5 0 0 1 3 3ZM5 5.8h6M5 8.2h3.5",
  right: "M6 3.5 10.5 8 6 12.5",
  search: "M11 6.75a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0ZM9.9 9.9 14 14",
  shield: "M8 1.8 13 3.5v4.2c0 3-2.1 5.2-5 6.5-2.9-1.3-5-3.5-5-6.5V3.5L8 1.8Z",
  spinner: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5",
  terminal: "M2.5 2.5h11a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1ZM4.5 6l2 2-2 2M8.5 10.5h3",
  think:
    "M8 1.8a4 4 0 0 0-2.5 7.1c.6.5.9 1.1.9 1.8v.3h3.2v-.3c0-.7.3-1.3.9-1.8A4 4 0 0 0 8 1.8ZM6.5 12.8h3M7.2 14.4h1.6",
  tool: "M10.2 2a3.6 3.6 0 0 0-3.4 4.8L2.3 11.3a1.2 1.2 0 0 0 0 1.7l.7.7c.5.5 1.2.5 1.7 0l4.5-4.5A3.6 3.6 0 0 0 14 5.8l-2.2 2.2-2.4-.6-.6-2.4L11 2.8a3 3 0 0 0-.8-.8Z",
  trash: "M2.5 4h11M6 4V2.5h4V4M4 4l.6 9.5h6.8L12 4M6.7 6.5v4.5M9.3 6.5v4.5",
  undo: "M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M5.8 3.5l-3 3 3 3",
  warning: "M8 2.2 14.3 13.5H1.7L8 2.2ZM8 6.5v3.5M8 11.7v.1",
} as const;

export type IconName = keyof typeof PATHS | "stop";

export function Icon({ name, small, tone }: { name: IconName; small?: true; tone?: string | undefined }) {
  const classes = ["i", small && "i-s", name === "spinner" && "spin", name === "stop" && "fill", tone];
  return (
    <svg class={classes.filter(Boolean).join(" ")} viewBox="0 0 16 16" aria-hidden="true">
      {name === "stop" ? <rect x="4.5" y="4.5" width="7" height="7" rx="1" /> : <path d={PATHS[name]} />}
    </svg>
  );
}

const CIRCUMFERENCE = 37.7;

export function Ring({ share, label }: { share: number; label: string }) {
  const part = Math.max(0, Math.min(1, share)) * CIRCUMFERENCE;
  return (
    <svg class="ring" viewBox="0 0 16 16" role="img" aria-label={label}>
      <title>{label}</title>
      <circle class="t" cx="8" cy="8" r="6" />
      <circle class="p" cx="8" cy="8" r="6" stroke-dasharray={`${part.toFixed(1)} ${CIRCUMFERENCE}`} />
    </svg>
  );
}
