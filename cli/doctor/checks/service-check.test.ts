import { expect } from 'chai';
import { ExplainedError } from '../../errors.ts';
import { ServiceRefusal } from '../../service/service-errors.ts';
import { checkService, checkServiceRoom } from './service-check.ts';

const GIB = 2 ** 30;
const NOW = () => new Date().toISOString();
const SCRUB = {
  ...{ state: 'idle' as const, started_at: null, ended_at: null, files_checked: 0, files_damaged: 0, last_error: null },
  ...{ files_unreadable: 0, files_healed: 0, bytes_read: 0, files_due: 0, backups_damaged: 0 },
};
const status = (more: object = {}) => ({
  ...{ version: '1.2.3', time: NOW(), started_at: NOW(), verify_uploads: true, scrub: SCRUB },
  storage: { free_bytes: 100 * GIB, total_bytes: 200 * GIB },
  ...more,
});

describe('service check', () => {
  const check = async (more: object = {}, { server = 'http://127.0.0.1:3000', dumpBytes = [3 * GIB] } = {}) => {
    const ofService = await checkService({ server: new URL(server), version: '1.2.9', ask: async () => status(more) });
    const room = checkServiceRoom(new URL(server), ofService.status!, { dumpBytes, unknown: [] });
    const checks = [...ofService.checks, ...room.checks];
    const odd = checks.filter(({ mark }) => mark !== 'ok');
    return { checks, marks: odd.map(({ mark }) => mark), text: odd.map(({ message }) => message).join('\n') };
  };
  const failure = async (error: Error) => {
    const options = { server: new URL('http://h'), version: '1.2.9' };
    return checkService({ ...options, ask: () => Promise.reject(error) }).then(
      () => expect.fail('nothing was thrown'),
      (thrown: ExplainedError) => thrown,
    );
  };

  it('is fine with one that fits, agrees on the time and has room', async () => {
    const { marks, checks } = await check();
    expect(marks).to.deep.equal([]);
    expect(checks.map(({ message }) => message).join())
      .to.contain('version 1.2.3')
      .and.contain('100.0 GiB free');
  });

  it('throws why it cannot be reached', async () => {
    const error = new ExplainedError("can't be reached", { advice: 'Check --server' });
    expect(await failure(error)).to.equal(error);
  });

  it('reports a service that is too old to be asked', async () => {
    const error = await failure(new ServiceRefusal('answered 404', { status: 404, code: 'NOT_FOUND' }));
    expect(error).to.be.instanceOf(ExplainedError);
    expect(error.advice).to.contain('Update the service');
  });

  it('warns of a channel that fails, and of a heartbeat that does not arrive', async () => {
    const channel = {
      ...{ name: 'mail', type: 'mail', last_delivered_at: null, waiting: 3 },
      ...{ failing_since: '2026-11-30T01:00:00.000Z', last_error: 'refused the login' },
    };
    const heartbeat = { last_ping_at: null, last_error: 'answered HTTP 404' };
    const { marks, text } = await check({ channels: [channel], heartbeat });
    expect(marks).to.deep.equal(['warn', 'warn']);
    expect(text).to.contain(
      'its channel mail (mail) has failed since 2026-11-30T01:00:00.000Z, and 3 messages wait: refused',
    );
    expect(text).to.contain('its heartbeat cannot be sent: answered HTTP 404');
    const working = { ...channel, failing_since: null, last_error: null, waiting: 0 };
    expect((await check({ channels: [working], heartbeat: null })).marks).to.deep.equal([]);
  });

  it('warns of open alarms, and says nothing when none is open', async () => {
    const { marks, text } = await check({ alarms: { warning: 2, critical: 1 } });
    expect(marks).to.deep.equal(['warn']);
    expect(text).to.contain('it has 3 open alarms, 1 of them critical');
    expect((await check({ alarms: { warning: 0, critical: 0 } })).marks).to.deep.equal([]);
  });

  it('warns of another version, but not of another patch', async () => {
    expect((await check({ version: '1.2.100' })).marks).to.deep.equal([]);
    for (const version of ['1.3.9', '2.2.9']) {
      const { marks, text } = await check({ version });
      expect(marks).to.deep.equal(['warn']);
      expect(text).to.contain(version).and.contain('1.2.9');
    }
  });

  it('warns of a clock that differs by a minute, and refuses a quarter of an hour, both ways', async () => {
    for (const direction of [-1, 1])
      for (const [seconds, marks] of [
        [50, []],
        [70, ['warn']],
        [14.5 * 60, ['warn']],
        [15.5 * 60, ['FAIL']],
      ] as const) {
        const time = new Date(Date.now() + direction * seconds * 1000).toISOString();
        const result = await check({ time });
        expect(result.marks, `${direction * seconds} s`).to.deep.equal(marks);
        if (marks.length > 0) expect(result.text).to.contain('the names of backups carry the time');
      }
  });

  it('does not report a slow answer as a clock that differs', async () => {
    const time = new Date(Date.now() + 200).toISOString();
    const { checks } = await checkService({
      ...{ server: new URL('http://127.0.0.1'), version: '1.2.9', sizes: { dumpBytes: [], unknown: [] } },
      ask: () => new Promise(resolve => setTimeout(() => resolve(status({ time })), 400)),
    });
    expect(checks.map(({ message }) => message)).to.include('its clock agrees with the clock of this machine');
  });

  it('compares its free space with the zips of one run, and of a week', async () => {
    const free = (gib: number) => ({ storage: { free_bytes: gib * GIB, total_bytes: 200 * GIB } });
    expect((await check(free(0.9))).marks).to.deep.equal(['FAIL']);
    expect((await check(free(6.9))).marks).to.deep.equal(['warn']);
    expect((await check(free(7.1))).marks).to.deep.equal([]);
  });

  it('warns of a service that does not check the uploads', async () => {
    const { marks, text } = await check({ verify_uploads: false });
    expect(marks).to.deep.equal(['warn']);
    expect(text).to.contain('unverified');
  });

  it('warns of zips that go over the network in the clear', async () => {
    expect((await check({}, { server: 'http://192.168.0.7:3000' })).marks).to.deep.equal(['warn']);
    for (const server of ['https://192.168.0.7', 'http://localhost:3000', 'http://[::1]:3000', 'http://127.0.0.2'])
      expect((await check({}, { server })).marks, server).to.deep.equal([]);
  });

  it('reports a database that is larger than what the service takes', async () => {
    const limits = (max_dump_bytes: number, max_upload_bytes: number | null) => ({
      limits: { max_dump_bytes, max_upload_bytes },
    });
    expect((await check(limits(3 * GIB, null))).marks).to.deep.equal([]);
    expect((await check(limits(3 * GIB, GIB))).marks).to.deep.equal([]);
    const dump = await check(limits(2 * GIB, null));
    expect(dump.marks).to.deep.equal(['FAIL']);
    expect(dump.text).to.contain('the largest dump has about 3.0 GiB, and the service accepts at most 2.0 GiB');
    const zip = await check(limits(3 * GIB, GIB / 4));
    expect(zip.marks).to.deep.equal(['FAIL']);
    expect(zip.checks.at(-1)!.advice).to.equal('Raise MAX_UPLOAD_BYTES of the service.');
    expect((await check(limits(2 * GIB, GIB), { dumpBytes: [] })).marks).to.deep.equal([]);
  });

  it('tells what its scrub found', async () => {
    const scrub = { ...SCRUB, started_at: NOW(), files_checked: 8 };
    expect((await check({ scrub })).checks.map(({ message }) => message).join())
      .to.contain('8 stored files')
      .and.contain('none damaged');
    const damaged = async (backups_damaged: number) => await check({ scrub: { ...scrub, backups_damaged } });
    expect((await damaged(2)).marks).to.deep.equal(['warn']);
    expect((await damaged(2)).text).to.contain('2 of its backups are damaged');
    expect((await damaged(1)).text).to.contain('1 of its backups is damaged');
    expect((await check({ scrub: { ...scrub, files_unreadable: 1, last_error: 'EIO' } })).marks).to.deep.equal([
      'warn',
      'warn',
    ]);
  });
});
