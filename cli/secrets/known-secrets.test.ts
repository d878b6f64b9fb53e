// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what databases.json holds
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { knownSecrets, knownTargetSecrets } from './known-secrets.ts';

describe('known secrets', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-secrets-'));
    path = join(folder, 'databases.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are the passwords, as they stand there and as they are meant', async () => {
    await writeFile(path, JSON.stringify([{ db_password: 'p"w\\1' }, { db_password: 'x-${SECRET}' }]));
    const secrets = await knownSecrets(path, { SECRET: 'of the env', OTHER: 'not named' });
    expect(secrets)
      .to.include.keys('p"w\\1', 'x-${SECRET}', 'x-of the env', 'of the env')
      .and.not.include.keys('not named');
  });

  it('are what stands in password files, also when the file is refused', async () => {
    await writeFile(join(folder, 'one'), '\uFEFFin a file\r\n');
    await writeFile(join(folder, 'two'), 'first line\nsecond line\n');
    await writeFile(
      path,
      JSON.stringify([{ db_password_file: 'one' }, { db_password_file: '${PLACE}/two' }, { db_password_file: 'no' }]),
    );
    const secrets = await knownSecrets(path, { PLACE: folder });
    expect(secrets).to.include.keys('in a file', 'first line', 'second line');
  });

  it('are those of the users that restore, too', async () => {
    await writeFile(join(folder, 'one'), 'in a file\n');
    await writeFile(path, JSON.stringify([{ restore_password: 'plain' }, { restore_password_file: 'one' }]));
    expect(await knownSecrets(path, {})).to.include.keys('plain', 'in a file');
    await writeFile(path, '{"restore_password": "cut off');
    expect(await knownSecrets(path, {})).to.include.keys('cut off');
  });

  it('are those of the servers to restore to', async () => {
    await writeFile(join(folder, 'one'), 'in a file\n');
    const targets = {
      new: { db_password: 'plain' },
      old: { restore_password_file: 'one', db_password: '${SECRET}' },
      odd: 7,
    };
    await writeFile(path, JSON.stringify(targets));
    expect(await knownTargetSecrets(path, { SECRET: 'of the env' })).to.include.keys(
      'plain',
      'in a file',
      'of the env',
    );
  });

  it('are the values of dump options, and of variables that stand in other keys', async () => {
    await writeFile(
      path,
      JSON.stringify([{ db_host: '${HOST_SECRET}', dump_options: ['--where=card=4111', '--quick', 7] }]),
    );
    expect(await knownSecrets(path, { HOST_SECRET: 'hidden' })).to.include.keys('hidden', 'card=4111');
  });

  it('are found in a file that is not JSON, or not a list', async () => {
    await writeFile(path, '[{"db_password": "p\\"w", "x": ${ENV}}, {"db_password" :"cut off');
    expect(await knownSecrets(path, { ENV: 'of the env' })).to.include.keys('p"w', 'cut off', 'of the env');
    await writeFile(path, '{"db_password": "alone"}');
    expect(await knownSecrets(path, {})).to.include.keys('alone');
  });

  it('are empty where the list is missing or malformed', async () => {
    expect(await knownSecrets(join(folder, 'nowhere'), {})).to.be.empty;
    await writeFile(path, '[null, 7, "x", [], {"db_password": 7, "dump_options": "x"}]');
    expect(await knownSecrets(path, {})).to.be.empty;
  });
});
