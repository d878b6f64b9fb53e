import { expect } from 'chai';
import { OwnClock } from '../../testing/fast-clock.ts';
import { ExplainedError } from '../errors.ts';
import { TimeBudget } from './time-budget.ts';

const never = new AbortController().signal;
/** Work that ends when it is told to. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
/** By the clock of the budget. */
const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

describe('time-budget', () => {
  let clock: OwnClock;
  beforeEach(() => {
    clock = new OwnClock();
  });
  afterEach(() => clock[Symbol.dispose]());

  it('hands on what the work returns and throws', async () => {
    const budget = new TimeBudget(1000);
    expect(await budget.within(never, async () => 5)).to.equal(5);
    const error = new Error('own');
    expect(await budget.within(never, () => Promise.reject(error)).catch(error => error)).to.equal(error);
  });

  it('aborts the work when the time is over, with a reason that says what to do', async () => {
    const error = await new TimeBudget(30).within(never, untilAborted).catch(error => error);
    expect(error).to.be.instanceOf(ExplainedError);
    expect(error.advice).to.contain('database server').and.contain('--timeout');
  });

  it('says what to do about the work that the time was over in', async () => {
    const budget = new TimeBudget(30);
    await budget.within(never, async () => {});
    const error = await budget.within(never, untilAborted, 'Check the upload.').catch(error => error);
    expect(error.advice).to.equal('Check the upload.');
  });

  it('is one for all stages together, and does not run between them', async () => {
    const budget = new TimeBudget(400);
    await budget.within(never, () => sleep(250));
    await sleep(300);
    await budget.within(never, async signal => {
      await sleep(20);
      expect(signal.aborted, 'the waiting must not count').to.equal(false);
    });
    const started = performance.now();
    expect(await budget.within(never, untilAborted).catch(error => error)).to.be.instanceOf(ExplainedError);
    expect(performance.now() - started, 'what was used before counts').to.be.below(300);
    expect(await budget.within(never, untilAborted).catch(error => error), 'it stays over').to.be.instanceOf(
      ExplainedError,
    );
  });

  describe('of two that work side by side', () => {
    it('counts their time once', async () => {
      const budget = new TimeBudget(700);
      await Promise.all([budget.within(never, () => sleep(400)), budget.within(never, () => sleep(400))]);
      await budget.within(never, async signal => {
        await sleep(50);
        expect(signal.aborted, 'twice 400 ms have been counted').to.equal(false);
      });
    });

    it('counts on as long as one of them works', async () => {
      const budget = new TimeBudget(300);
      const long = budget.within(never, untilAborted).catch(error => error);
      await budget.within(never, () => sleep(50));
      await budget.within(never, () => Promise.reject(new Error())).catch(() => {});
      const started = performance.now();
      expect(await long).to.be.instanceOf(ExplainedError);
      expect(performance.now() - started).to.be.within(100, 2000);
    });

    it('tells both the same, and that it is over', async () => {
      const budget = new TimeBudget(50);
      expect(budget.isOver).to.equal(false);
      const [one, other] = await Promise.all(
        [1, 2].map(() => budget.within(never, untilAborted).catch(error => error)),
      );
      expect(one).to.be.instanceOf(ExplainedError);
      expect(other).to.equal(one);
      expect(budget.isOver).to.equal(true);
    });

    it('is not over because one of them was aborted from outside', async () => {
      const budget = new TimeBudget(10_000);
      expect(await budget.within(AbortSignal.abort('stop'), untilAborted).catch(error => error)).to.equal('stop');
      expect(budget.isOver).to.equal(false);
    });
  });

  it('hands an abort from outside on, with its own reason', async () => {
    const outer = new AbortController();
    const work = new TimeBudget(10_000).within(outer.signal, untilAborted).catch(error => error);
    outer.abort('stop');
    expect(await work).to.equal('stop');
    expect(await new TimeBudget(10_000).within(outer.signal, untilAborted).catch(error => error)).to.equal('stop');
  });

  it('leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
    await sleep(1); // mocha sets its own
    const before = timers();
    await new TimeBudget(1_000_000).within(never, async () => {});
    await new TimeBudget(1_000_000).within(never, () => Promise.reject(new Error())).catch(() => {});
    expect(timers()).to.equal(before);
  });
});
