import { expect } from 'chai';
import fc from 'fast-check';
import { type Every, formatDuration, formatEvery, parseDuration, parseEvery, timezoneProblem } from './contract.ts';

const CRON: Every = { kind: 'cron', expression: '30 1 * * *', timezone: 'Asia/Jakarta' };
const NOT_EVERY = /^must be a time such as 24h, up to 400d, or a cron expression with its time zone/;

describe('how often a backup is due', () => {
  it('a time is read in minutes, hours, days and weeks, up to 400 days', () => {
    const read = ['0m', '90m', '24h', '7d', '2w', '400d'].map(text => Number(parseDuration(text)) / 60_000);
    expect(read).to.deep.equal([0, 90, 1440, 10_080, 20_160, 576_000]);
    for (const bad of [
      '',
      '24',
      'h',
      '1.5h',
      '-1h',
      '24 h',
      '24H',
      '30s',
      '401d',
      '999999w',
      '1h30m',
      24,
      null,
      undefined,
    ])
      expect(parseDuration(bad), String(bad)).to.match(/^must be a time such as/);
  });

  it('an interval, a cron expression as a text and as an object are read, and written so that they are read as the same', () => {
    expect(parseEvery('24h')).to.deep.equal({ kind: 'interval', ms: 86_400_000 });
    expect(parseEvery('cron 30 1 * * * Asia/Jakarta')).to.deep.equal(CRON);
    expect(parseEvery(' cron 30 1 * * *')).to.match(NOT_EVERY);
    expect(parseEvery('cron  30 1  * * *   Asia/Jakarta ')).to.deep.equal(CRON);
    expect(parseEvery({ cron: '30  1 * * *', timezone: 'Asia/Jakarta' })).to.deep.equal(CRON);
    expect(parseEvery('cron 30 1 * * *', 'Asia/Jakarta')).to.deep.equal(CRON);
    expect(parseEvery({ cron: '30 1 * * *' }, 'Asia/Jakarta')).to.deep.equal(CRON);
    expect(parseEvery('cron @daily UTC')).to.deep.equal({ kind: 'cron', expression: '@daily', timezone: 'UTC' });
    expect(formatEvery(CRON)).to.equal('cron 30 1 * * * Asia/Jakarta');
  });

  it('what is no such thing is refused with what to write instead', () => {
    for (const bad of [
      '',
      '0h',
      '401d',
      'daily',
      'cron',
      'cron 30 1 * * * Asia/Jakarta x',
      24,
      null,
      undefined,
      [],
      true,
    ])
      expect(parseEvery(bad), JSON.stringify(bad)).to.match(NOT_EVERY);
    expect(parseEvery(`cron ${'1,'.repeat(100)}1 1 * * * UTC`)).to.match(NOT_EVERY);
    expect(parseEvery('cron 30 1 * * *')).to.match(/the time zone is missing$/);
    expect(parseEvery({ cron: '30 1 * * *' })).to.match(/the time zone is missing$/);
    expect(parseEvery({ cron: '30 1 * * *', zone: 'UTC' })).to.match(/has the unknown key "zone"/);
    expect(parseEvery('cron 61 1 * * * UTC')).to.match(/cron expression of a different form .*: 61 1 \* \* \*$/);
    expect(parseEvery({ cron: '0 30 1 * * *', timezone: 'UTC' })).to.match(/cron expression of a different form/);
    expect(parseEvery('cron @reboot UTC')).to.match(/cron expression of a different form/);
    expect(parseEvery('cron 0 0 30 2 * UTC')).to.match(/never comes: 0 0 30 2 \*$/);
    for (const zone of ['Asia/Nowhere', '+07:00', 'UTC+7:00', '../etc', 7])
      expect(parseEvery({ cron: '30 1 * * *', timezone: zone }), String(zone)).to.match(
        /^must be the name of a time zone/,
      );
    expect(timezoneProblem('Europe/Warsaw')).to.equal(undefined);
  });

  it('each number of minutes up to 400 days is written so that it is read as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 576_000 }), minutes => {
        expect(parseDuration(formatDuration(minutes * 60_000))).to.equal(minutes * 60_000);
      }),
    );
  });
});
