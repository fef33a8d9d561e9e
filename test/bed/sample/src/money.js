/** Cents as text: 1234 is "12.34". */
export function formatCents(cents) {
  const sign = cents < 0 ? "-" : "";
  const whole = Math.abs(cents);
  return `${sign}${Math.floor(whole / 100)}.${String(whole % 100).padStart(2, "0")}`;
}

/** "12.34", "12.3" and "12" as cents. */
export function parseCents(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match) throw new TypeError(`"${text}" is not an amount.`);
  const [, sign, whole, rest = ""] = match;
  const cents = Number(whole) * 100 + Number(rest.padEnd(2, "0"));
  return sign ? -cents : cents;
}
