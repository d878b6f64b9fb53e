const SHOWN = 10;

/** @returns names for a sentence: the first ten, or so many as are wanted, and how many more there are */
export function firstNames(names: readonly string[], atMost = SHOWN): string {
  const shown = names.slice(0, atMost).join(', ');
  return names.length > atMost ? `${shown} and ${names.length - atMost} more` : shown;
}
