import { expect } from 'chai';
import type { Contestant } from '../case.ts';
import { type RoundsOptions, runRounds, WrongOutput } from './rounds.ts';

describe('runRounds', () => {
  const options: RoundsOptions = {
    rounds: 2,
    signal: new AbortController().signal,
    settle: async () => {},
    onRun: () => {},
  };
  const contestant = (name: string, wallSeconds: readonly number[], check = async () => 5): Contestant => {
    const left = [...wallSeconds];
    const run = async () => ({ wallSeconds: left.shift()!, cpuSeconds: 1, peakBytes: undefined });
    return { name, role: 'peer', run, check };
  };

  it('runs all of them before any of them again, every second time the other way round', async () => {
    const order: string[] = [];
    const onRun = ({ name }: Contestant, round: number) => void order.push(`${name}${round}`);
    await runRounds([contestant('a', [1, 1]), contestant('b', [1, 1])], { ...options, onRun });
    expect(order).to.deep.equal(['a1', 'b1', 'b2', 'a2']);
  });

  it('compares what ran in the same round', async () => {
    const results = await runRounds([contestant('a', [1, 10]), contestant('b', [2, 20])], options);
    expect(results.ratio('b', 'a')).to.equal(2);
    expect(results.speed('a', 'b')).to.equal(2);
    expect(results.of('b')!.wallSeconds).to.deep.equal({ median: 11, min: 2, max: 20 });
    expect(results.ratio('absent', 'a')).to.equal(undefined);
  });

  it('stops at an output that is wrong', async () => {
    const spoiled = contestant('b', [1, 1], async () => {
      throw new Error('half of it is missing');
    });
    const failure = await runRounds([spoiled], options).catch(error => error);
    expect(failure).to.be.instanceOf(WrongOutput);
    expect(failure.message).to.equal('what b made is wrong: half of it is missing');
  });
});
