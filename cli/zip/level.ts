/**
 * How much zips are compressed if no one says otherwise: the fastest level whose zips are, over many dumps, no larger than those of
 * `zip -6` (docs/explanation/performance.md, "What each level costs").
 */
export const DEFAULT_LEVEL = 5;
