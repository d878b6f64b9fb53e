import { formatTimestamp } from '../../../protocol/backup-name.ts';
import { tokenNameOf } from '../../auth/principal.ts';
import { covers } from '../../auth/scope.ts';
import type { BackupDetails } from '../../backups/backup-details.ts';
import { type BackupEvent, MAX_WAITING, MISSED } from '../../backups/events/backup-events.ts';
import { dumpSecondsOf, inventoryOf } from '../../backups/losses/inventory.ts';
import { acceptanceOf, lossSentence, lossStatus, referenceIdIn, shownFindings } from '../../backups/losses/loss.ts';
import { downloadPath, presentDigest } from '../../backups/presenter.ts';
import { noSuchBackup } from '../../backups/queries/find-backup.ts';
import type { ListedBackup } from '../../backups/queries/listed-backup.ts';
import { countScanned, scanBackups } from '../../backups/queries/scan-backups.ts';
import type { BackupSearch } from '../../backups/queries/search-backups.ts';
import { findingsOf, storedState } from '../../entities/backup.entity.ts';
import { AppError } from '../../errors/errors.ts';
import { whileLetIn } from '../../graphql/while-let-in.ts';
import { backupConnection } from './backup-connection.ts';
import type { GraphqlContext } from './context.ts';
import type { BackupFilter, Resolvers, ResolversTypes } from './resolver-types.ts';

/** What a manifest weighs at least in the budget of a request. */
const MANIFEST_ROWS = 100;

/** A large one weighs as many rows more: five manifests of 3 MB take a second, in which no other request is answered. */
const BYTES_PER_ROW = 750;

/** Each keeps a connection open. */
const MAX_LISTENERS = 100;

/** So many of one token, so that one client does not keep the others from listening. */
const MAX_LISTENERS_PER_TOKEN = 20;

export const backupResolvers = {
  Query: {
    backup: (_, { id }, { loaders }) => (/^[1-9]\d{0,15}$/.test(id) ? loaders.backup.load(Number(id)) : null),
    backups: (_, { filter, ...page }, { em, scope, budget }) => {
      const search = searchOf(filter ?? {});
      return backupConnection(page, budget, {
        find: page => scanBackups({ em, scope, budget }, search, page),
        count: () => countScanned({ em, scope, budget }, search),
      });
    },
  },
  Subscription: {
    backupReceived: {
      subscribe: (_, { database }, { events, scope, principal, isStillLetIn }) => {
        const client = tokenNameOf(principal);
        if (events.listeners >= MAX_LISTENERS) throw tooManyListeners('The service', MAX_LISTENERS);
        if (client !== undefined && events.listenersOf(client) >= MAX_LISTENERS_PER_TOKEN)
          throw tooManyListeners(`The token ${client}`, MAX_LISTENERS_PER_TOKEN);
        const heard = events.listen(database, client);
        return whileLetIn(heard, {
          isStillLetIn,
          isFor: ([event]) => event === MISSED || covers(scope, event.database),
        }) as AsyncIterable<never>;
      },
      resolve: async ([event]: [BackupEvent | typeof MISSED], _: unknown, { loaders, budget }: GraphqlContext) => {
        if (event === MISSED) throw tooSlow();
        loaders.clear();
        budget.renew();
        return (await loaders.backup.load(event.id)) ?? Promise.reject(noSuchBackup(event.id));
      },
    },
  },
  Backup: {
    id: ({ id }) => String(id),
    database: ({ databaseId, databaseName }, _, { loaders }) =>
      databaseName === undefined ? loaders.database.load(databaseId) : { id: databaseId, name: databaseName },
    timestamp: ({ takenAt }) => formatTimestamp(takenAt),
    digest: async (backup, _, context) => presentDigest(await detailsOf(backup, context)),
    downloadUrl: downloadPath,
    state: storedState,
    findings: async (backup, _, context) => findingsIn(backup, await detailsOf(backup, context), context),
    loss: async (backup, _, context) => lossOf(backup, await detailsOf(backup, context), context),
    dumpSize: async (backup, _, context) => (await detailsOf(backup, context)).dumpSize ?? null,
    dumpDigest: async (backup, _, context) => {
      const { dumpSha256 } = await detailsOf(backup, context);
      return dumpSha256 ? presentDigest({ sha256: dumpSha256 }) : null;
    },
    receivedAt: async (backup, _, context) => (await detailsOf(backup, context)).receivedAt,
    checkedAt: async (backup, _, context) => (await detailsOf(backup, context)).checkedAt ?? null,
    madeFor: async (backup, _, context) => (await detailsOf(backup, context)).madeFor ?? null,
    dumpSeconds: async (backup, _, context) => dumpSecondsOf(await manifestOf(backup, context)),
    inventory: async (backup, _, context) => inventoryOf(await manifestOf(backup, context)),
  },
} satisfies Resolvers;

/** Who wants to know which other backup has what was lost asks for one backup: that takes manifests. */
async function findingsIn(
  { databaseId, sortedAt }: ListedBackup,
  details: BackupDetails,
  { loaders }: GraphqlContext,
): Promise<ReturnType<typeof shownFindings>> {
  const findings = findingsOf(details);
  const named = referenceIdIn(findings);
  if (named === undefined) return findings;
  const { shrunkFrom } = details;
  const [clean, reference] = await Promise.all([
    shrunkFrom ? loaders.clean.load(databaseId) : undefined,
    shrunkFrom ? loaders.named.load(shrunkFrom) : loaders.backup.load(named),
  ]);
  return shownFindings(findings, { ...details, sortedAt }, { clean, reference });
}

async function lossOf(
  { databaseId, sortedAt }: ListedBackup,
  details: BackupDetails,
  { loaders }: GraphqlContext,
): Promise<ResolversTypes['Loss'] | null> {
  if (!details.shrunkFrom) return null;
  const [clean, reference] = await Promise.all([
    loaders.clean.load(databaseId),
    loaders.named.load(details.shrunkFrom),
  ]);
  const status = lossStatus({ ...details, sortedAt }, clean)!;
  return { status, message: lossSentence(findingsOf(details)), reference, acceptance: acceptanceOf(details) };
}

function tooManyListeners(who: string, most: number): AppError {
  return new AppError(
    429,
    'TOO_MANY_SUBSCRIPTIONS',
    `${who} already has ${most} subscribers, which is its limit: try again later`,
  );
}

function tooSlow(): AppError {
  const message = `More than ${MAX_WAITING} backups were received while this client read no event: subscribe again`;
  return new AppError(429, 'SUBSCRIBER_TOO_SLOW', message);
}

function detailsOf({ id }: ListedBackup, { loaders }: GraphqlContext): Promise<BackupDetails> {
  return loaders.details.load(id);
}

async function manifestOf({ id }: ListedBackup, { loaders, budget }: GraphqlContext): Promise<string | null> {
  const { manifestBytes } = await loaders.details.load(id);
  budget.takeOnce(`manifest ${id}`, Math.max(MANIFEST_ROWS, Math.ceil(manifestBytes / BYTES_PER_ROW)));
  return loaders.manifest.load(id);
}

/** GraphQL says null for what is left out. */
function searchOf(filter: BackupFilter): BackupSearch {
  const { database, states, takenFrom, takenBefore, minSize, maxSize, fileName, isRemoved, isPinned } = filter;
  return {
    databaseName: database ?? undefined,
    states: states ?? undefined,
    takenFrom: takenFrom ?? undefined,
    takenBefore: takenBefore ?? undefined,
    minSize: minSize ?? undefined,
    maxSize: maxSize ?? undefined,
    fileName: fileName ?? undefined,
    isPresent: isRemoved == null ? undefined : !isRemoved,
    pinned: isPinned == null ? undefined : { is: isPinned, at: new Date() },
  };
}
