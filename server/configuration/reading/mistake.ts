/** Where a value stands: keys and places in lists, from the top of the file. */
export type Path = ReadonlyArray<string | number>;

/** Something that has to be fixed before a file can be used. */
export interface Mistake {
  readonly path: Path;
  /** Completes the place. Holds no value of the file that may be a secret. */
  readonly message: string;
  /** Shown instead of `path`, where its last part may be a secret that stands in the wrong place. */
  readonly shownPath?: Path;
  /** Whether the value that stands there may be shown behind the message. */
  readonly showsValue?: boolean;
}

/** No one fixes more at once. A file of a whole fleet can have the same one 20,000 times, and to find all takes a minute. */
export const MOST_MISTAKES = 100;

/** @returns the first lines, and that there are more */
export function firstOf(lines: readonly string[], file: string): string[] {
  if (lines.length <= MOST_MISTAKES) return [...lines];
  return [...lines.slice(0, MOST_MISTAKES), `${file} has more mistakes: fix these first`];
}

/** @returns a path as a person writes it: `groups.acme.every`, `routes[0].channels` */
export function pathText(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const key = /^[\p{L}\p{N}_@*-]+$/u.test(part) ? part : JSON.stringify(part);
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}
