import { FairTurns } from '../../process/fair-turns.ts';

/**
 * Who reads dumps in zips, and when. As many at once as there are threads that inflate: more take more memory and half as much
 * work again, and no less time. In a slice of so many plain bytes, which takes about 20 ms, most small uploads are done.
 */
export const readingTurns = new FairTurns({ places: 4, slice: 8 * 1024 * 1024, maxBegun: 32 });
