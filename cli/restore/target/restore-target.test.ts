import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigurationError } from '../../errors.ts';
import { findTarget } from './restore-target.ts';

describe('the target of a restore', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-target-'));
    const server = { db_host: 'h', db_username: 'u', db_password: 'p' };
    const unread = { ...server, restore_username: 'r', restore_password_file: 'nowhere' };
    const list = [
      { ...unread, database_name: 'pt_xyz' },
      { ...server, database_name: 'pt_abc' },
    ];
    await writeFile(join(folder, 'databases.json'), JSON.stringify(list), { mode: 0o600 });
    await writeFile(join(folder, 'targets.json'), JSON.stringify({ new: unread }), { mode: 0o600 });
  });
  after(() => rm(folder, { recursive: true }));

  const find = (label: string, to?: string) => {
    const files = { config: join(folder, 'databases.json'), targets: join(folder, 'targets.json') };
    return findTarget({ ...files, label, dumped: undefined, into: undefined, to }, {});
  };

  it('is refused where the password of its user cannot be read: the file, the entry and what to do are named', async () => {
    for (const [to, place] of [
      [undefined, 'databases.json: entry pt_xyz: '],
      ['new', 'targets.json: new.'],
    ] as const) {
      const error = await find('pt_xyz', to).catch((error: unknown) => error);
      if (!(error instanceof ConfigurationError)) throw error;
      const file = join(folder, 'nowhere');
      expect(error.message).to.equal(join(folder, `${place}restore_password_file: ${file} does not exist`));
      expect(error.advice).to.contain(`Write the password of r into ${file}`).and.contain(`chmod 600 ${file}`);
    }
    expect((await find('pt_abc')).server.user).to.equal('u');
  });
});
