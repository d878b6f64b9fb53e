import { parseReprDigest } from '../../protocol/digest.ts';
import type { Finding } from '../../protocol/finding.ts';
import { type Manifest, manifestSchema, namesIn, OBJECT_KINDS } from '../../protocol/manifest.ts';
import type { BackupReport, LossStatus } from '../../protocol/responses.ts';
import { requireBackupId } from '../backup-id.ts';
import { formatStateAndLoss, whatHasIt } from '../losses.ts';
import { EXIT } from '../problems.ts';
import { byWeight, describeFinding } from '../report/run-report.ts';
import { Service } from '../service.ts';
import { readServer } from '../settings.ts';
import { formatBytes, formatCount, inUtc } from '../terminal/format.ts';
import { printableBlock, printableInLine, printableJson } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import type { CommandContext } from './command.ts';

/**
 * `sade show ID`: all that is known of one backup: what it is worth and why, what is in it, when it was last checked.
 * @returns 0 for a complete one that has lost nothing, or whose loss was accepted; else 1, so that a script can ask
 * @throws {ExplainedError}
 */
export async function show(id: string, options: Record<string, unknown>, context: CommandContext): Promise<number> {
  requireBackupId(id);
  const { env, stdout, signal } = context;
  const report = await new Service(readServer(options, env), signal).report(id);
  stdout.write(options.json ? `${printableJson(report)}\n` : `${describe(report).join('\n')}\n`);
  const isFine = report.state === 'complete' && (!report.loss || report.loss.status === 'accepted');
  return isFine ? EXIT.ok : EXIT.someFailed;
}

function describe(report: BackupReport['data']): string[] {
  const manifest = manifestSchema.isValidSync(report.manifest) ? (report.manifest as Manifest) : undefined;
  return [
    `${formatStateAndLoss(report.state, report.loss?.status)}  ${printableInLine(report.file_name)}`,
    ...(report.damage ? [`        DAMAGED: ${printableBlock(report.damage, ' '.repeat(10))}`] : []),
    ...byWeight(report.findings as Finding[]).flatMap(describeFinding),
    ...facts(report, manifest).map(([what, value]) => `        ${what.padEnd(11)} ${printableInLine(value)}`),
    ...(manifest ? ['', ...contents(manifest)] : []),
  ];
}

function facts(report: BackupReport['data'], manifest: Manifest | undefined): [string, string][] {
  const program = (of: { flavour: string; version: string }) => `${NAMES[of.flavour]} ${of.version}`;
  const server = manifest?.source.server;
  return [
    ['database', report.database_name],
    ['taken', `${report.timestamp} UTC`],
    ...(manifest ? [['dumped by', `${program(manifest.client)}${server ? ` from ${program(server)}` : ''}`]] : []),
    ...(report.dump_size === null ? [] : [['dump', `${formatBytes(report.dump_size)}, SHA-256 ${report.dump_sha256}`]]),
    ['zip', `${formatBytes(report.size)}, SHA-256 ${parseReprDigest(report.repr_digest)?.toString('hex')}`],
    ...createdWith(manifest),
    ['received', inUtc(report.received_at)],
    ['checked', report.checked_at ? inUtc(report.checked_at) : 'not yet'],
    ...lossFacts(report.loss),
  ] as [string, string][];
}

function lossFacts(loss: BackupReport['data']['loss']): [string, string][] {
  if (!loss) return [];
  const { status, acceptance, reference } = loss;
  if (!acceptance) return [['lost', `${LOSS[status]} ${whatHasIt(reference)}`]];
  const who = acceptance.by ? ` by ${acceptance.by}` : '';
  return [
    ['lost', whatHasIt(reference)],
    ['accepted', `${inUtc(acceptance.at)}${who}: ${acceptance.reason}`],
  ];
}

const LOSS: Readonly<Record<LossStatus, string>> = {
  unaccepted: 'No one has accepted that.',
  accepted: '',
  superseded: 'A newer complete backup has lost nothing, or is accepted.',
};

/** How a restore makes the database anew: its own defaults are in no dump. */
function createdWith(manifest: Manifest | undefined): [string, string][] {
  const { database, character_set: characterSet, collation } = manifest?.source ?? {};
  if (!database || !characterSet || !collation) return [];
  const name = `\`${`${database}_restored`.replaceAll('`', '``')}\``;
  return [['restore to', `CREATE DATABASE ${name} CHARACTER SET ${characterSet} COLLATE ${collation};`]];
}

const NAMES: Readonly<Record<string, string>> = { mysql: 'MySQL', mariadb: 'MariaDB' };

function contents({ inventory }: Manifest): string[] {
  const rows = inventory.tables.map(({ name, rows, bytes }) => [name, formatCount(rows), formatBytes(bytes)]);
  const others = OBJECT_KINDS.filter(kind => kind !== 'tables' && namesIn(inventory, kind).length > 0);
  return [
    ...(rows.length > 0 ? [table(['table', 'rows', 'in the dump'], rows, ['left', 'right', 'right'])] : []),
    ...others.map(kind => `${kind.replace('_', ' ')}: ${printableInLine(namesIn(inventory, kind).join(', '))}`),
  ];
}
