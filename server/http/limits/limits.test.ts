import { expect } from 'chai';
import { rawConnection, uploadHead } from '../../../testing/service/raw-http.ts';
import { upload } from '../../../testing/service/requests.ts';
import { historyStores, runApp } from '../../../testing/service/running-app.ts';
import { until } from '../../../testing/until.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { RetryLater } from '../../errors/errors.ts';
import { DailyBytes } from './daily-bytes.ts';
import { FailedLogins } from './failed-logins.ts';
import { networkOf } from './network-of.ts';
import { RequestRate } from './request-rate.ts';
import { UploadSlots } from './upload-slots.ts';

const [SQLITE] = historyStores;

/** @returns what it was refused with; undefined when it was not */
async function refusal(act: () => unknown): Promise<RetryLater | undefined> {
  try {
    await act();
  } catch (error) {
    if (error instanceof RetryLater) return error;
    throw error;
  }
  return undefined;
}

describe('the limits of clients', () => {
  it('refuse invalid tokens of an address, or of a /64 of IPv6, beyond the limit, with the time to wait', async () => {
    const logins = new FailedLogins(2);
    for (let i = 0; i < 2; i++) await logins.count('203.0.113.7');
    const refused = await refusal(() => logins.count('203.0.113.7'));
    expect(refused).to.include({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(refused!.retryAfterSeconds).to.be.within(55, 60);
    expect(await refusal(() => logins.count('203.0.113.8'))).to.equal(undefined);
    await logins.count('2001:db8:0:1::5');
    await logins.count('2001:db8:0:1:ffff::6');
    expect(await refusal(() => logins.count('2001:db8:0:1::7'))).to.include({ status: 429 });
    expect(await refusal(() => logins.count('2001:db8:0:2::7'))).to.equal(undefined);
  });

  it('take an IPv4 address that is written as IPv6 for the same client, and any text for one', () => {
    expect(networkOf('::ffff:203.0.113.7')).to.equal('203.0.113.7');
    expect(networkOf('2001:DB8:0:1:2:3:4:5')).to.equal(networkOf('2001:db8:0:1::'));
    expect(networkOf('fe80::1%eth0')).to.equal(networkOf('fe80::2'));
    expect(networkOf('unknown')).to.equal('unknown');
  });

  it('hold a bounded number of addresses in memory: beyond it, some share what they may', async () => {
    const logins = new FailedLogins(1);
    let shared = 0;
    for (let i = 0; i < 20_000; i++) if (await refusal(() => logins.count(`10.0.${i >> 8}.${i & 255}`))) shared += 1;
    expect(shared).to.be.within(20_000 - 16_384, 15_000);
  });

  it('refuse more requests of a token than it may send in a minute, and none where no token is needed', async () => {
    const rate = new RequestRate(2);
    for (const token of ['a', 'a', 'b', 'b']) await rate.count(token);
    expect(await refusal(() => rate.count('a'))).to.include({ status: 429, code: 'TOO_MANY_REQUESTS' });
    for (let i = 0; i < 10; i++) await rate.count(undefined);
  });

  it('bound the uploads that run at once, of a token and in all, until they end', async () => {
    const slots = new UploadSlots({ inAll: 3, perToken: 2 });
    const first = slots.take('a');
    slots.take('a');
    expect(await refusal(() => slots.take('a'))).to.include({ status: 503, code: 'TOO_MANY_UPLOADS' });
    slots.take('b');
    expect((await refusal(() => slots.take(undefined)))!.message).to.contain('MAX_PARALLEL_UPLOADS)');
    for (let i = 0; i < 3; i++) first[Symbol.dispose]();
    slots.take(undefined);
    expect(await refusal(() => slots.take('c')), 'one place was given back, once').to.be.instanceOf(RetryLater);
  });

  it('bound the bytes of a token within a day, also those on their way, and count what was not stored no more', async () => {
    let hour = 0;
    const bytes = new DailyBytes(1_000_000, () => hour * 3_600_000);
    const first = bytes.begin('a', 600_000);
    const refused = (await refusal(() => bytes.begin('a', 500_000)))!;
    expect(refused).to.include({ status: 429, code: 'TOO_MANY_BYTES', retryAfterSeconds: 86_400 });
    expect(refused.message).to.contain('976.6 KiB').and.contain('MAX_BYTES_PER_DAY_PER_TOKEN');
    using _other = bytes.begin('b', 900_000);
    first[Symbol.dispose]();
    const second = bytes.begin('a', 500_000);
    second.keep();
    second[Symbol.dispose]();
    // Of this one no one has said how long it is.
    const chunked = bytes.begin('a');
    chunked.add(300_000);
    expect(await refusal(() => chunked.add(300_000))).to.include({ code: 'TOO_MANY_BYTES' });
    chunked[Symbol.dispose]();
    hour = 23;
    expect((await refusal(() => bytes.begin('a', 600_000)))!.retryAfterSeconds).to.equal(3_600);
    hour = 24;
    bytes.begin('a', 980_000).keep();
    expect(await refusal(() => bytes.begin('a', 1))).to.include({ status: 429 });
    for (let i = 0; i < 3; i += 1) bytes.begin(undefined, 900_000).keep();
  });

  it('count for each upload what is stored beside it, so that a million small ones are bounded, too', async () => {
    const bytes = new DailyBytes(1_000_000);
    let stored = 0;
    while (!(await refusal(() => bytes.begin('a', 100).keep()))) stored += 1;
    expect(stored).to.be.within(30, 100);
  });

  it('refuse an upload beyond MAX_PARALLEL_UPLOADS with Retry-After, before its body is read', async () => {
    await using app = await runApp(SQLITE!, { limits: { maxParallelUploads: 1 } });
    const running = await rawConnection(app.url);
    await running.send(`${uploadHead('pt_xyz', sampleZip().fileName, { 'Content-Length': '100000' })}PK`);
    await until('the upload', async () => (await app.storedFiles()).some(file => file.endsWith('.part')));
    const second = await rawConnection(app.url);
    const head = uploadHead('pt_abc', '', { 'Content-Length': '100000', Expect: '100-continue' }).split('--xyz')[0]!;
    await second.send(head);
    await second.receive(/^HTTP\/1\.1 503 .*Retry-After: 5\r\n.*"TOO_MANY_UPLOADS"/s);
    second.socket.destroy();
    running.socket.destroy();
    await until('room', async () => (await upload(app.url, sampleZip())).status === 201);
  });
});
