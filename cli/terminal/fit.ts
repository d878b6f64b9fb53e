import sliceAnsi from 'slice-ansi';

/**
 * @param text of one line; colours in it stay whole
 * @param columns how many a terminal has for it; a Chinese character and an emoji take two
 * @returns the text, or its beginning and an ellipsis where it would be wider
 */
export function fitLine(text: string, columns: number): string {
  if (columns < 1) return '';
  const fitting = sliceAnsi(text, 0, columns);
  return fitting === text ? text : `${sliceAnsi(text, 0, columns - 1)}…`;
}
