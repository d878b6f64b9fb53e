const COMMENT = Buffer.from('\n-- ');

/** How many comments are looked at: those of the end and of the header say nothing. */
const MOST = 4;

/** `-- Dumping data for table `faktur``, `-- Temporary table structure for view `v``, `-- Dumping routines for database 'pt_xyz'` */
const NAMES_AN_OBJECT = /^-- (?:Dumping data for|[A-Z][a-z ]* structure for) (\w+) `(.*)`$/;
const NAMES_A_KIND = /^-- Dumping (routines|events) for database /;

/**
 * Tells by mysqldump's own comments what its bytes are about.
 * @param lines whole lines of a dump
 * @returns such as `table faktur` or `routines`; undefined where no comment says it
 */
export function whereIs(lines: Buffer): string | undefined {
  for (let [looked, at] = [0, lines.length]; looked < MOST && at > 0; looked++) {
    at = lines.lastIndexOf(COMMENT, at - 1);
    const start = at < 0 ? 0 : at + 1;
    const end = lines.indexOf('\n', start);
    const named = objectIn(lines.toString('utf8', start, end < 0 ? undefined : end));
    if (named !== undefined) return named;
  }
  return undefined;
}

function objectIn(comment: string): string | undefined {
  const [, what = 'sequence', object] = NAMES_AN_OBJECT.exec(comment) ?? [];
  if (object !== undefined) return `${what} ${object.replaceAll('``', '`')}`;
  return NAMES_A_KIND.exec(comment)?.[1];
}
