import { availableParallelism } from 'node:os';
import { type OptionTable, option } from './option.ts';
import { switchOption, text, wholeNumber } from './parsers.ts';
import { collations, definer, listedServer, names } from './restore-parsers.ts';
import { wantedBackup } from './wanted-backup.ts';

/** The options that only `sade restore` has, in the order of its help. */
export const restoreOptions = {
  at: option(
    {
      ...{ flag: 'at', value: 'WHICH', fallback: 'latest' },
      meaning: 'Which backup: latest, an id, or a time (then the newest complete backup up to that time)',
      details:
        "Such as `34`, `2026-11-28`, `'2026-11-28 01:30'` or `2026-11-27T18:30Z`. A time without an offset is in the zone of this machine. A date or a minute includes all of it.",
    },
    wantedBackup,
  ),
  from: option(
    {
      ...{ flag: 'from', value: 'FILE', completes: 'files' },
      meaning: 'Restore this zip instead; the service is not needed',
      details: 'The manifest or the record beside it (`FILE.json`) is used, if it is there.',
    },
    text,
  ),
  allOf: option(
    {
      ...{ flag: 'all-of', value: 'HOST' },
      meaning: 'All databases of the list with this db_host, instead of names; HOST:PORT for one port of it',
      details:
        'It is compared with `db_host` (or `db_socket`) as it is written in the list; `localhost`, `127.0.0.1` and `::1` are the same.',
    },
    listedServer,
  ),
  to: option(
    {
      ...{ flag: 'to', value: 'TARGET' },
      meaning: 'The server to restore to: its name in targets.json (default: that of the list of databases)',
    },
    text,
  ),
  targets: option(
    {
      ...{ flag: 'targets', value: 'FILE', variable: 'SADE_TARGETS', completes: 'files' },
      fallbackInDocs: 'targets.json in the current folder, else beside the list of databases',
      meaning: 'The servers for --to',
      details: 'It has [these keys](configuration.md#targetsjson).',
    },
    text,
  ),
  into: option(
    {
      ...{ flag: 'into', value: 'NAME' },
      meaning: 'The database to restore into: a new one, or an empty one (default: its own name)',
    },
    text,
  ),
  replace: switchOption({
    flag: 'replace',
    meaning: 'Replace what is there now; first makes a backup of it',
    details:
      'The backup is loaded into a database beside it, `NAME__lumbung_staging`, and compared. It replaces the old one only if everything agrees.',
  }),
  tables: option(
    {
      ...{ flag: 'tables', value: 'NAMES' },
      meaning: 'Only these tables, with their rows and triggers, separated by commas',
      details: 'Other tables stay as they are. If a name contains a comma, give `--tables` once for each table.',
    },
    names,
  ),
  schemaOnly: switchOption({ flag: 'schema-only', meaning: 'Only the definitions, no rows' }),
  dataOnly: switchOption({ flag: 'data-only', meaning: 'Only the rows, into tables that exist and are empty' }),
  toStdout: switchOption({
    flag: 'to-stdout',
    meaning: 'Write the SQL to stdout instead of loading it',
    details: 'It is what would be sent to the server: filtered by the other options. No server is needed.',
  }),
  definer: option(
    {
      ...{ flag: 'definer', value: 'WHO', fallback: 'keep', completes: ['keep', 'drop'] },
      meaning: 'Who owns views, triggers, routines and events: keep, drop (the user that restores) or user@host',
    },
    definer,
  ),
  collation: option(
    {
      ...{ flag: 'collation', value: 'FROM=TO' },
      meaning: 'Replace a collation that the server lacks by another; may be given several times',
      details:
        "Such as `utf8mb4_0900_ai_ci=utf8mb4_general_ci`. A `*` stands for any letters, but only of collations of the same character set: `'utf8mb4_uca1400_*=utf8mb4_unicode_ci'`. Nothing is changed unless you ask: sorting and comparing may differ.",
    },
    collations,
  ),
  acrossFlavours: switchOption({
    flag: 'across-flavours',
    meaning: 'Load a backup of MySQL into MariaDB, or the other way round',
    details: 'What the other flavour does not have is left out and listed.',
  }),
  withoutEncryption: switchOption({
    flag: 'without-encryption',
    meaning: 'Load encrypted tables unencrypted, for a server that has no keys',
    details:
      'The result lists each. Without this option such a restore is refused, since a server without keys does not accept encrypted tables.',
  }),
  events: switchOption({
    flag: 'events',
    meaning: 'Enable events also in a copy (--into)',
    details: 'Otherwise they are disabled in a copy: the original and the copy would both run them.',
  }),
  noEvents: switchOption({ flag: 'no-events', meaning: 'Leave all events disabled' }),
  jobs: option(
    {
      ...{ flag: 'jobs', value: 'N', fallback: String(Math.min(8, availableParallelism())) },
      ...{ fallbackInDocs: 'the number of cores, at most 8', meaning: 'How many connections load at the same time' },
    },
    wholeNumber(1, 64),
  ),
  force: switchOption({
    flag: 'force',
    meaning: 'Restore a backup that is damaged, incomplete or unverified, or that may not fit on the disk',
  }),
  yes: switchOption({ flag: 'yes', alias: 'y', meaning: 'Do not ask' }),
  dryRun: switchOption({ flag: 'dry-run', meaning: 'Only show the plan; change nothing' }),
} as const satisfies OptionTable;
