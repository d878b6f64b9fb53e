/** @returns an instant as Prometheus has it: in seconds since 1970 */
export function toSeconds(instant: Date): number {
  return instant.getTime() / 1000;
}
