/** Numbers that look random and are the same for the same seed, on every machine: xorshift with 32 bits. */
export class SeededRandom {
  #state: number;

  /** @param seed a whole number */
  constructor(seed: number) {
    this.#state = (seed * 0x9e3779b1) | 0 || 1;
  }

  /** @returns 32 bits, as a whole number from 0 */
  bits(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  /** @returns a whole number from 0 to `limit` - 1 */
  below(limit: number): number {
    return this.bits() % limit;
  }

  /** @returns one of them; the first ones far more often than the last, as words and towns are in real rows */
  skewed<T>(choices: readonly T[]): T {
    const [a, b] = [this.below(choices.length), this.below(choices.length)];
    return choices[Math.min(a, b, this.below(choices.length))]!;
  }

  /** @returns that many hexadecimal digits, a multiple of four */
  hex(digits: number): string {
    let text = '';
    for (let i = 0; i < digits; i += 4) text += FOUR_DIGITS[this.bits() & 0xffff];
    return text;
  }
}

const FOUR_DIGITS = Array.from({ length: 65536 }, (_, i) => i.toString(16).padStart(4, '0'));
