/** Volume discounts, the largest first: from `packs` packs of one tea on, `percent` off. */
const STEPS = [
  { packs: 50, percent: 20 },
  { packs: 10, percent: 10 },
];

/** The discount in percent for a number of packs of one tea. */
export function volumeDiscount(packs) {
  const step = STEPS.find((candidate) => packs > candidate.packs);
  return step ? step.percent : 0;
}

/** The price of a line in cents, rounded once, to the customer's favour. */
export function linePrice(price, packs) {
  const full = price * packs;
  return Math.floor((full * (100 - volumeDiscount(packs))) / 100);
}
