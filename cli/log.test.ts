import { expect } from 'chai';
import { hideInLog, isLogOpen, log, logged, openLog } from './log.ts';

describe('the log of sade', () => {
  let lines: string[];
  const write = (line: string) => void lines.push(line.replace(/^\S+ /, ''));
  beforeEach(() => {
    lines = [];
  });
  afterEach(() => openLog(undefined, () => {}));

  it('writes a line for an event, with time in UTC, level and database', () => {
    const whole: string[] = [];
    openLog('debug', line => whole.push(line));
    log.debug('is connected', { database: 'pt_xyz', server: 'db:3306', tls: true, why: undefined });
    expect(whole.join('')).to.match(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z debug pt_xyz is connected server=db:3306 tls=true\n$/,
    );
  });

  it('writes what is at least as severe as its level, and nothing while it is closed', () => {
    log.error('lost');
    expect(isLogOpen()).to.equal(false);
    openLog('warn', write);
    for (const level of ['error', 'warn', 'info', 'debug', 'trace'] as const) log[level](level);
    expect(lines).to.deep.equal(['error - error\n', 'warn  - warn\n']);
  });

  it('keeps an event on its line, and cuts what is long', () => {
    openLog('info', write);
    log.info('said', {
      database: 'a b',
      text: 'one\ntwo "three"\u202e',
      error: new Error('x'.repeat(5000)),
      list: ['a'],
    });
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^info {2}"a b" said text="one\\ntwo \\"three\\"\\u202e" error="x{2000} …" list=\["a"\]\n$/,
    );
  });

  it('hides secrets in each form, in names, lists and errors too', () => {
    openLog('info', write);
    hideInLog(['s3cr3t"word', 'geheim']);
    log.info('args', {
      args: ['--password=s3cr3t"word'],
      error: new Error('no geheim'),
      hex: Buffer.from('geheim').toString('hex'),
    });
    log.info('of geheim', { database: 'geheim' });
    expect(lines.join('')).not.to.match(/geheim|s3cr3t|67656865696d/);
    expect(lines[0]).to.contain('--password=***').and.contain('"no ***"');
  });

  it('logs how a piece of work begins and ends, well or not', async () => {
    openLog('info', write);
    expect(
      await logged(
        'zip',
        { database: 'd' },
        async () => 5,
        bytes => ({ bytes }),
      ),
    ).to.equal(5);
    const failing = logged(
      'zip',
      { database: 'd' },
      () => Promise.reject(new Error('no room')),
      () => ({}),
    );
    expect(await failing.catch(error => error.message)).to.equal('no room');
    expect(lines.map(line => line.replace(/ms=\d+/, 'ms=1'))).to.deep.equal([
      'info  d zip begins\n',
      'info  d zip ends ms=1 bytes=5\n',
      'info  d zip begins\n',
      'warn  d zip fails ms=1 error="no room"\n',
    ]);
  });
});
