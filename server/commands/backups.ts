import { parseArgs } from 'node:util';
import { minuteOf } from '../../protocol/texts/minute.ts';
import type { AuditAction } from '../audit/entry.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { findBackup, idIn } from '../backups/queries/find-backup.ts';
import { openConfiguration } from '../configuration/reading/configuration-file.ts';
import { callingUser } from '../decisions/who-decides.ts';
import { messageOf } from '../errors/error-code.ts';
import { pinBackup, releasePin } from '../pins/pin-backup.ts';
import { oneReason } from '../pins/reason.ts';
import { wantedPin } from '../pins/wanted-pin.ts';
import { forgetBackup, takeBackBackup } from '../removal/forget.ts';
import { durationMs } from '../tokens/wanted-token.ts';
import type { Streams } from './command.ts';
import { type CommandStores, errorsTo, NO_TOKEN, withStores } from './with-stores.ts';

/** The commands that are about single backups. */
export const BACKUP_COMMANDS = ['pin', 'unpin', 'hold', 'release', 'forget', 'take-back'] as const;
export type BackupCommand = (typeof BACKUP_COMMANDS)[number];

const USAGE = `Keeps backups, or removes them on purpose, also while the service runs. An ID is that of a backup; there may be several.
sudo lumbung runs it as the user of the service, with its variables.

  sudo lumbung pin ID --reason WHY [--for TIME]
  sudo lumbung unpin ID
  sudo lumbung hold ID --reason WHY
  sudo lumbung release ID
  sudo lumbung forget ID --reason WHY [--even-last]
  sudo lumbung take-back ID

pin        keeps a backup, so that the retention does not remove it. One that is about to be removed is taken back
  --reason   why; everyone who can list backups can read it
  --for      how long, such as 365d; until it is unpinned, when left out
unpin      ends the pin
hold       puts a legal hold on a backup: no one can remove it or erase its client before the hold is released
release    ends the legal hold
forget     removes a backup on purpose, when the grace of the retention in LUMBUNG_CONFIG is over (3 days): until then
           it can be downloaded and taken back. Its line in the history stays, with who removed it, when and why
  --even-last  also when it is the last complete backup of its database
take-back  keeps a backup that is about to be removed
`;

const OPTIONS = {
  reason: { type: 'string' },
  for: { type: 'string' },
  'even-last': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** What each of them takes beside ids. */
const TAKES: Readonly<Record<BackupCommand, readonly string[]>> = {
  pin: ['reason', 'for'],
  unpin: [],
  hold: ['reason'],
  release: [],
  forget: ['reason', 'even-last'],
  'take-back': [],
};

/**
 * What `lumbung pin …` does, and the others.
 * @param args behind the name of the command
 * @returns the exit code: 0, or 1 when one of the backups could not be changed
 */
export async function runBackupCommand(
  command: BackupCommand,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, err }: Streams,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      strict: true,
      allowPositionals: true,
    });
    if (values.help) {
      out.write(USAGE);
      return 0;
    }
    const wanted = { reason: values.reason, lasts: values.for, evenLast: values['even-last'] };
    const given = { reason: wanted.reason, for: wanted.lasts, 'even-last': wanted.evenLast || undefined };
    for (const [name, value] of Object.entries(given))
      if (value !== undefined && !TAKES[command].includes(name))
        throw new Error(`${command} takes no --${name}. ${HELP(command)}`);
    if (TAKES[command].includes('reason') && wanted.reason === undefined)
      throw new Error(`${command} needs a reason: --reason WHY. ${HELP(command)}`);
    if (positionals.length === 0) throw new Error(`${command} needs the id of a backup. ${HELP(command)}`);
    const ids = positionals.map(idIn);
    return await withStores(env, err, stores => changeAll({ ...stores, ...wanted, command, err }, ids));
  } catch (error) {
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}

const HELP = (command: string) => `sudo lumbung ${command} --help shows more`;

interface Run extends CommandStores, Pick<Streams, 'err'> {
  readonly command: BackupCommand;
  readonly reason: string | undefined;
  readonly lasts: string | undefined;
  readonly evenLast: boolean;
}

/** One that can't be changed keeps no other from it. */
async function changeAll(run: Run, ids: readonly number[]): Promise<number> {
  let failed = 0;
  for (const id of ids)
    await changeOne(run, id).catch(error => {
      failed += 1;
      run.err.write(`${messageOf(error)}\n`);
    });
  return failed > 0 ? 1 : 0;
}

async function changeOne(run: Run, id: number): Promise<void> {
  const { em, audit, command, err } = run;
  const { database } = await findBackup({ em: em.fork(), scope: EVERYTHING }, id);
  const what = `backup ${id} of ${database.name}`;
  const user = callingUser();
  const { reason, lasts, evenLast } = run;
  const detail = { reason, for: lasts, even_last: evenLast || undefined, system_user: user };
  const action: AuditAction = command === 'take-back' ? 'take_back' : command;
  const said = await audit.change({ actor: NO_TOKEN, action, database: database.name, backupId: id, detail }, () =>
    DEEDS[command]({ ...run, by: `user ${user}`, now: new Date(), reason: reason ?? '' }, id),
  );
  err.write(`${said.replace('%', what)}\n`);
}

interface Deed extends Omit<Run, 'reason'> {
  readonly reason: string;
  readonly by: string;
  readonly now: Date;
}

/** Each returns what it has done, with % for the backup. */
const DEEDS: Readonly<Record<BackupCommand, (deed: Deed, id: number) => Promise<string>>> = {
  async pin(deed, id) {
    const { now, lasts } = deed;
    const endsAt = lasts === undefined ? undefined : new Date(now.getTime() + durationMs('for', lasts));
    const { wasGoing } = await pinBackup(deed, id, wantedPin({ ...deed, kind: 'pin', endsAt }, now));
    return `Pinned %${endsAt ? ` until ${minuteOf(endsAt)}` : ''}${wasGoing ? TAKEN_BACK : ''}`;
  },
  async hold(deed, id) {
    const { wasGoing } = await pinBackup(deed, id, wantedPin({ ...deed, kind: 'hold' }, deed.now));
    return `Put a legal hold on %${wasGoing ? TAKEN_BACK : ''}`;
  },
  async unpin(deed, id) {
    await releasePin(deed, id, { kind: 'pin', by: deed.by });
    return 'Unpinned %: what the retention says counts again';
  },
  async release(deed, id) {
    await releasePin(deed, id, { kind: 'hold', by: deed.by });
    return 'Released the legal hold on %';
  },
  async forget(deed, id) {
    const { configFile: path, env } = deed.config;
    const configuration = await openConfiguration({ path, env, log: errorsTo(deed.err) });
    const { graceMs } = configuration.current().retention;
    const due = await forgetBackup(deed, id, { ...deed, reason: oneReason(deed.reason), graceMs });
    return `The file of % goes on ${minuteOf(due)}. Until then: sudo lumbung take-back ${id}`;
  },
  async 'take-back'(deed, id) {
    await takeBackBackup(deed, id);
    return 'Took % back: it stays';
  },
};

const TAKEN_BACK = '. It was about to be removed, and stays';
