import { findTea } from "./catalog.js";
import { linePrice, volumeDiscount } from "./discounts.js";
import { formatCents } from "./money.js";

const DELIVERY = 490;
const FREE_DELIVERY_FROM = 5000;

export class Cart {
  #packs = new Map();

  add(id, packs = 1) {
    if (!Number.isInteger(packs) || packs < 1) throw new RangeError("A cart holds whole packs only.");
    const tea = findTea(id);
    this.#packs.set(tea.id, (this.#packs.get(tea.id) ?? 0) + packs);
  }

  remove(id) {
    this.#packs.delete(id);
  }

  get lines() {
    return [...this.#packs].map(([id, packs]) => {
      const tea = findTea(id);
      return { ...tea, packs, discount: volumeDiscount(packs), total: linePrice(tea.price, packs) };
    });
  }

  get subtotal() {
    return this.lines.reduce((sum, line) => sum + line.total, 0);
  }

  get delivery() {
    if (this.#packs.size === 0 || this.subtotal >= FREE_DELIVERY_FROM) return 0;
    return DELIVERY;
  }

  get total() {
    return this.subtotal + this.delivery;
  }

  receipt() {
    const rows = this.lines.map((line) => {
      const off = line.discount > 0 ? ` (-${line.discount} %)` : "";
      return `${line.packs} x ${line.name}${off}: ${formatCents(line.total)}`;
    });
    return [...rows, `Delivery: ${formatCents(this.delivery)}`, `Total: ${formatCents(this.total)}`].join("\n");
  }
}
