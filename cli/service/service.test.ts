import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { FORMER_CODES } from '../../protocol/finding-codes.ts';
import { portOf } from '../../testing/free-port.ts';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { ExplainedError } from '../errors.ts';
import { Service } from './service.ts';
import { ServiceUnreachable } from './service-errors.ts';

const FILE_NAME = 'mysql-2026-01-01-00-00-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip';
const backup = { id: 34, file_name: FILE_NAME, timestamp: '2026-01-01 00:00:00', state: 'complete' };
const list = { data: [{ database_name: 'pt_xyz', latest_backup: backup }], message: 'Success' };
const histories = { data: { database_name: 'pt_xyz', histories: [backup] }, message: 'success' };

describe('service', () => {
  let server: Server;
  let url: URL;
  let listener: RequestListener;
  let asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      listener(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${portOf(server)}/`);
  });
  beforeEach(() => {
    asked = [];
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const answering = (status: number, body: unknown, type = 'application/json'): Service => {
    listener = (_request, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    return new Service({ server: url });
  };
  const failureOf = async (asking: Promise<unknown>): Promise<ExplainedError> => {
    const error = await asking.then(
      () => undefined,
      error => error,
    );
    expect(error).to.be.instanceOf(ExplainedError);
    return error;
  };

  it('names the findings in lists of an earlier service by the codes of today', async () => {
    for (const [former, today] of Object.entries(FORMER_CODES)) {
      const shown = { ...backup, worst_finding: former };
      const [entry] = await answering(200, {
        ...list,
        data: [{ ...list.data[0], latest_backup: shown }],
      }).databases();
      expect(entry!.latest_backup.worst_finding).to.equal(today);
      const { histories: seen } = await answering(200, {
        ...histories,
        data: { ...histories.data, histories: [shown] },
      }).history('pt_xyz');
      expect(seen[0]!.worst_finding).to.equal(today);
    }
  });

  it('sends a report again after a 503, with the same id, and cut to what the service takes', async () => {
    const report = sampleDrill({ outcome: 'not_restorable', reason: 'x'.repeat(5000) });
    const bodies: string[] = [];
    const answer = (body: string, response: ServerResponse) => {
      bodies.push(body);
      const isFirst = bodies.length === 1;
      const { report_id, database: database_name, rto_seconds } = report;
      const summary = { id: 5, report_id, database_name, backup_id: 1, file_name: FILE_NAME, rto_seconds };
      const times = { at: '2026-11-24T06:01:30.000Z', received_at: '2026-11-24T06:01:30.000Z' };
      const data = { ...summary, ...times, outcome: 'not_restorable', reason: 'x', difference_count: 0, report };
      const busy = { message: 'busy', code: 'TOO_MANY_UPLOADS', errors: [] };
      response.writeHead(isFirst ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isFirst ? busy : { data, message: 'success' }));
    };
    listener = (request, response) => void text(request).then(body => answer(body, response));
    expect(await new Service({ server: url }).reportDrill(report)).to.include({ id: 5, report_id: report.report_id });
    expect(asked).to.deep.equal(['POST /-/drills', 'POST /-/drills']);
    expect(bodies[1]).to.equal(bodies[0]);
    expect(JSON.parse(bodies[0]!).reason).to.have.lengthOf(1000).and.match(/…$/);
  });

  it("reports an answer that is not HTTP, such as a database server's, as not Lumbung", async () => {
    const other = createTcpServer(socket => socket.on('error', () => {}).end('J\0\0\0\n11.4.2-MariaDB\0')).listen(
      0,
      '127.0.0.1',
    );
    await once(other, 'listening');
    const port = portOf(other);
    const error = await failureOf(new Service({ server: new URL(`http://127.0.0.1:${port}/`) }).databases());
    other.close();
    expect(error.message).to.equal(
      `what answers at http://127.0.0.1:${port} is not Lumbung's service: it does not speak HTTP`,
    );
    expect(error.advice).to.contain('Check the port');
  });

  it('asks for the databases and for a history', async () => {
    expect(await answering(200, list).databases()).to.deep.equal(list.data);
    expect(await answering(200, histories).history('a b?#"ö')).to.deep.equal(histories.data);
    await answering(200, histories).history('pt_xyz', { limit: 5 });
    expect(asked).to.deep.equal(['GET /', `GET /${encodeURIComponent('a b?#"ö')}`, 'GET /pt_xyz?limit=5']);
  });

  it('asks below the path of its address', async () => {
    answering(200, list);
    await new Service({ server: new URL('lumbung/', url) }).databases();
    expect(asked).to.deep.equal(['GET /lumbung/']);
  });

  it('takes empty lists, and fields that it does not know', async () => {
    expect(await answering(200, { data: [], message: 'Success' }).databases()).to.deep.equal([]);
    const more = { ...list, data: [{ ...list.data[0], size: 5 }], next: null };
    expect(await answering(200, more).databases()).to.have.length(1);
  });

  it('refuses answers that break the contract', async () => {
    const broken: unknown[] = [
      ...['', '<html>', '[]', 'null', '5', '{}'],
      { data: null, message: 'Success' },
      { data: {}, message: 'Success' },
      { data: [{}], message: 'Success' },
      { data: [null], message: 'Success' },
      { data: [{ database_name: 'a' }], message: 'Success' },
      { data: [{ database_name: 5, latest_backup: backup }], message: 'Success' },
      { data: [{ database_name: 'a', latest_backup: { ...backup, id: '34' } }], message: 'Success' },
      { data: [{ database_name: 'a', latest_backup: { ...backup, id: -1 } }], message: 'Success' },
      {
        data: [{ database_name: 'a', latest_backup: { ...backup, timestamp: 'yesterday', state: 'complete' } }],
        message: 'Success',
      },
      { data: [] },
      { ...list, data: { database_name: 'x', histories: Array.from({ length: 500 }, () => backup) } },
    ];
    for (const body of broken) {
      const error = await failureOf(answering(200, body).databases());
      expect(error.message, JSON.stringify(body)).to.match(/^the answer 200 is not one of Lumbung's service \(.+\)$/s);
      expect(error.message.length, 'a sentence, not a page').to.be.below(400);
      expect(error.advice).to.contain('--server');
    }
    await failureOf(answering(200, list).history('pt_xyz'));
  });

  it('tells what the service says of a refusal', async () => {
    const refusal = { message: 'There is no database pt_x', code: 'UNKNOWN_DATABASE' };
    expect((await failureOf(answering(404, refusal).history('pt_x'))).message).to.equal(
      'the service answered 404 UNKNOWN_DATABASE: There is no database pt_x',
    );
    const fields = {
      message: 'no',
      code: 'INVALID',
      errors: [
        { field: 'limit', message: 'is no number' },
        { field: 'before', message: 'is odd' },
      ],
    };
    expect((await failureOf(answering(422, fields).history('pt_x'))).message).to.equal(
      'the service answered 422 INVALID: no (limit: is no number; before: is odd)',
    );
  });

  it('says what to do where the service does not answer to its name', async () => {
    const refusal = { message: 'The service does not answer to the name x', code: 'UNKNOWN_HOST' };
    expect((await failureOf(answering(421, refusal).databases())).advice).to.contain('PUBLIC_HOSTS');
  });

  it('tells no more than the status of a refusal that is not ours', async () => {
    for (const body of ['<html>Not found</html>', '', { error: 'x' }, { message: 5, code: {} }, [], 'null'])
      expect((await failureOf(answering(404, body).databases())).message, JSON.stringify(body)).to.equal(
        'the service answered 404, but not as Lumbung does',
      );
    expect((await failureOf(answering(403, '<html>x</html>', 'text/html').databases())).message).to.equal(
      'the service answered 403, but not as Lumbung does',
    );
  });

  it('says that it cannot be reached, and why, wherever the address points', async function () {
    this.slow(5000);
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const port = portOf(closed);
    closed.close();
    await once(closed, 'close');
    const addresses = [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, 'http://no-such-host.invalid/'];
    const errors = await Promise.all(
      addresses.map(address => failureOf(new Service({ server: new URL(address) }).databases())),
    );
    for (const [index, error] of errors.entries()) {
      expect(error).to.be.instanceOf(ServiceUnreachable);
      expect(error.message).to.match(
        /^the service at http:\S+ can't be reached: .*(?:refused|ENOTFOUND|EAI_AGAIN|dns error)/i,
      );
      expect(error.message).to.contain(new URL(addresses[index]!).origin);
    }
  });

  it('distinguishes a service without TLS from one that is down', async () => {
    const error = await failureOf(new Service({ server: new URL(`https://127.0.0.1:${url.port}/`) }).databases());
    expect(error).to.be.instanceOf(ServiceUnreachable);
    expect(error.advice).to.contain('http://');
  });

  it('gives up on an answer that does not come, or does not end', async () => {
    for (const begins of [false, true]) {
      listener = (_request, response) => {
        if (begins) response.writeHead(200, { 'content-type': 'application/json' }).write('{');
      };
      const error = await failureOf(new Service({ server: url }, undefined, 100).databases());
      expect(error).to.be.instanceOf(ServiceUnreachable);
      expect(error.message).to.contain('did not answer within 0.1 s');
      expect(error.advice).to.contain('/-/ready');
    }
    listener = () => {};
    expect((await failureOf(new Service({ server: url }, undefined, 100).download('3', 'head'))).message).to.contain(
      'timed out',
    );
  });

  it('says what to do about a stored file that is damaged', async () => {
    const body = { message: 'it has rotted', code: 'STORED_FILE_DAMAGED', errors: [] };
    expect((await failureOf(answering(500, body).report('34'))).advice).to.contain('put the file back from a copy');
  });
});
