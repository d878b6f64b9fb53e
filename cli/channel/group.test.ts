import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { Channel } from './channel.ts';
import { Group } from './group.ts';
import { listenersOn, rejection, stateOf } from './testing.ts';

const untilAborted = (signal: AbortSignal) => new Channel<never>().receive({ signal }).then(() => {});

describe('Group', () => {
  it('waits until all tasks have ended', async () => {
    const group = new Group();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    group.go(() => first.promise);
    group.go(() => second.promise);
    const waiting = group.wait();
    first.resolve();
    expect(await stateOf(waiting)).to.equal('pending');
    second.resolve();
    expect(await stateOf(waiting)).to.equal('resolved');
    expect(group.signal.aborted).to.equal(false);
  });

  it('waits for tasks that tasks have started', async () => {
    const group = new Group();
    const ended: string[] = [];
    group.go(async () => {
      await setImmediate();
      group.go(async () => {
        await setImmediate();
        ended.push('inner');
      });
      ended.push('outer');
    });
    await group.wait();
    expect(ended).to.deep.equal(['outer', 'inner']);
  });

  it('has nothing to wait for without tasks', async () => new Group().wait());

  it('aborts the others with the first error, and throws that when all have ended', async () => {
    const group = new Group();
    const error = new Error('first');
    const cleanup = Promise.withResolvers<void>();
    group.go(() => Promise.reject(error));
    group.go(async signal => {
      await rejection(untilAborted(signal));
      expect(signal.reason).to.equal(error);
      await cleanup.promise;
      throw new Error('second');
    });
    const waiting = rejection(group.wait());
    expect(await stateOf(waiting)).to.equal('pending');
    expect(group.signal.reason).to.equal(error);
    cleanup.resolve();
    expect(await waiting).to.equal(error);
    expect(await rejection(group.wait()), 'again').to.equal(error);
  });

  it('takes an error thrown before the first await like any other', async () => {
    const group = new Group();
    const error = new Error('at once');
    group.go(() => {
      throw error;
    });
    expect(await rejection(group.wait())).to.equal(error);
  });

  it('fails for any value that a task throws, even undefined', async () => {
    const group = new Group();
    group.go(() => Promise.reject(undefined));
    expect(await rejection(group.wait())).to.have.property('name', 'AbortError');
  });

  it('leaves no rejection unhandled when wait() is called late', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const group = new Group();
      group.go(() => Promise.reject(new Error('early')));
      for (let turn = 0; turn < 5; turn++) await setImmediate();
      expect(await rejection(group.wait())).to.have.property('message', 'early');
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  describe('with an outer signal', () => {
    it('aborts along with it, and throws its reason', async () => {
      const outer = new AbortController();
      const group = new Group(outer);
      group.go(untilAborted);
      outer.abort('Ctrl-C');
      expect(group.signal.reason).to.equal('Ctrl-C');
      expect(await rejection(group.wait())).to.equal('Ctrl-C');
    });

    it('throws its reason rather than what the tasks made of it', async () => {
      const outer = new AbortController();
      const group = new Group(outer);
      group.go(async signal => {
        await rejection(untilAborted(signal));
        throw new Error('cancelled halfway');
      });
      outer.abort('Ctrl-C');
      expect(await rejection(group.wait())).to.equal('Ctrl-C');
    });

    it('starts out aborted if that is', async () => {
      const group = new Group({ signal: AbortSignal.abort('early') });
      group.go(async signal => signal.throwIfAborted());
      expect(await rejection(group.wait())).to.equal('early');
    });

    it('succeeds if all tasks succeed nevertheless', async () => {
      const outer = new AbortController();
      const group = new Group(outer);
      group.go(async () => outer.abort('late'));
      await group.wait();
      expect(group.signal.aborted).to.equal(true);
    });

    it('does not abort it, and leaves no listener there', async () => {
      const outer = new AbortController();
      const [succeeding, failing] = [new Group(outer), new Group(outer)];
      const channel = new Channel<string>();
      succeeding.go(signal => channel.send('a', { signal }));
      succeeding.go(async signal => void (await channel.receive({ signal })));
      await succeeding.wait();
      failing.go(untilAborted);
      failing.go(() => Promise.reject(new Error('bad')));
      await rejection(failing.wait());
      for (const signal of [outer.signal, succeeding.signal, failing.signal]) expect(listenersOn(signal)).to.equal(0);
      expect(outer.signal.aborted).to.equal(false);
    });
  });
});
