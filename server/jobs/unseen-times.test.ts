import { expect } from 'chai';
import { DAY, HOUR, MINUTE } from '../../testing/freshness/contracts.ts';
import { describeOnAnyStore, runApp } from '../../testing/service/running-app.ts';
import { noteSeen, unseenTimes } from './unseen-times.ts';

describeOnAnyStore('the times in which the service was off', store => {
  it('are those between two looks that are more than ten minutes apart, the one too that lasts until now', async () => {
    await using app = await runApp(store);
    const start = Date.parse('2026-03-02T01:00:00Z');
    const at = (ms: number) => new Date(start + ms);
    const note = (ms: number) => noteSeen(app.history.em.fork(), at(ms));
    const unseen = async (ms: number) =>
      (await unseenTimes(app.history.em, at(ms))).map(({ from, until }) => [+from - start, +until - start]);
    expect(await unseen(0), 'a service that is new').to.deep.equal([]);
    for (const ms of [0, 10 * MINUTE, HOUR]) await note(ms);
    expect(await unseen(HOUR)).to.deep.equal([[10 * MINUTE, HOUR]]);
    expect(await unseen(2 * HOUR)).to.deep.equal([
      [10 * MINUTE, HOUR],
      [HOUR, 2 * HOUR],
    ]);
    // The clock jumps a year ahead, and is set right an hour later.
    await note(365 * DAY);
    await note(HOUR + MINUTE);
    expect(await unseen(HOUR + MINUTE)).to.deep.equal([[10 * MINUTE, HOUR]]);
    for (let day = 1; day <= 401; day++) await note(day * DAY);
    expect(await unseen(401 * DAY)).to.have.length(200);
  });
});
