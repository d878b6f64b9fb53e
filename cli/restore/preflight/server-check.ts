import { isAtLeast } from '../../mysql/server-facts.ts';
import { formatBytes } from '../../terminal/format.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import type { TargetFacts } from '../target/target-facts.ts';
import { collationOptions, isThere as isKnown, mappedCollation } from './collations.ts';
import type { DatabaseState } from './database-check.ts';
import { type Checked, NOTHING_WRONG, problem, together, warning } from './problem.ts';

interface Options {
  readonly backup: BackupToRestore;
  readonly wish: RestoreWish;
  readonly state: DatabaseState;
}

/** Compares the server that loads with the one that was dumped. */
export function checkServer(facts: TargetFacts, { backup, wish, state }: Options): Checked {
  return together([
    checkFlavour(facts, backup, wish),
    checkPacket(facts, backup),

    checkCollation(facts, backup, wish, state),
    checkEvents(facts, backup, wish),
  ]);
}

const NAMES = { mysql: 'MySQL', mariadb: 'MariaDB' } as const;

function checkFlavour(facts: TargetFacts, { manifest }: BackupToRestore, { isAcrossFlavours }: RestoreWish): Checked {
  const source = manifest?.source.server;
  if (!source) return NOTHING_WRONG;
  const [from, to] = [`${NAMES[source.flavour]} ${source.version}`, `${NAMES[facts.flavour]} ${facts.version}`];
  if (source.flavour !== facts.flavour)
    return isAcrossFlavours
      ? warning(`from ${from} to ${to}: what can't be taken over is left out and listed (--across-flavours)`)
      : problem(
          `the backup is of ${from}, and the server is ${to}`,
          "Restore to a server of the same flavour, or add --across-flavours: what can't be taken over is left out and listed.",
        );
  const [major = 0, minor = 0] = source.version.split('.').map(Number);
  if (isAtLeast(facts.version, major, minor)) return NOTHING_WRONG;
  return warning(`from ${from} to the older ${to}, which may not know all that the backup needs`);
}

/** One INSERT of several rows is sent as several; a single row has to fit. */
function checkPacket({ maxPacketBytes }: TargetFacts, { manifest }: BackupToRestore): Checked {
  const longest = manifest?.dump.longest_statement;
  if (!longest || longest.bytes <= maxPacketBytes) return NOTHING_WRONG;
  const table = longest.table === null ? '' : ` (table ${longest.table})`;
  return warning(
    `the longest statement has ${formatBytes(longest.bytes)}${table}, and the server takes ${formatBytes(maxPacketBytes)}: it is sent in parts. A single row that is longer fails; then SET GLOBAL max_allowed_packet = 1073741824;`,
  );
}

function checkCollation(
  facts: TargetFacts,
  { manifest }: BackupToRestore,
  wish: RestoreWish,
  { isThere }: DatabaseState,
): Checked {
  const collation = manifest?.source.collation;
  if (!collation || isThere) return NOTHING_WRONG;
  const wanted = mappedCollation(collation, wish.collations);
  // The definitions name it, too.
  if (manifest?.dump.needs?.collations.includes(collation)) return NOTHING_WRONG;
  if (isKnown(facts, wanted)) return NOTHING_WRONG;
  return problem(
    `the server has no collation ${wanted}, which is that of the database`,
    `Restore to a newer server; or load it as another, by which sorting and comparing may differ: add ${collationOptions([collation], facts)}`,
  );
}

function checkEvents(
  facts: TargetFacts,
  { manifest }: BackupToRestore,
  { isWithoutEvents, parts, tables, mode }: RestoreWish,
): Checked {
  const events = manifest?.inventory.events.length ?? 0;
  if (events === 0 || parts === 'data' || tables) return NOTHING_WRONG;
  if (isWithoutEvents && mode === 'new')
    return warning(
      `${events === 1 ? 'its event is' : `its ${events} events are`} created disabled in this copy: beside the original the same work would be done twice; --events enables ${events === 1 ? 'it' : 'them'}`,
    );
  if (isWithoutEvents || !facts.isSchedulerOn) return NOTHING_WRONG;
  const what = events === 1 ? 'its event runs' : `its ${events} events run`;
  return warning(`the event scheduler is on: ${what} from the end of the restore on; --no-events keeps them disabled`);
}
