import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { FleetScene, type TimedMail } from '../../testing/fleet/fleet-scene.ts';
import { fillDisk, mountSmallDisk, type SmallDisk } from '../../testing/machine/small-disk.ts';

const DOCS = readFileSync(join(import.meta.dirname, '../../docs/alerts.md'), 'utf8').replaceAll('\n    ', ' ');
const SETTINGS = "defaults: { every: 24h, grace: 2h }\ndigest: { at: '07:00' }\n";
const [SHOP, WEB] = ['acme_shop', 'acme_web'];
const BAKTI = ['bakti_erp', 'bakti_hr', 'bakti_web'];
const CITRA = ['citra_blog', 'citra_crm'];

describe('three hosts, one bad night', function () {
  this.timeout(300_000);
  let scene: FleetScene;
  let disk: SmallDisk | undefined;
  let entries: (...names: string[]) => object[];

  before(async function () {
    const mariadb = await sharedMariaDb();
    await mariadb.sql(
      'create database fleet; use fleet; create table t (id int primary key, v blob) engine = InnoDB; insert into t select seq, random_bytes(1000) from seq_1_to_300',
    );
    const source = { database_name: 'fleet', db_host: mariadb.host, db_port: String(mariadb.port) };
    const login = { db_username: mariadb.user, db_password: mariadb.password };
    entries = (...names) => names.map(name => ({ name, ...source, ...login }));
    scene = await FleetScene.create('2027-01-11 00:50');
    await scene.configure(SETTINGS);
    await scene.addHost('db1', entries(SHOP!, WEB!));
    await scene.addHost('db2', entries(...BAKTI));
    const { workDir } = await scene.addHost('db3', entries(...CITRA));
    disk = mountSmallDisk(workDir, 4);
    if (!disk) return this.skip();
    await scene.startService();
  });
  after(async () => {
    disk?.[Symbol.dispose]();
    await scene[Symbol.asyncDispose]();
  });

  /** @returns the mails that came, as docs/alerts.md shows them */
  function mails(): string[] {
    return scene.taken().map(mail => shown(mail, scene));
  }

  function expectMails(times: readonly string[]): void {
    const came = mails();
    if (process.env.SHOW_MESSAGES) process.stdout.write(`${came.join('\n\n')}\n\n`);
    expect(came, came.join('\n\n')).to.have.length(times.length);
    // On a busy machine the service looks some minutes of its clock later.
    for (const [i, text] of came.entries())
      expect(minutesOf(text) - minutesOf(times[i]!), came.join('\n\n')).to.be.within(0, 15);
    for (const text of came) expect(DOCS).to.include(text.slice('01-12 01:04'.length));
  }

  it('is silent but for the digest while all is well', async () => {
    await scene.passTo('2027-01-11 01:00');
    for (const source of ['db1', 'db2', 'db3']) expect((await scene.run(source)).code, source).to.equal(0);
    await scene.passTo('2027-01-11 07:00', 60);
    expectMails(['01-11 07:00']);
  });

  it('reports a lost line, a full disk and a lost cron, each once, also when the service starts again meanwhile', async () => {
    await scene.passTo('2027-01-12 01:00', 180);
    await scene.places.get('db1')!.list(entries(WEB!));
    await fillDisk(filler());
    expect((await scene.run('db1')).code).to.equal(0);
    expect((await scene.run('db3')).code).to.equal(2);
    await scene.passTo('2027-01-12 01:06', 2);
    expect(await scene.service!.stop()).to.equal(0);
    await scene.startService();
    // The service counts as off where it does not look for more than ten minutes.
    await scene.passTo('2027-01-12 02:58', 8);
    await scene.passTo('2027-01-12 03:10', 2);
    await scene.passTo('2027-01-12 07:00', 60);
    expectMails(['01-12 01:04', '01-12 03:04', '01-12 07:00']);
  });

  it('reports when each is over, and that all is well, and has logged no error', async () => {
    await scene.passTo('2027-01-12 08:30', 30);
    await rm(filler());
    await scene.places.get('db1')!.list(entries(SHOP!, WEB!));
    for (const source of ['db1', 'db2', 'db3']) expect((await scene.run(source)).code, source).to.equal(0);
    await scene.passTo('2027-01-12 09:00', 5);
    await scene.passTo('2027-01-13 01:00', 180);
    for (const source of ['db1', 'db2', 'db3']) expect((await scene.run(source)).code, source).to.equal(0);
    await scene.passTo('2027-01-13 07:00', 60);
    expectMails(['01-12 08:40', '01-13 07:00']);
    expect((await scene.status()).jobs!.filter(({ last_error }) => last_error !== null)).to.deep.equal([]);
    expect(scene.service!.output()).to.not.match(/"level":"(error|fatal)"/);
  });

  const filler = () => join(scene.places.get('db3')!.workDir, 'filler');
});

/** @returns the time at the start of a text, in minutes */
function minutesOf(text: string): number {
  return Date.parse(`2027-${text.slice(0, 11).replace(' ', 'T')}Z`) / 60_000;
}

/** Without what is another one in each run: folders, and the room of this machine's disk. */
function shown({ at, subject, text }: TimedMail, scene: FleetScene): string {
  const plain = `${at.slice(5)}  ${subject}\n\n${text}`
    .replaceAll(scene.places.get('db3')!.workDir, '/srv/spool')
    .replace(/Storage: .*/, 'Storage: 72.8 GiB free of 252.0 GiB (29 %).');
  return plain;
}
