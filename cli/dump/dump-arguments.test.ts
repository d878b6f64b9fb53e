import { expect } from 'chai';
import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { dumpArguments } from './dump-arguments.ts';

const source: DatabaseSource = {
  label: 'label',
  database: 'pt_xyz',
  host: 'db1',
  port: 3307,
  user: 'ani',
  password: 'geheim',
  dumpOptions: [],
  shrinkLimitPercent: 50,
};
const mariadb: MysqldumpClient = { path: 'mysqldump', flavour: 'mariadb', version: '10.11.19', knows: () => true };
const mysql = (...known: string[]): MysqldumpClient => ({
  path: 'mysqldump',
  flavour: 'mysql',
  version: '9.7.0',
  knows: option => known.includes(option),
});
const MYSQL9 = mysql('set-gtid-purged', 'column-statistics', 'masking-policies', 'get-server-public-key');
const ALWAYS = [
  '--single-transaction',
  '--quick',
  '--routines',
  '--events',
  '--triggers',
  '--hex-blob',
  '--default-character-set=utf8mb4',
  '--no-tablespaces',
  '--max-allowed-packet=1G',
];

describe('dump-arguments', () => {
  it("are those of the specification for MariaDB's client", () =>
    expect(dumpArguments(source, mariadb)).to.deep.equal([
      '--defaults-file=/dev/fd/3',
      '--host=db1',
      '--port=3307',
      '--protocol=tcp',
      '--user=ani',
      ...ALWAYS,
      '--',
      'pt_xyz',
    ]));

  it("let MySQL's client log in by mysql_clear_password only where the server is verified", () => {
    const client = mysql('enable-cleartext-plugin');
    const isLet = (more: Partial<DatabaseSource>, by = client) =>
      dumpArguments({ ...source, ...more }, by).includes('--enable-cleartext-plugin');
    for (const more of [{}, { ssl: 'off' }, { ssl: 'require' }] as const) expect(isLet(more)).to.equal(false);
    for (const more of [{ ssl: 'verify', sslCa: '/ca.pem' }, { socket: '/s' }] as const) {
      expect(isLet(more)).to.equal(true);
      expect(isLet(more, mariadb)).to.equal(false);
    }
  });

  it('name the folder of the plugins only where there is one', () => {
    expect(dumpArguments(source, mariadb, { pluginFolder: '/dev/null' })).to.include('--plugin-dir=/dev/null');
    expect(dumpArguments(source, mariadb).join(' ')).not.to.contain('plugin-dir');
  });

  it("have what MySQL's client needs, as far as it knows that", () => {
    const extra = (client: MysqldumpClient) =>
      dumpArguments(source, client).filter(
        argument => !ALWAYS.includes(argument) && /gtid|statistics|masking|public-key/.test(argument),
      );
    expect(extra(MYSQL9)).to.deep.equal([
      '--set-gtid-purged=OFF',
      '--column-statistics=0',
      '--skip-masking-policies',
      '--get-server-public-key',
    ]);
    expect(extra(mysql('set-gtid-purged'))).to.deep.equal(['--set-gtid-purged=OFF']);
    expect(extra(mysql())).to.deep.equal([]);
  });

  it('put the option file first, where alone it is taken, and the database last, behind the end of the options', () => {
    for (const client of [mariadb, MYSQL9])
      for (const database of ['pt_xyz', '--all-databases', '-ppassword']) {
        const args = dumpArguments({ ...source, database, dumpOptions: ['--where=1'] }, client);
        expect(args[0]).to.equal('--defaults-file=/dev/fd/3');
        expect(args.slice(-3)).to.deep.equal(['--where=1', '--', database]);
      }
  });

  it('never hold the password', () => {
    for (const client of [mariadb, MYSQL9])
      for (const ssl of ['off', 'require', 'verify'] as const)
        expect(dumpArguments({ ...source, ssl, sslCa: '/ca' }, client).join(' ')).not.to.contain('geheim');
  });

  it("lets the entry's own options win over ours", () => {
    const args = dumpArguments({ ...source, dumpOptions: ['--skip-triggers'] }, mariadb);
    expect(args.indexOf('--skip-triggers')).to.be.above(args.indexOf('--triggers'));
  });

  it('take the socket before the host', () => {
    const args = dumpArguments({ ...source, socket: '/run/mysqld.sock' }, mariadb);
    expect(args.slice(1, 3)).to.deep.equal(['--protocol=socket', '--socket=/run/mysqld.sock']);
    expect(args.join(' ')).not.to.match(/--host|--port|tcp/);
  });

  it('ask for TLS in the words of each client', () => {
    const tls = (client: MysqldumpClient, ssl?: 'off' | 'require' | 'verify') =>
      dumpArguments({ ...source, ...(ssl && { ssl }), ...(ssl === 'verify' && { sslCa: '/ca.pem' }) }, client).filter(
        argument => /ssl/.test(argument),
      );
    expect(tls(mariadb)).to.deep.equal([]);
    expect(tls(mariadb, 'off')).to.deep.equal(['--skip-ssl']);
    expect(tls(mariadb, 'require')).to.deep.equal(['--ssl', '--skip-ssl-verify-server-cert']);
    expect(tls(mariadb, 'verify')).to.deep.equal(['--ssl', '--ssl-verify-server-cert', '--ssl-ca=/ca.pem']);
    expect(tls(MYSQL9)).to.deep.equal([]);
    expect(tls(MYSQL9, 'off')).to.deep.equal(['--ssl-mode=DISABLED']);
    expect(tls(MYSQL9, 'require')).to.deep.equal(['--ssl-mode=REQUIRED']);
    expect(tls(MYSQL9, 'verify')).to.deep.equal(['--ssl-mode=VERIFY_IDENTITY', '--ssl-ca=/ca.pem']);
  });

  it('ask for the public key of the server only where no TLS is wanted', () => {
    const asks = (ssl: 'off' | 'require' | 'verify') =>
      dumpArguments({ ...source, ssl, sslCa: '/ca' }, MYSQL9).includes('--get-server-public-key');
    expect(asks('off')).to.equal(true);
    expect(asks('require')).to.equal(false);
    expect(asks('verify')).to.equal(false);
  });
});
