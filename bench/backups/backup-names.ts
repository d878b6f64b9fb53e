import { DEFAULT_LEVEL } from '../../cli/zip/level.ts';

// The contestants of the cases that make whole backups, as the table names them.
export const OURS = 'sade backup';
export const IN_TURN = 'script: mysqldump, zip, curl';
export const FOUR_AT_ONCE = 'the script by xargs -P4';
export const UNREHEARSED = 'sade backup --rehearse off';
export const DUMPS_ALONE = 'mysqldump alone by xargs -P2';

/** The work that any program must do: the floor is the sum of their CPU seconds. */
export const PARTS = [
  '· mysqldump alone, with mariadbd',
  `· deflate alone (level ${DEFAULT_LEVEL}, zlib of Node)`,
  '· digests alone (SHA-256 of dump and zip, CRC-32)',
  '· curl -F alone, with the service',
] as const;
