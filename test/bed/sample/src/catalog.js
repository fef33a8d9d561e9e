/** Prices are in cents for one pack. */
const TEAS = new Map([
  ["sencha", { name: "Sencha", price: 890 }],
  ["oolong", { name: "Tie Guan Yin Oolong", price: 1250 }],
  ["assam", { name: "Assam", price: 640 }],
  ["jasmine", { name: "Jasmine Pearls", price: 1475 }],
]);

export function findTea(id) {
  const tea = TEAS.get(id);
  if (!tea) throw new RangeError(`There is no tea "${id}".`);
  return { id, ...tea };
}

export function listTeas() {
  return [...TEAS].map(([id, tea]) => ({ id, ...tea }));
}
