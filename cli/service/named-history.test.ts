import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect } from 'chai';
import { portOf } from '../../testing/free-port.ts';
import { namedHistory } from './named-history.ts';
import { Service } from './service.ts';

describe('the history of a database that a person names', () => {
  const names = ['pt_xyz', 'pt_abc', "toko 'baru'"];
  const server = createServer((request, response) => {
    const isList = request.url === '/';
    const latest_backup = {
      id: 1,
      file_name: 'f.sql.zip',
      timestamp: '2026-11-24 01:30:00',
      state: 'complete',
      size: 1,
    };
    const list = { data: names.map(database_name => ({ database_name, latest_backup })), message: 'Success' };
    const none = { message: 'no backup of that database', code: 'DATABASE_NOT_FOUND', errors: [] };
    response
      .writeHead(isList ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(isList ? list : none));
  });
  let service: Service;
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    service = new Service({ server: new URL(`http://127.0.0.1:${portOf(server)}/`) });
  });
  after(() => server.close());

  const adviceFor = async (name: string, command?: 'restore') =>
    namedHistory(service, name, {}, command).then(
      () => 'it was found',
      error => error.advice,
    );

  it('names the command with the database that may have been meant', async () => {
    expect(await adviceFor('pt_xzy')).to.equal('Did you mean sade history pt_xyz?');
    expect(await adviceFor('pt_xzy', 'restore')).to.equal('Did you mean sade restore pt_xyz?');
    expect(await adviceFor('toko baru')).to.equal("Did you mean sade history 'toko '\\''baru'\\'''?");
  });

  it('points to sade list where no name is close', async () => {
    expect(await adviceFor('sekolah')).to.contain('sade list');
  });
});
