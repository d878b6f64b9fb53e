import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { serviceSettings } from '../../testing/cli/fault-scene.ts';
import { unwrapped } from '../../testing/cli/fault-trial.ts';
import { sade, Workplace } from '../../testing/cli/sade.ts';
import {
  type DatabaseAnswer,
  refusalOf,
  rowsOf,
  startBoundlessDatabase,
} from '../../testing/databases/boundless-database.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';

const PASSWORD = `s3cr3t'"word`;

/** The password as a server could write it. */
const FORMS = [
  PASSWORD,
  PASSWORD.replaceAll("'", "''"),
  PASSWORD.replace(/['"]/g, '\\$&'),
  encodeURIComponent(PASSWORD),
  Buffer.from(PASSWORD).toString('base64'),
  Buffer.from(PASSWORD).toString('hex'),
];
const ECHO = `you said ${FORMS.join(' or ')}`;

/** A server with one table, of an engine without transactions, whose names and version hold the password. */
function echoing(sql: string): DatabaseAnswer | undefined {
  if (/^select cast\(@@session/.test(sql)) return rowsOf(['a'], [['18446744073709551615']]);
  if (/^select version\(\)/.test(sql))
    return rowsOf(['a', 'b', 'c'], [[`10.11.6-MariaDB-${PASSWORD}`, `${PASSWORD}@h`, '']]);
  if (/^show variables/.test(sql))
    return rowsOf(
      ['a', 'b'],
      [
        ['lower_case_table_names', '0'],
        ['max_allowed_packet', '16777216'],
      ],
    );
  if (/^show grants/.test(sql)) return rowsOf(['a'], [['GRANT SELECT ON *.* TO `u`@`127.0.0.1`']]);
  return /^\s*(?:select|show|set statement)/i.test(sql) ? rowsOf(['a'], []) : undefined;
}

describe('a password that a database server echoes', () => {
  let folder: string;
  let service: ServiceHere;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-echo-'));
    service = await startServiceHere(serviceSettings(folder));
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const entryAt = (port: number, name: string) => ({
    ...{ name, database_name: 'shop', db_host: '127.0.0.1', db_port: port, db_username: 'u' },
    ...{ db_password: PASSWORD, ssl: 'off' },
  });
  const expectNone = (what: string, text: string) => {
    for (const form of FORMS)
      expect(text, what).not.to.contain(form).and.not.contain(JSON.stringify(form).slice(1, -1));
  };

  for (const env of [{ SADE_LOG: '' }, { SADE_LOG: 'trace' }])
    describe(env.SADE_LOG ? 'while sade logs all that it does' : 'while sade logs nothing', () => {
      it('in the error that refuses the login is in no output, report or bundle, by doctor nor by backup', async () => {
        await using database = await startBoundlessDatabase({ login: () => refusalOf(1045, ECHO) });
        await using place = await Workplace.create([entryAt(database.port, 'echo-login')]);
        const { stdout, stderr } = await place.backup(service.url, [], { env });
        expect(unwrapped(stderr)).to.contain('you said *** or ***');
        expectNone('stdout', stdout);
        expectNone('stderr', stderr);
        expectNone('stderr without line ends', unwrapped(stderr));
        expectNone('last-run.json', await readFile(join(place.workDir, 'last-run.json'), 'utf8'));
        const bundle = join(place.folder, 'ticket.zip');
        for (const more of [['--bundle', bundle], ['--json']]) {
          const doctor = await sade(['doctor', ...place.args(service.url).slice(1), ...more], { env });
          expect(doctor.stdout).to.contain('you said ***');
          expectNone('doctor', doctor.stdout + doctor.stderr);
        }
        for (const entry of new AdmZip(bundle).getEntries()) expectNone(entry.entryName, entry.getData().toString());
      });

      it('in what its dump program says, and in its version, is in no report and no manifest', async () => {
        await using database = await startBoundlessDatabase({ answer: echoing });
        await using place = await Workplace.create([entryAt(database.port, `echo-dump${env.SADE_LOG}`)]);
        const said = `complain '${`mysqldump: Error: 1105 ${FORMS.filter(form => !form.includes("'")).join(' or ')}`}'`;
        const program = await spoiledDumpProgram(place.folder, `header; rows 10; ${said}; marker`);
        const { stdout, stderr, report } = await place.backup(service.url, ['--mariadb-dump', program], { env });
        expect(report.outcomes[0], stderr).to.include({ state: 'incomplete' });
        expectNone('stdout', stdout);
        expectNone('stderr', stderr);
        expectNone('last-run.json', await readFile(join(place.workDir, 'last-run.json'), 'utf8'));
        const shown = await sade([
          'show',
          String((report.outcomes[0] as { backup_id?: number }).backup_id),
          '--json',
          '--server',
          service.url,
        ]);
        expect(shown.stdout).to.contain('***');
        expectNone('manifest', shown.stdout);
      });
    });
});
