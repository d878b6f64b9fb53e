import type { ServiceStatus } from '../../../protocol/responses.ts';
import { shellCommand } from '../../../protocol/texts/shell-word.ts';
import { ExplainedError } from '../../errors.ts';
import { zipBytesOf } from '../../files/disk-space.ts';
import { isLoopback } from '../../mysql/same-machine.ts';
import { ServiceRefusal } from '../../service/service-errors.ts';
import { count, formatBytes, formatSeconds } from '../../terminal/format.ts';
import { type Check, type Checked, type CheckReporter, checkReporter } from './check.ts';
import { bytesOfAllZips, exceptUnknown, type Sizes } from './estimate.ts';

type Status = ServiceStatus['data'];

export interface ServiceCheck extends Checked {
  /** Undefined when the service could not be asked. */
  readonly status?: Status;
}

export interface ServiceCheckOptions {
  readonly server: URL;
  /** This program's own version. */
  readonly version: string;
  /** Asks the service. @throws {ExplainedError} */
  readonly ask: () => Promise<Status>;
}

const CLOCK_WARNING_SECONDS = 60;
const CLOCK_PROBLEM_SECONDS = 15 * 60;

/** A disk that is full in a week is worth a word today. */
const NIGHTS_OF_ROOM = 7;

/** Checks the service: its version, and whether its stored backups are intact. */
export async function checkService({ server, version, ask }: ServiceCheckOptions): Promise<ServiceCheck> {
  const mark = checkReporter('service', server.href);
  const askedAt = Date.now();
  const status = await ask().catch(explainAbsence);
  const clock = secondsApart(Date.parse(status.time), askedAt, Date.now());
  const checks = [
    ...describeVersion(status.version, version, mark),
    ...describeLine(server, mark),
    ...describeClock(clock, mark),
    ...describeVerifying(status, mark),
    ...describeScrub(status.scrub, mark),
    ...describeAlarms(status, mark),
    ...describeChannels(status, mark),
  ];
  return { checks, status };
}

/** Checks whether the service has room for the next runs, and takes backups so large, once the sizes of the databases are known. */
export function checkServiceRoom(server: URL, { storage, limits }: Status, sizes: Sizes): Checked {
  const report = checkReporter('service', server.href);
  return { checks: [...describeRoom(storage.free_bytes, sizes, report), ...describeLimits(limits, sizes, report)] };
}

/** Estimates can be wrong, but a dump of about that size would be made each night and then refused. */
function describeLimits(limits: Status['limits'], { dumpBytes }: Sizes, { fail }: CheckReporter): Check[] {
  const largest = Math.max(0, ...dumpBytes);
  const tooLarge = (what: string, bytes: number, limit: number, variable: string) =>
    fail(
      `the largest ${what} has about ${formatBytes(bytes)}, and the service accepts at most ${formatBytes(limit)}`,
      `Raise ${variable} of the service.`,
    );
  const { max_dump_bytes: maxDump, max_upload_bytes: maxUpload } = limits ?? {};
  const zip = zipBytesOf(largest);
  return [
    ...(maxDump !== undefined && largest > maxDump ? [tooLarge('dump', largest, maxDump, 'MAX_DUMP_BYTES')] : []),
    ...(maxUpload && zip > maxUpload ? [tooLarge('zip', zip, maxUpload, 'MAX_UPLOAD_BYTES')] : []),
  ];
}

/** A service of an older version reads this path as the name of a database. */
function explainAbsence(error: unknown): never {
  if (!(error instanceof ServiceRefusal) || error.status !== 404) throw error;
  const advice = 'Update the service to the version of this program, or check --server.';
  throw new ExplainedError(`it answers, but does not report its status: ${error.message}`, { cause: error, advice });
}

function describeVersion(theirs: string, ours: string, { ok, warn }: CheckReporter): Check[] {
  const message = `is Lumbung's, version ${theirs}`;
  const release = (version: string) => version.split('.').slice(0, 2).join('.');
  if (release(theirs) === release(ours)) return [ok(message)];
  return [warn(`${message}, and sade has version ${ours}`, 'Upgrade, so that both have the same version.')];
}

function describeLine({ protocol, hostname }: URL, { warn }: CheckReporter): Check[] {
  if (protocol === 'https:' || isLoopback(hostname)) return [];
  const message = 'the zips are sent over the network in clear text';
  return [
    warn(
      message,
      'Put nginx with TLS in front of the service (docs/how-to/run-behind-nginx.md), and https:// into --server.',
    ),
  ];
}

/** The clock was read at some moment between question and answer: only what lies outside of the two is a difference. */
function secondsApart(time: number, askedAt: number, answeredAt: number): number {
  return Math.max(0, askedAt - time, time - answeredAt) / 1000;
}

function describeClock(seconds: number, { ok, warn, fail }: CheckReporter): Check[] {
  if (seconds <= CLOCK_WARNING_SECONDS) return [ok('its clock agrees with the clock of this machine')];
  const message = `its clock and the clock of this machine are ${formatSeconds(seconds)} apart, and the names of backups carry the time`;
  return [(seconds > CLOCK_PROBLEM_SECONDS ? fail : warn)(message, 'Set the clocks of both machines by NTP.')];
}

function describeRoom(free: number, sizes: Sizes, { ok, warn, fail }: CheckReporter): Check[] {
  const need = bytesOfAllZips(sizes);
  const room = `${formatBytes(free)} free; a run takes about ${formatBytes(need)}${exceptUnknown(sizes)}`;
  if (free < need) return [fail(room, 'Make room where the service keeps the backups, or use a larger disk.')];
  if (free < NIGHTS_OF_ROOM * need)
    return [warn(room, `That is enough for less than ${NIGHTS_OF_ROOM} runs: make room.`)];
  return [ok(room)];
}

function describeVerifying({ verify_uploads }: Status, { ok, warn }: CheckReporter): Check[] {
  if (verify_uploads) return [ok('checks every upload completely before it accepts it')];
  const message = 'does not check the contents of uploads: their backups stay unverified';
  return [warn(message, 'Start it without VERIFY_UPLOADS=off, unless its machine is too slow for that.')];
}

function describeScrub(scrub: Status['scrub'], { ok, warn }: CheckReporter): Check[] {
  const { files_checked, backups_damaged, files_unreadable, last_error } = scrub;
  const checks = [];
  // A newest backup that is damaged is a problem of its own; what is older may have to stay as it is.
  if (backups_damaged > 0)
    checks.push(
      warn(
        `${backups_damaged} of its backups ${backups_damaged === 1 ? 'is' : 'are'} damaged`,
        'The service\'s log names them ("is damaged"), and sade history DATABASE shows them. Put their files back from a copy, if you have one.',
      ),
    );
  if (files_unreadable > 0) checks.push(warn(`${count(files_unreadable, 'stored file')} could not be read`, LOG));
  if (last_error !== null) checks.push(warn(`the last check of the stored files failed: ${last_error}`, LOG));
  if (checks.length > 0) return checks;
  if (scrub.started_at === null) return [ok('has not read the stored files again since it started')];
  return [ok(`has read ${count(files_checked, 'stored file')} again, and found none damaged`)];
}

/** Those about databases that the token may see. */
function describeAlarms({ alarms }: Status, { warn }: CheckReporter): Check[] {
  const { warning, critical } = alarms ?? { warning: 0, critical: 0 };
  const open = warning + critical;
  if (open === 0) return [];
  const pressing = critical > 0 ? `, ${critical} of them critical` : '';
  return [
    warn(
      `it has ${count(open, 'open alarm')}${pressing}`,
      'List them on the machine of the service: sudo lumbung alarms. Or with GraphQL: { alarms(filter: { isOpen: true }) { nodes { summary advice } } }.',
    ),
  ];
}

/** A channel that fails is told to the others; where no other one works, it may be seen here first. */
function describeChannels({ channels = [], heartbeat }: Status, { ok, warn }: CheckReporter): Check[] {
  const failing = channels.filter(({ failing_since }) => failing_since !== null);
  const warnings = failing.map(({ name, type, failing_since, last_error, waiting }) =>
    warn(
      `its channel ${name} (${type}) has failed since ${failing_since}, and ${count(waiting, 'message')} wait: ${last_error}`,
      `Try it on the machine of the service: ${shellCommand('sudo lumbung notify test', name)}`,
    ),
  );
  if (heartbeat?.last_error) warnings.push(warn(`its heartbeat cannot be sent: ${heartbeat.last_error}`, LOG));
  if (warnings.length > 0 || channels.length === 0) return warnings;
  return [ok(`its ${count(channels.length, 'channel')} for messages ${channels.length === 1 ? 'works' : 'work'}`)];
}

const LOG = "Check the service's log, and its disk.";
