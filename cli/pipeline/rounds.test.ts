import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { DatabaseSource } from '../config/databases.ts';
import type { FinishedJob, PostponedJob, WaitingUpload } from './jobs.ts';
import { Rounds } from './rounds.ts';

const never = new AbortController().signal;

describe('rounds', () => {
  const roundsOf = (labels: string[], pendingUploads = 0, signal = never) => {
    const sources = labels.map(label => ({ label }) as DatabaseSource);
    async function* first() {
      yield* sources;
    }
    const rounds = new Rounds(first(), pendingUploads);
    const given: string[] = [];
    const all = (async () => {
      for await (const { label } of rounds.sources(signal)) given.push(label);
      given.push('all');
    })();
    const soon = async () => {
      await Promise.race([all, sleep(20)]);
      return given;
    };
    return { rounds, soon, all };
  };
  const ended = (database: string) => ({ kind: 'finished', outcome: { database } }) as FinishedJob;
  const postponed = (label: string) => ({ kind: 'postponed', source: { label } }) as PostponedJob;

  it('gives each database out once where the disk has room for all', async () => {
    const { rounds, soon } = roundsOf(['a', 'b']);
    expect(await soon()).to.deep.equal(['a', 'b']);
    expect(rounds.isEnd(ended('a'))).to.equal(true);
    rounds.isEnd({ kind: 'waiting' } as WaitingUpload);
    expect(await soon()).to.deep.equal(['a', 'b', 'all']);
  });

  it('gives databases that lacked room out again, each when all others have ended', async () => {
    const { rounds, soon } = roundsOf(['a', 'b', 'c'], 1);
    await soon();
    expect(rounds.isEnd(postponed('b'))).to.equal(false);
    expect(rounds.isEnd(postponed('a'))).to.equal(false);
    rounds.isEnd(ended('c'));
    expect(await soon(), 'what an earlier run has left is not delivered yet').to.deep.equal(['a', 'b', 'c']);
    rounds.isEnd(ended('left'));
    expect(await soon()).to.deep.equal(['a', 'b', 'c', 'b']);
    rounds.isEnd(ended('b'));
    expect(await soon()).to.deep.equal(['a', 'b', 'c', 'b', 'a']);
    rounds.isEnd(ended('a'));
    expect(await soon()).to.deep.equal(['a', 'b', 'c', 'b', 'a', 'all']);
  });

  it('ends where there is nothing to do, and when aborted', async () => {
    expect(await roundsOf([]).soon()).to.deep.equal(['all']);
    const stop = new AbortController();
    const { all, soon } = roundsOf(['a'], 0, stop.signal);
    expect(await soon()).to.deep.equal(['a']);
    stop.abort('stop');
    expect(await all.catch(error => error)).to.equal('stop');
  });
});
