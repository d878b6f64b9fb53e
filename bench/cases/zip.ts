import { zipCase } from '../backups/zip-match.ts';

/** The zip stage as it runs every night, against what people zip dumps with. */
export default zipCase({ name: 'zip', level: 6, zipTimes: 2.3, isWhole: true });
