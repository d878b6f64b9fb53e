import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { scheduleScrub } from './schedule.ts';
import type { ScrubKind } from './scrub.ts';

describe('the schedule of the scrub', () => {
  /** @param looks what each look finds: whether anything is due, or an error */
  async function run(looks: Array<boolean | Error>): Promise<{ started: ScrubKind[]; log: string[] }> {
    const started: ScrubKind[] = [];
    const log: string[] = [];
    const over = Promise.withResolvers<void>();
    const scrub = {
      async isDue() {
        const found = looks.shift() ?? false;
        if (looks.length === 0) over.resolve();
        if (found instanceof Error) throw found;
        return found;
      },
      start: (kind: ScrubKind) => started.push(kind) > 0,
    };
    const stop = scheduleScrub({
      scrub,
      log: pino({}, { write: line => void log.push(line) }),
      firstMs: 1,
      everyMs: 5,
    });
    const alive = setTimeout(() => {}, 5_000);
    await over.promise;
    stop();
    await sleep(20);
    clearTimeout(alive);
    return { started, log };
  }

  it('starts a scrub only when a file is due', async () => {
    expect(await run([false, true, false, true, false])).to.deep.equal({
      started: ['scheduled', 'scheduled'],
      log: [],
    });
  });

  it('goes on after a search that failed, and logs that', async () => {
    const { started, log } = await run([new Error('no history'), true, false]);
    expect(started).to.deep.equal(['scheduled']);
    expect(log).to.have.length(1);
    expect(log[0]).to.contain('no history');
  });

  it('does not search any more once it was stopped', async () => {
    let looked = 0;
    const scrub = { isDue: async () => looked++ < 0, start: () => true };
    scheduleScrub({ scrub, log: pino({ enabled: false }), firstMs: 1, everyMs: 1 })();
    await sleep(20);
    expect(looked).to.equal(0);
  });
});
