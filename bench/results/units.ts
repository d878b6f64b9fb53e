const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** @returns `256 MiB`, `1 GiB` */
export function inMib(bytes: number): string {
  return bytes >= GIB && bytes % GIB === 0 ? `${bytes / GIB} GiB` : `${Number((bytes / MIB).toPrecision(3))} MiB`;
}

/** @returns with three digits that count: `0.0412`, `4.18`, `31.4` */
export function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : Number(value).toPrecision(3);
}
