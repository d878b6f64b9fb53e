import { parseReprDigest } from '../../../protocol/digest.ts';
import { byWeight, type ForeignFinding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import { type Manifest, manifestSchema, namesIn, OBJECT_KINDS } from '../../../protocol/manifest.ts';
import type { DrillReport } from '../../../protocol/reports/drill-report.ts';
import type { BackupReport, LossStatus } from '../../../protocol/responses.ts';
import { formatStateAndLoss, soundReference, whatHasIt } from '../../losses/losses.ts';
import { commandLine } from '../../options/command-line.ts';
import { drillFacts } from '../../proof/proof.ts';
import { describeFinding } from '../../report/outcome-lines.ts';
import { copyCommand, replaceCommand } from '../../restore/by-hand/copy-command.ts';
import { createStatement } from '../../restore/by-hand/restore-commands.ts';
import { paintState } from '../../terminal/colour.ts';
import { fittedTable } from '../../terminal/columns.ts';
import { formatAge, formatBytes, formatCount } from '../../terminal/format.ts';
import { inLocalTime, withLocalTimes } from '../../terminal/local-time.ts';
import { type NextCommand, nextCommands } from '../../terminal/next-commands.ts';
import { printableBlock, printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap } from '../../terminal/wrap.ts';

type Report = BackupReport['data'];

const INDENT = ' '.repeat(8);

/**
 * @param asked.server as it was given: the next commands need it as well
 * @param asked.drill what its newest drill reported
 * @returns what `sade show` shows a person of one backup; what is to be copied (names, digests, statements) is never cut or broken
 */
export function renderReport(
  report: Report,
  stdout: NodeJS.WriteStream,
  { server, drill }: { server?: unknown; drill?: DrillReport | undefined } = {},
): string {
  const width = screenWidth(stdout);
  const manifest = manifestSchema.isValidSync(report.manifest) ? report.manifest : undefined;
  const findings = byWeight(report.findings).map(inLocalTimes).flatMap(describeFinding);
  const state = report.removal?.at
    ? 'removed'
    : paintState(formatStateAndLoss(report.state, report.loss?.status), stdout);
  return [
    `${state}  ${printableInLine(report.file_name)}`,
    ...(report.damage ? [`${INDENT}DAMAGED: ${printableBlock(report.damage, ' '.repeat(10))}`] : []),
    ...findings.map(line => wrapLines(line, width)),
    ...facts(report, manifest, drill).map(([what, value]) => factLine(what, value, width)),
    ...(manifest ? ['', ...contents(manifest, width)] : []),
    '',
    nextCommands(commandsFor(report, server), width),
  ].join('\n');
}

/** What is to be copied stays in one piece. */
function factLine(what: string, value: string, width: number | undefined): string {
  const line = `${INDENT}${what.padEnd(11)} ${printableInLine(value)}`;
  return WHOLE.includes(what) ? line : wrap(line, width, ' '.repeat(20));
}

const WHOLE = ['dump', 'zip', 'restore to'];

function inLocalTimes({ advice, ...finding }: ForeignFinding): ForeignFinding {
  const told = { ...finding, message: withLocalTimes(finding.message) };
  return advice === undefined ? told : { ...told, advice: withLocalTimes(advice) };
}

/** What a server said may have several lines already. */
function wrapLines(text: string, width: number | undefined): string {
  return text
    .split('\n')
    .map(line => wrap(line, width, ' '.repeat(12)))
    .join('\n');
}

function facts(report: Report, manifest: Manifest | undefined, drill: DrillReport | undefined): [string, string][] {
  const program = (of: { flavour: string; version: string }) => `${NAMES[of.flavour]} ${of.version}`;
  const server = manifest?.source.server;
  const statement = manifest && createStatement(manifest);
  const { dump_size: dump } = report;
  return [
    ['database', report.database_name],
    ['taken', `${inLocalTime(report.timestamp)}, ${formatAge(report.timestamp, new Date())} ago`],
    ...fact('made for', manifest?.made_for ? 'a restore: it holds what was replaced then' : undefined),
    ...fact('dumped by', manifest && `${program(manifest.client)}${server ? ` from ${program(server)}` : ''}`),
    ...fact('rows', manifest && `${formatCount(manifest.dump.rows)} in ${tablesOf(manifest)}`),
    ...fact('dump', dump === null ? undefined : `${formatBytes(dump)}, SHA-256 ${report.dump_sha256}`),
    ...fact('rehearsed', rehearsalOf(manifest?.rehearsal)),
    ['zip', `${formatBytes(report.size)}, SHA-256 ${parseReprDigest(report.repr_digest)?.toString('hex')}`],
    ...fact('restore to', statement),
    ['received', inLocalTime(report.received_at)],
    ['checked', report.checked_at ? inLocalTime(report.checked_at) : 'not yet'],
    // A service that knows no drills says nothing of them.
    ...(report.last_drill === undefined ? [] : drillFacts(report, drill)),
    ...removalFacts(report),
    ...lossFacts(report),
  ];
}

/** @returns the line, where there is something to say */
function fact(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

/** @returns whether the dump's definitions were loaded; nothing of a backup that is older than rehearsals */
function rehearsalOf(rehearsal: Manifest['rehearsal'] | undefined): string | undefined {
  if (!rehearsal) return undefined;
  const { server, reason, objects, compared, left_out: leftOut } = rehearsal;
  if (!server) return `no: ${printableInLine(reason ?? 'not known why')}`;
  const how = compared === 'names' ? 'is there' : 'is compared with the source';
  const rest = leftOut.length > 0 ? `; left out: ${printableInLine(firstNames(leftOut, 3))}` : '';
  return `loaded without rows into ${NAMES[server.flavour]} ${server.version}: each of ${formatCount(objects ?? 0)} objects ${how}${rest}`;
}

function tablesOf({ inventory: { tables } }: Manifest): string {
  return `${formatCount(tables.length)} table${tables.length === 1 ? '' : 's'}`;
}

/** @returns who removes it or has done so, when and why */
function removalFacts({ removal }: Report): [string, string][] {
  if (!removal) return [];
  const { at, due, by } = removal;
  // The retention says so itself.
  const reason = removal.reason.replace(/^(?:goes|to be removed): /, '');
  if (at) return [['removed', `${inLocalTime(at)} by ${by}: ${reason}`]];
  return [['removal', `${inLocalTime(due ?? '')} by ${by}: ${reason}. Until then it can be downloaded and taken back`]];
}

function lossFacts({ database_name, loss }: Report): [string, string][] {
  if (!loss) return [];
  const { status, acceptance, reference } = loss;
  if (!acceptance) return [['lost', `${LOSS[status]} ${whatHasIt(database_name, reference)}`]];
  const who = acceptance.by ? ` by ${acceptance.by}` : '';
  return [
    ['lost', whatHasIt(database_name, reference)],
    ['accepted', `${inLocalTime(acceptance.at)}${who}: ${acceptance.reason}`],
  ];
}

const LOSS: Readonly<Record<LossStatus, string>> = {
  unaccepted: 'No one has accepted that.',
  accepted: '',
  superseded: 'A newer complete backup has lost nothing, or is accepted.',
};

const NAMES: Readonly<Record<string, string>> = { mysql: 'MySQL', mariadb: 'MariaDB' };

function contents({ inventory }: Manifest, width: number | undefined): string[] {
  const { tables } = inventory;
  const others = OBJECT_KINDS.filter(kind => kind !== 'tables' && namesIn(inventory, kind).length > 0);
  const columns = [
    { head: 'table', cells: tables.map(({ name }) => name), rank: 0, least: 12 },
    { head: 'rows', cells: tables.map(({ rows }) => formatCount(rows)), rank: 0, align: 'right' as const },
    { head: 'in the dump', cells: tables.map(({ bytes }) => formatBytes(bytes)), rank: 1, align: 'right' as const },
  ];
  return [
    ...(tables.length > 0 ? [fittedTable(columns, width)] : []),
    ...others.map(kind =>
      wrap(`${kind.replace('_', ' ')}: ${printableInLine(namesIn(inventory, kind).join(', '))}`, width, '  '),
    ),
  ];
}

/** @returns what to do next: the good backup to restore first, then how a loss is decided */
function commandsFor({ id, database_name, state, loss, removal }: Report, server: unknown): NextCommand[] {
  const restore = (id: number, ...options: string[]) => copyCommand(database_name, { at: id }, { server, options });
  const download = commandLine('download', id, { server });
  const history: NextCommand = [commandLine('history', database_name, { server }), 'which backups are complete'];
  if (state === 'damaged' || removal?.at) return [history];
  if (state !== 'complete')
    return [
      history,
      [restore(id, '--force'), 'restores its contents into a new database; asks first'],
      [download, 'the incomplete zip, and how to load it by hand'],
    ];
  if (loss?.status !== 'unaccepted')
    return [
      [restore(id), 'restores it into a new database; asks first'],
      [replaceCommand(database_name, { at: id }, { server }), 'replaces the database; makes a backup of it first'],
      [download, 'the zip, and how to load it by hand'],
    ];
  const sound = soundReference(loss.reference);
  return [
    ...(sound
      ? [[restore(sound), 'restores the backup that still has what was lost into a new database; asks first'] as const]
      : []),
    [`${commandLine('accept', id, { server })} --reason 'why'`, 'if it was removed on purpose'],
  ];
}
