// Writes the types of the resolvers from schema.graphql:
//   resolver-types.ts          writes server/graphql-api/resolvers/resolver-types.ts
//   resolver-types.ts --check  exits with 1 when that file is not what would be written
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

const SCHEMA = new URL('../schema.graphql', import.meta.url);
const TYPES = new URL('../server/graphql-api/resolvers/resolver-types.ts', import.meta.url);
const HEAD = '// Made from schema.graphql by `npm run types`.\n';

const config = {
  useTypeImports: true,
  enumsAsTypes: true,
  strictScalars: true,
  maybeValue: 'T | null | undefined',
  scalars: { BigInt: 'number', Date: 'Date', DateTime: 'Date', Digest: 'string' },
  contextType: './context.ts#GraphqlContext',
  mappers: {
    Alarm: '../../alarms/search-alarms.ts#ListedAlarm',
    AlarmConnection: '../../graphql/connection.ts#Connection<ListedAlarm>',
    AuditConnection: '../../graphql/connection.ts#Connection<ListedEntry>',
    AuditEntry: '../../audit/search-entries.ts#ListedEntry',
    Backup: '../../backups/queries/listed-backup.ts#ListedBackup',
    BackupConnection: '../../graphql/connection.ts#Connection<ListedBackup>',
    Database: '../../databases/search-databases.ts#NamedDatabase',
    DatabaseConnection: '../../graphql/connection.ts#Connection<NamedDatabase>',
    Day: '../../statistics/statistics.ts#Day as DayRow',
    Drill: '../../reports/search-reports.ts#ListedReport',
    Pin: '../../entities/pin.entity.ts#Pin as PinRow',
    RetentionBrake: '../../retention/rules/brakes.ts#Brake',
    RetentionDatabase: '../../retention/stored-plans.ts#DatabaseSummary',
    RetentionPlan: '../../retention/find-plans.ts#FoundPlan',
    RetentionRemoval: '../../retention/find-plans.ts#FoundRemoval',
    Restore: '../../reports/search-reports.ts#ListedReport',
    RosterConnection: '../../graphql/connection.ts#Connection<ListedRosterEntry>',
    RosterEntry: '../../runs/search-rosters.ts#ListedEntry as ListedRosterEntry',
    Run: '../../runs/search-runs.ts#ListedRun',
    RunConnection: '../../graphql/connection.ts#Connection<ListedRun>',
    RunCounts: '../../runs/search-outcomes.ts#StateCounts',
    RunOutcome: '../../runs/search-outcomes.ts#ListedOutcome',
    MadeToken: '../../tokens/token-store.ts#MadeToken as MadeTokenRow',
    Token: '../../entities/token.entity.ts#Token as TokenRow',
    WatchedDatabase: '../../freshness/read-facts.ts#WatchedRow',
    WatchedDatabaseConnection: '../../graphql/connection.ts#Connection<WatchedRow>',
    StateChange: '../../freshness/search-changes.ts#ListedChange',
    StateChangeConnection: '../../graphql/connection.ts#Connection<ListedChange>',
    Contract: '../../freshness/contract-of.ts#Contract as ContractRow',
    Statistics: '../../statistics/statistics.ts#Statistics as StatisticsRow',
  },
};

const made = await codegen({
  filename: TYPES.pathname,
  schema: parse(await readFile(SCHEMA, 'utf8')),
  documents: [],
  config,
  plugins: [{ typescript: {} }, { resolvers: {} }],
  pluginMap: { typescript, resolvers },
});
const wanted = HEAD + made;
if (!process.argv.includes('--check')) await writeFile(TYPES, wanted);
else if ((await readFile(TYPES, 'utf8').catch(() => '')) !== wanted) {
  process.stderr.write(
    'server/graphql-api/resolvers/resolver-types.ts is older than schema.graphql: run `npm run types`\n',
  );
  process.exit(1);
}
