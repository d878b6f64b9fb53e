import { type OptionTable, option } from './option.ts';
import { duration, folder, switchOption, text, timer, wholeNumber } from './parsers.ts';
import { restoreOptions } from './restore-options.ts';
import { size } from './size.ts';

/** The options that only `sade drill` has, in the order of its help. */
export const drillOptions = {
  workDir: option(
    {
      ...{
        flag: 'work-dir',
        value: 'FOLDER',
        variable: 'SADE_DRILL_DIR',
        fallback: 'data/drill',
        completes: 'folders',
      },
      meaning: 'Private folder for the servers and the files of drills; not the work folder of backups',
      details: 'Its mode is 0700. It needs room for about four times the largest dump, one database after another.',
    },
    folder,
  ),
  sample: option(
    {
      ...{ flag: 'sample', value: 'N' },
      meaning:
        'How many databases to drill at most: first those that were never proven, then those that have waited longest',
    },
    wholeNumber(1, 1_000_000),
  ),
  window: option(
    {
      ...{ flag: 'window', value: 'TIME', fallback: '30d' },
      meaning: 'How long a proof counts: databases that were proven within this time are left out',
      details: 'The units are `h` and `d`.',
    },
    duration('hd', '36h or 30d'),
  ),
  all: switchOption({ flag: 'all', meaning: 'Also databases that were proven within the window' }),
  drillServer: option(
    {
      ...{ flag: 'drill-server', value: 'TARGET', variable: 'SADE_DRILL_SERVER' },
      meaning: 'Restore into this server of targets.json, and start none',
      details: 'sade makes and drops only databases named `lumbung_drill_{uuid}` there.',
    },
    text,
  ),
  targets: { ...restoreOptions.targets, meaning: 'The servers for --drill-server' },
  mariadbd: option(
    {
      ...{ flag: 'mariadbd', value: 'PROGRAM', variable: 'SADE_MARIADBD', completes: 'files' },
      meaning: "MariaDB's server program (default: the one found on this machine)",
      details: 'It is looked for on the PATH and in the usual folders, such as `/usr/sbin`.',
    },
    text,
  ),
  mysqld: option(
    {
      ...{ flag: 'mysqld', value: 'PROGRAM', variable: 'SADE_MYSQLD', completes: 'files' },
      meaning: "MySQL's server program (default: the one found on this machine)",
    },
    text,
  ),
  maxMemoryBytes: option(
    {
      ...{ flag: 'max-memory', value: 'SIZE', variable: 'SADE_DRILL_MAX_MEMORY', fallback: '2GiB' },
      meaning: 'The most memory for the server of a drill, such as 512MiB or 4GiB',
      details:
        'An empty server takes 110 MiB, and a long row takes three times its size. A server that needs more is ended, and the drill reports that it could not test.',
    },
    size,
  ),
  maxDiskBytes: option(
    {
      ...{ flag: 'max-disk', value: 'SIZE', variable: 'SADE_DRILL_MAX_DISK' },
      ...{ fallbackInDocs: '2 GiB and 8 times the dump' },
      meaning: 'The most disk space for the server of a drill, such as 20GiB',
      details:
        'An empty server takes 130 MiB. A server that needs more is ended, and the drill reports that it could not test.',
    },
    size,
  ),
  timeoutMs: option(
    {
      ...{ flag: 'timeout', value: 'TIME', variable: 'SADE_DRILL_TIMEOUT', fallback: '6h' },
      meaning: 'The longest time that one drill may take, such as 30m or 6h',
    },
    timer('smh', '90s, 30m or 6h'),
  ),
} as const satisfies OptionTable;
