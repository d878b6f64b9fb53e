import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finding } from '../../protocol/finding.ts';
import { configurationOf } from '../../server/configuration/reading/configuration-of.ts';
import { Backup } from '../../server/entities/backup.entity.ts';
import { openHistory } from '../../server/history/orm.ts';
import { folderStorage } from '../../server/storage/folder/folder-storage.ts';
import { HISTORY_STORES } from '../history/history-stores.ts';
import { makeMemoryFolder } from '../machine/memory-folder.ts';
import { type MailServer, startMailServer } from '../notifications/mail-server.ts';
import { type Receiver, startReceiver } from '../notifications/receiver.ts';
import { request } from '../service/requests.ts';
import { startServiceHere } from '../service/service-here.ts';
import { bearer, createToken } from '../service/tokens.ts';
import { until } from '../until.ts';
import { CONFIGURATION } from './clients.ts';
import { passLastNight, type Received, send } from './last-night.ts';
import { dumpsOf, MORNING, runStart, type Trouble, type Troubles } from './night.ts';
import { fillPastNights } from './past-nights.ts';
import { SceneClock } from './scene-clock.ts';

/** How the last night went: well; badly in five ways; or nothing has ever arrived. */
export type Kind = 'well' | 'bad' | 'first';

/** A real service on the morning after a month of nights. Its clock stands on `MORNING`, and so does that of this process. */
export interface Morning extends AsyncDisposable {
  readonly url: string;
  readonly env: Record<string, string>;
  /** Of an administrator, `ani`. */
  readonly token: string;
  /** What arrived in the last night, by database. */
  readonly stored: ReadonlyMap<string, Received>;
  readonly mail: MailServer;
  readonly phone: Receiver;
  /** Uploads one more backup of a database, now, with which nothing is wrong. */
  uploadNow(database: string): Promise<Received>;
  /** A minute passes, and the service finds what is so then. */
  passMinute(): Promise<void>;
}

/** The zip of the last night that someone has pinned, and the one whose file was damaged after it. */
export const [PINNED, DAMAGED] = ['maju_erp', 'maju_arsip'];

/** A first day has no night before it. */
const BEFORE = new Date(MORNING.getTime() - 600_000);

const GRANT = "GRANT TRIGGER ON `harapan_apotek`.* TO 'backup'@'10.20.0.%';";

/** A dead host, a missing grant, a lost table, a label that fell off the list. */
const TROUBLES: Troubles = new Map<string, Trouble>([
  ...['anggota', 'lapor', 'pinjam', 'simpan', 'web'].map(
    name => [`kopindo_${name}`, { unreachable: 'refuses connections' }] as const,
  ),
  [
    'harapan_apotek',
    {
      withoutTriggers: true,
      findings: [finding('TRIGGERS_NOT_GRANTED', 'the user lacks TRIGGER: its backups contain no triggers', GRANT)],
    },
  ],
  ['kopi_kasir', { withoutTables: ['faktur_detail'] }],
  ['sinar_gudang', { isUnlisted: true }],
]);

/** Makes such a morning. Until it is disposed of, all of this process has its time. */
export async function startMorning(kind: Kind): Promise<Morning> {
  await using made = new AsyncDisposableStack();
  const folder = await makeMemoryFolder('lumbung-morning-');
  made.defer(() => rm(folder, { recursive: true, force: true }));
  const [mail, phone] = [made.use(await startMailServer()), made.use(await startReceiver())];
  phone.reply = ({ body }) => ({ body: JSON.stringify({ id: 'Xq3', event: 'message', ...JSON.parse(body) }) });
  const env = await configure(folder, { mail, phone });
  if (kind !== 'first') await fill(env);
  const clock = made.use(new SceneClock(join(folder, 'clock'), env.DATABASE_URL!));
  await clock.set(kind === 'first' ? BEFORE : runStart('web1', 0));
  const token = await createToken(env, { name: 'ani', role: 'admin' });
  const service = made.use(await startServiceHere(kind === 'first' ? env : { ...env, ALLOW_EMPTY_STORAGE: 'on' }));
  const scene = { url: service.url, token, clock };
  const stored = new Map<string, Received>();
  const passMinute = async () => {
    // What is being delivered would run out of time.
    await evaluated(scene, new Date(0));
    const at = new Date(Date.now() + 60_000);
    await clock.set(at);
    await evaluated(scene, at);
  };
  await passMinute();
  if (kind !== 'first')
    for (const one of await passLastNight(scene, kind === 'bad' ? TROUBLES : new Map()))
      stored.set(one.database.name, one);
  await clock.set(MORNING);
  if (kind !== 'first') await pin(scene, stored.get(PINNED!)!.backupId);
  await evaluated(scene, MORNING);
  if (kind === 'bad') await damage(scene, env, stored.get(DAMAGED!)!);
  await passMinute();
  const resources = made.move();
  return {
    ...{ url: service.url, env, token, stored, mail, phone, passMinute },
    uploadNow: name => uploadNow(scene, name),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function configure(folder: string, to: Pick<Morning, 'mail' | 'phone'>): Promise<Record<string, string>> {
  const channels = {
    ops: {
      ...{ type: 'mail', host: '127.0.0.1', port: to.mail.port, tls: 'off' },
      ...{ from: 'Lumbung <backups@example.com>', to: ['ops@example.com'] },
    },
    phone: { type: 'ntfy', url: to.phone.url, topic: 'lumbung-7f3a' },
  };
  const configFile = join(folder, 'lumbung.yaml');
  // JSON is YAML.
  await writeFile(configFile, JSON.stringify({ ...CONFIGURATION, channels }));
  return {
    DATABASE_URL: await HISTORY_STORES[0]!.url(folder),
    STORAGE_DIR: join(folder, 'backups'),
    LUMBUNG_CONFIG: configFile,
  };
}

async function fill(env: Record<string, string>): Promise<void> {
  const history = await openHistory(env.DATABASE_URL!);
  const storage = folderStorage({ folder: env.STORAGE_DIR! });
  await storage.checkUsable();
  // What they are told waits until the service delivers it.
  const channel = { type: 'ntfy', url: 'http://127.0.0.1:1', topic: 'x' };
  const configuration = configurationOf({ ...CONFIGURATION, channels: { ops: channel, phone: channel } });
  await fillPastNights({ history, storage, configuration });
  await history.close(true);
}

interface Scene {
  readonly url: string;
  readonly token: string;
  readonly clock: SceneClock;
}

async function pin({ url, token }: Scene, id: number): Promise<void> {
  const query = `mutation { pinBackup(id: "${id}", reason: "before the move to MariaDB 11.8") { id } }`;
  const headers = { ...bearer(token), 'content-type': 'application/json' };
  const { text, json } = await request(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  if (json?.data?.pinBackup?.id === undefined) throw new Error(`nothing was pinned: ${text}`);
}

/** A few bytes of the file are others now, and the scrub, whose turn it is, finds that. */
async function damage({ url, token }: Scene, env: Record<string, string>, { backupId, zip }: Received): Promise<void> {
  const file = await open(join(env.STORAGE_DIR!, zip.database, zip.fileName), 'r+');
  await file.write(Buffer.from('not what it was'), 0, 15, 2_000);
  await file.close();
  const history = await openHistory(env.DATABASE_URL!);
  await history.em.fork().nativeUpdate(Backup, { id: backupId }, { checkedAt: null });
  await history.close(true);
  const headers = bearer(token);
  const { status, text } = await request(`${url}/-/scrub`, { method: 'POST', headers });
  if (status !== 202) throw new Error(`no scrub began: ${status} ${text}`);
  await until('the scrub ends', async () => (await request(`${url}/-/scrub`, { headers })).json.data.state === 'idle');
}

async function uploadNow(scene: Scene, name: string): Promise<Received> {
  const dump = (['web1', 'web2', 'db7'] as const)
    .flatMap(source => dumpsOf(source, 0))
    .find(({ database }) => database.name === name)!;
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  const fileName = dumpsNow(dump.fileName, now);
  return send(scene, { ...dump, fileName, takenAt: now, endedAt: now });
}

/** @returns the name of a file with another time */
function dumpsNow(fileName: string, now: Date): string {
  return fileName.replace(/\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d/, now.toISOString().slice(0, 19).replace(/[T:]/g, '-'));
}

/** Waits until the service has looked at all since then. */
async function evaluated({ url, token }: Scene, since: Date): Promise<void> {
  const isOver = async () => {
    const { json } = await request(`${url}/-/status`, { headers: bearer(token) });
    const { jobs = [], channels = [] } = json.data;
    const evaluation = jobs.find(({ name }: { name: string }) => name === 'evaluation');
    const [startedAt, endedAt] = [evaluation?.last_started_at, evaluation?.last_ended_at].map(at =>
      Date.parse(at ?? ''),
    );
    const isEvaluated = startedAt! >= since.getTime() && endedAt! >= startedAt!;
    return isEvaluated && channels.every(({ waiting }: { waiting: number }) => waiting === 0);
  };
  await until('the service evaluates', isOver);
}
