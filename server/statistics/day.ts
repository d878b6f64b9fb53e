const MS_PER_DAY = 86_400_000;

/** @returns days since 1970-01-01, UTC */
export function dayOf(instant: Date): number {
  return Math.floor(instant.getTime() / MS_PER_DAY);
}

/** @returns the instant at which a day begins */
export function startOf(day: number): Date {
  return new Date(day * MS_PER_DAY);
}
