import { DEFAULT_LEVEL } from '../../cli/zip/level.ts';
import { zipCase } from '../backups/zip-match.ts';

/** The zip stage as it runs every night, against what people zip dumps with. */
export default zipCase({ name: 'zip', level: DEFAULT_LEVEL, peerLevel: 6, zipTimes: 2.8, isWhole: true });
