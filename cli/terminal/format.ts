import type { StoredState } from '../../protocol/responses.ts';

export { formatBytes } from '../../protocol/format-bytes.ts';

/** @returns such as `4.2 s`, `3 min 05 s`, `2 h 10 min` */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  if (minutes < 60) return `${minutes} min ${String(rest).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** @param timestamp `2023-10-31 00:00:00`, UTC @returns how long ago that is, such as `5 h` or `3 d` */
export function formatAge(timestamp: string, now: Date): string {
  const hours = (now.getTime() - Date.parse(`${timestamp.replace(' ', 'T')}Z`)) / 3_600_000;
  if (hours < 1) return `${Math.max(0, Math.floor(hours * 60))} min`;
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} d`;
}

/** @returns the state of a stored backup: what can be relied on in small letters, what can't in capitals */
export function formatState(state: StoredState): string {
  return state === 'complete' ? state : state.toUpperCase();
}

/**
 * Not by `toLocaleString`, whose tables take 13 ms to load: a twentieth of a start of sade.
 * @param number whole @returns such as `1,234,567`
 */
export function formatCount(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** @returns such as `1 database`, `3 databases` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
