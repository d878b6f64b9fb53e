import { resolve } from 'node:path';
import { expect } from 'chai';
import type { DatabaseSource } from '../config/databases.ts';
import { readBackupSettings } from '../options/settings.ts';
import { redactor } from '../secrets/redactor.ts';
import { bundleDocuments } from './bundle-documents.ts';
import { checkReporter } from './checks/check.ts';
import type { Examination } from './examine.ts';

const SOURCE: DatabaseSource = {
  ...{ label: 'pt_xyz', database: 'pt_xyz', host: 'db', port: 3306, user: 'lumbung', password: 'a', sslCa: '/ca.pem' },
  ...{ dumpOptions: ['--where=x=1', '--quick'], shrinkLimitPercent: 50, ssl: 'verify' as const },
};
const EXAMINATION: Examination = {
  checks: [checkReporter('database', 'pt_xyz').fail('said geheim', 'Do.')],
  ...{
    sources: [SOURCE],
    clients: undefined,
    reports: new Map(),
    plans: new Map(),
    service: undefined,
    lastRun: undefined,
  },
};
const RUN = {
  ...{
    startedAt: new Date('2026-01-02T01:30:00Z'),
    endedAt: new Date('2026-01-02T01:40:00Z'),
    exitCode: 2,
    server: 'http://u:pw@h/',
  },
  ...{ total: 1, notDone: [], kept: [] },
  outcomes: [
    {
      ...{ database: 'pt_xyz', state: 'failed' as const, isLeftover: false, seconds: 1, fileName: 'f', findings: [] },
      ...{ startedAt: new Date(0), failure: { stage: 'dump' as const, message: 'no (using geheim)' } },
    },
  ],
};

describe('bundle documents', () => {
  const write = (more: Partial<Examination> = {}, secrets = ['geheim']) => {
    const documents = bundleDocuments({ ...EXAMINATION, ...more }, readBackupSettings({}, {}), {
      ...{ version: '0.1.0', redact: redactor(secrets) },
    });
    return Object.fromEntries(documents) as Record<string, string>;
  };
  const parsed = (documents: Record<string, string>, name: string) => JSON.parse(documents[name]!);

  it('are the report, the configuration, the versions and the last run', () => {
    const documents = write({ lastRun: RUN });
    expect(Object.keys(documents)).to.have.members([
      ...['report.txt', 'report.json', 'configuration.json', 'versions.json', 'last-run.json', 'last-run.txt'],
    ]);
    expect(documents['report.txt']).to.contain('FAIL  database  pt_xyz: said ***').and.contain('1 check: 0 ok');
    expect(parsed(documents, 'report.json').checks[0].advice).to.equal('Do.');
    expect(parsed(documents, 'versions.json')).to.deep.include({ sade: '0.1.0', service: null });
    expect(parsed(documents, 'versions.json').runtime).to.match(/^(?:Node|Deno) \d+\./);
    expect(parsed(documents, 'last-run.json').server).to.equal('http://***@h/');
    expect(documents['last-run.txt']).to.contain('pt_xyz: dump: no (using ***)').and.contain('exit code 2');
  });

  it('hold all settings of a database but its password, and the names of its dump options', () => {
    const { databases, settings } = parsed(write(), 'configuration.json');
    expect(databases).to.deep.equal([
      {
        ...{
          label: 'pt_xyz',
          database: 'pt_xyz',
          host: 'db',
          port: 3306,
          user: 'lumbung',
          ssl: 'verify',
          ssl_ca: '/ca.pem',
        },
        ...{ shrink_limit_percent: 50, dump_options: ['--where=…', '--quick'] },
      },
    ]);
    expect(settings).to.deep.include({ server: 'http://127.0.0.1:3000/', work_dir: resolve('data/work') });
  });

  it('say so where there was no run, and where nothing could be found out', () => {
    const documents = write({ checks: [], sources: [] });
    expect(parsed(documents, 'last-run.json')).to.equal(null);
    expect(documents['last-run.txt']).to.contain('no run');
    expect(parsed(documents, 'configuration.json').databases).to.deep.equal([]);
  });
});
