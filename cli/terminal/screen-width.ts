/** Below this nothing can be read. */
const LEAST = 40;

/** @returns how many columns there are; undefined in a pipe or a file, where nothing is cut or broken */
export function screenWidth({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number | undefined {
  return isTTY && columns > 0 ? Math.max(LEAST, columns) : undefined;
}
