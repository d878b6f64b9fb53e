import { zipCase } from '../backups/zip-match.ts';

/** The same at level 1, for those who have more disk than time. */
export default zipCase({ name: 'zip-fast', level: 1, peerLevel: 1, zipTimes: 2, isWhole: false });
