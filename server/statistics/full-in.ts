const MS_PER_DAY = 86_400_000;

/**
 * Finds when the storage will be full, if it grows as it did: the one forecast of the alarms, the metrics and the rules that ship.
 * @param free in bytes
 * @param bytesPerDay by how much it grows (`bytesPerDay`)
 * @returns in milliseconds from now; undefined where it does not grow
 */
export function fullInMs(free: number, bytesPerDay: number): number | undefined {
  return bytesPerDay > 0 ? (free / bytesPerDay) * MS_PER_DAY : undefined;
}
