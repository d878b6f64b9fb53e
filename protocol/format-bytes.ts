const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** @returns such as `512 B`, `12.3 MiB` */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}
