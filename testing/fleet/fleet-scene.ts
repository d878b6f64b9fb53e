import { renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceStatus } from '../../protocol/responses.ts';
import { type SadeResult, Workplace } from '../cli/sade.ts';
import { followClock } from '../machine/set-clock.ts';
import { type MailServer, startMailServer } from '../notifications/mail-server.ts';
import { type Service, startService } from '../service/service.ts';
import { until } from '../until.ts';

const CLOCK = pathToFileURL(join(import.meta.dirname, '../machine/set-clock.ts')).href;
const MINUTE = 60_000;

/** A mail with the time at which it came. */
export interface TimedMail {
  /** In UTC, such as `2027-01-12 03:02`. */
  readonly at: string;
  readonly subject: string;
  readonly text: string;
}

/** The real service with a lumbung.yaml, a real mail server, and hosts that run the real sade, all on one clock that a test sets. */
export class FleetScene implements AsyncDisposable {
  readonly folder: string;
  readonly mail: MailServer;
  readonly places = new Map<string, Workplace>();
  readonly #taken: TimedMail[];
  service: Service | undefined;

  private constructor(folder: string, mail: MailServer, taken: TimedMail[]) {
    this.folder = folder;
    this.mail = mail;
    this.#taken = taken;
  }

  /** @param start in UTC, such as `2027-01-11 00:50` */
  static async create(start: string): Promise<FleetScene> {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-fleet-'));
    const taken: TimedMail[] = [];
    const mail = await startMailServer({}, ({ raw }) => void taken.push(read(raw, scene.#now)));
    const scene = new FleetScene(folder, mail, taken);
    scene.#set(start);
    return scene;
  }

  #now = '';

  get #clock(): string {
    return join(this.folder, 'clock');
  }

  #set(time: string): void {
    this.#now = time;
    // Its readers take the new time or the old one, never half.
    writeFileSync(`${this.#clock}.new`, String(ms(time)));
    renameSync(`${this.#clock}.new`, this.#clock);
  }

  async configure(yaml: string): Promise<void> {
    const channels = `
channels:
  ops: { type: mail, host: 127.0.0.1, port: ${this.mail.port}, tls: 'off', from: Lumbung <lumbung@example.com>, to: [ops@example.com] }
`;
    await writeFile(join(this.folder, 'lumbung.yaml'), `${yaml}${channels}`);
  }

  async startService(): Promise<Service> {
    this.service = await startService({
      STORAGE_DIR: join(this.folder, 'storage'),
      DATABASE_URL: `sqlite:${join(this.folder, 'history.db')}`,
      LUMBUNG_CONFIG: join(this.folder, 'lumbung.yaml'),
      PUBLIC_URL: 'https://backups.example.com',
      NODE_OPTIONS: `--import=${CLOCK}`,
      TEST_CLOCK_FILE: this.#clock,
    });
    return this.service;
  }

  async addHost(source: string, databases: readonly object[]): Promise<Workplace> {
    const place = await Workplace.create(databases);
    this.places.set(source, place);
    return place;
  }

  /** Runs `sade backup` on a host, as its cron does. */
  async run(source: string): Promise<SadeResult> {
    const place = this.places.get(source)!;
    const clock = followClock(this.#clock);
    try {
      return await place.backup(this.service!.url, ['--source', source]);
    } finally {
      clock[Symbol.dispose]();
    }
  }

  /** Lets the time pass, and waits for what the service does at each step. @param every minutes between two steps */
  async passTo(time: string, every = 10): Promise<void> {
    for (let at = ms(this.#now); at < ms(time); ) {
      at = Math.min(at + every * MINUTE, ms(time));
      await this.#step(at);
    }
  }

  async #step(at: number): Promise<void> {
    this.#set(new Date(at).toISOString().slice(0, 16).replace('T', ' '));
    await until(`the service evaluates at ${this.#now}`, async () => {
      const { jobs = [], channels = [] } = await this.status();
      const hasRun = ({ last_started_at, last_ended_at }: (typeof jobs)[number]) =>
        last_started_at !== null && Date.parse(last_started_at) >= at && last_ended_at !== null;
      const ours = jobs.filter(({ name }) => ['evaluation', 'digest'].includes(name));
      return ours.every(hasRun) && channels.every(({ waiting }) => waiting === 0);
    });
  }

  async status(): Promise<ServiceStatus['data']> {
    const answer = await fetch(`${this.service!.url}/-/status`);
    return ((await answer.json()) as ServiceStatus).data;
  }

  /** @returns the mails that have come since it was called last */
  taken(): TimedMail[] {
    return this.#taken.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service?.[Symbol.asyncDispose]();
    await this.mail[Symbol.asyncDispose]();
    for (const place of this.places.values()) await place[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function ms(time: string): number {
  return Date.parse(`${time.replace(' ', 'T')}:00Z`);
}

function read(raw: string, at: string): TimedMail {
  const [head, ...body] = raw.split('\r\n\r\n');
  const headers = head!.replace(/\r\n[ \t]+/g, ' ');
  const subject = /^Subject: (.*)$/m.exec(headers)![1]!;
  let text = body.join('\n\n').replaceAll('\r\n', '\n');
  if (/quoted-printable/i.test(headers))
    text = text
      .replace(/=\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { at, subject, text: text.trimEnd() };
}
