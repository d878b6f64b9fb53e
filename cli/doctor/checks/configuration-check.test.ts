import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkConfiguration } from './configuration-check.ts';

describe('configuration check', () => {
  let folder: string;
  let path: string;
  const entry = { database_name: 'a', db_host: 'h', db_username: 'u', db_password: 'hidden' };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-doctor-'));
    path = join(folder, 'databases.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const check = async (list: unknown) => {
    await writeFile(path, typeof list === 'string' ? list : JSON.stringify(list), { mode: 0o600 });
    const { checks, sources } = await checkConfiguration(path, {});
    expect(JSON.stringify(checks)).not.to.contain('hidden');
    return {
      marks: checks.map(({ mark }) => mark),
      messages: checks.map(({ message }) => message).join('\n'),
      sources,
    };
  };

  it('is fine with a valid list, and tells how many it names', async () => {
    const { marks, messages, sources } = await check([entry, { ...entry, database_name: 'b' }]);
    expect(marks).to.deep.equal(['ok']);
    expect(messages).to.contain('2 databases');
    expect(sources?.map(({ label }) => label)).to.deep.equal(['a', 'b']);
  });

  it('warns of files that others can read', async () => {
    await writeFile(path, '');
    await chmod(path, 0o644);
    await writeFile(join(folder, 'password'), 'hidden', { mode: 0o644 });
    const { db_password: _, ...rest } = entry;
    const { marks, messages, sources } = await check([{ ...rest, db_password_file: 'password' }]);
    expect(marks).to.deep.equal(['ok', 'warn', 'warn']);
    expect(messages)
      .to.contain(`chmod 600 ${path}`)
      .and.contain(`chmod 600 ${join(folder, 'password')}`);
    expect(sources).to.have.length(1);
  });

  it('warns once of a password of a user that restores which cannot be read, with all databases that name it', async () => {
    const restorer = { restore_username: 'r', restore_password_file: 'nowhere' };
    const list = [
      { ...entry, ...restorer },
      { ...entry, ...restorer, database_name: 'b' },
    ];
    const { marks, messages } = await check(list);
    expect(marks).to.deep.equal(['ok', 'warn']);
    expect(messages).to.contain("nowhere does not exist; so a, b can't be restored");
  });

  it('tells every mistake on a line of its own', async () => {
    const { marks, messages, sources } = await check([{ ...entry, db_port: 'x' }, { ...entry, sockt: 1 }, entry]);
    expect(marks).to.deep.equal(['FAIL', 'FAIL', 'FAIL', 'FAIL']);
    expect(messages)
      .to.match(/^databases\[1\]: has the same label a as databases\[0\]/)
      .and.match(/^databases\[0\]\.db_port/m);
    expect(sources).to.equal(undefined);
  });

  it('names the path once, before what is wrong with the list', async () => {
    const { marks, messages, sources } = await check('[{"db_password": "hidden" x}]');
    expect([marks, sources]).to.deep.equal([['FAIL'], undefined]);
    expect(messages).to.equal('is not valid JSON at line 1, column 27');
    await chmod(path, 0o644);
    const { checks } = await checkConfiguration(path, {});
    expect(checks.filter(({ message }) => message.includes(`${path} `))).to.deep.equal([]);
    await writeFile(path, JSON.stringify([entry]));
    const {
      checks: [, warning],
    } = await checkConfiguration(path, {});
    expect(warning).to.deep.include({ mark: 'warn', subject: path });
    expect(warning!.message).to.match(/^holds passwords, and other users can read it; run: chmod 600/);
  });

  it('says how to make a list where no list exists, and where it is still the example', async () => {
    const { checks } = await checkConfiguration(path, {});
    expect(checks[0]).to.deep.include({ mark: 'FAIL', subject: path });
    expect(checks[0]!.message).to.equal('does not exist');
    expect(checks[0]!.advice).to.contain(`chmod 600 ${path}`).and.contain('--config').and.contain('sade doctor');
    const example = await readFile(join(import.meta.dirname, '../../../databases.json'), 'utf8');
    const { marks, messages } = await check(example);
    expect(marks).to.deep.equal(['FAIL']);
    expect(messages).to.match(/^is still the example that comes with Lumbung/);
  });
});
