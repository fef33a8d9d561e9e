/** Passages of this many UTF-16 units are watched for. */
const SHORTEST = 20;
const LONGEST = 2_000;
/** How much of a passage must have come again, in units and in times, before it is a loop. */
const LOOP_UNITS = 1_100;
const LOOP_TIMES = 7;
/** Rules, empty tables, zeros and the like repeat for good reasons; without an end even they are a loop. */
const ENDLESS_UNITS = 16_000;
/** A passage with fewer different letters says nothing: `0x00, 0x00` or `| - | - |`. */
const LETTERS = 6;

/** The last units, a power of two above LONGEST. */
const RING = 4_096;
/** Places by the hash of the SHORTEST units before them. Lossy: what it says is compared. */
const SLOTS = 8_192;
const BASE = 31;
const OLDEST = power(BASE, SHORTEST);

/**
 * Watches a text that is being streamed for one passage that comes again and again, word for word, as MiMo models have
 * been seen to do 1,803 times (field reports, 2026). Constant work and memory a character.
 */
export class RepeatWatch {
  readonly #ring = new Uint16Array(RING);
  readonly #places = new Int32Array(SLOTS).fill(-1);
  #length = 0;
  #hash = 0;
  /** Length of the passage that comes again at this moment, and how many units of it came. 0 when none does. */
  #period = 0;
  #run = 0;
  #says: boolean | undefined;

  /** True once the text has turned into a loop. */
  push(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#add(text.charCodeAt(i))) return true;
    return false;
  }

  #add(unit: number): boolean {
    const at = this.#length++;
    const leaving = at >= SHORTEST ? this.#unit(at - SHORTEST) : 0;
    this.#ring[at % RING] = unit;
    this.#hash = (Math.imul(this.#hash, BASE) + unit - Math.imul(leaving, OLDEST)) | 0;
    if (this.#period > 0 && this.#unit(at - this.#period) === unit) this.#run++;
    else this.#begin(at);
    this.#places[this.#slot()] = at;
    return this.#isLoop(at);
  }

  /** Looks for the nearest place where the last units stood before. */
  #begin(at: number): void {
    this.#period = 0;
    this.#run = 0;
    this.#says = undefined;
    if (at < SHORTEST) return;
    const before = this.#places[this.#slot()] ?? -1;
    const period = at - before;
    if (before < SHORTEST - 1 || period > LONGEST) return;
    for (let i = 0; i < SHORTEST; i++) if (this.#unit(at - i) !== this.#unit(before - i)) return;
    this.#period = period;
    this.#run = SHORTEST;
  }

  #isLoop(at: number): boolean {
    if (this.#run < LOOP_UNITS) return false;
    if (this.#run >= ENDLESS_UNITS) return true;
    if (this.#period < SHORTEST || this.#run < this.#period * LOOP_TIMES) return false;
    this.#says ??= this.#letters(at) >= LETTERS;
    return this.#says;
  }

  /** Different letters of the passage that ends here; no more are counted than matter. */
  #letters(at: number): number {
    const letters = new Set<string>();
    for (let i = 0; i < this.#period && letters.size < LETTERS; i++) {
      const letter = String.fromCharCode(this.#unit(at - i));
      if (/\p{L}/u.test(letter)) letters.add(letter.toLowerCase());
    }
    return letters.size;
  }

  #unit(at: number): number {
    return this.#ring[at % RING] ?? 0;
  }

  #slot(): number {
    return (Math.imul(this.#hash, 0x9e3779b1) >>> 19) % SLOTS;
  }
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}
