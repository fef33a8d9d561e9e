/** Bytes of a block of 64 tokens: the platform's cache was seen to hit in multiples of it. */
export const BLOCK_BYTES = 256;

interface Node {
  /** Whole blocks, at least one except in the root. */
  run: Buffer;
  children: Node[];
}

/**
 * The prefixes of all requests seen so far, in blocks. Holds every distinct block once, however many requests share
 * it, and finds the longest shared prefix in one pass over the new request.
 */
export class PrefixTree {
  readonly #root: Node = { run: Buffer.alloc(0), children: [] };

  /** Bytes of the longest block-wise prefix shared with anything added before; then adds this. */
  add(bytes: Buffer): number {
    const whole = bytes.subarray(0, bytes.length - (bytes.length % BLOCK_BYTES));
    let at = 0;
    let node = this.#root;
    while (at < whole.length) {
      const rest = whole.subarray(at);
      const child = node.children.find((other) => equalBlock(other.run, rest));
      if (!child) {
        // A copy: a view would keep the whole request alive.
        node.children.push({ run: Buffer.from(rest), children: [] });
        return at;
      }
      const shared = sharedBlocks(child.run, rest);
      if (shared < child.run.length) split(child, shared);
      at += shared;
      node = child;
    }
    return at;
  }
}

function split(node: Node, at: number): void {
  const tail: Node = { run: Buffer.from(node.run.subarray(at)), children: node.children };
  node.run = Buffer.from(node.run.subarray(0, at));
  node.children = [tail];
}

function equalBlock(a: Buffer, b: Buffer): boolean {
  return a.compare(b, 0, BLOCK_BYTES, 0, BLOCK_BYTES) === 0;
}

/** Both are whole blocks. Halves the stretch that differs until it is one block. */
function sharedBlocks(a: Buffer, b: Buffer): number {
  let low = 0;
  let high = Math.min(a.length, b.length) / BLOCK_BYTES;
  if (a.compare(b, 0, high * BLOCK_BYTES, 0, high * BLOCK_BYTES) === 0) return high * BLOCK_BYTES;
  while (low < high) {
    const middle = Math.floor((low + high + 1) / 2);
    const from = low * BLOCK_BYTES;
    const to = middle * BLOCK_BYTES;
    if (a.compare(b, from, to, from, to) === 0) low = middle;
    else high = middle - 1;
  }
  return low * BLOCK_BYTES;
}
