import { expect } from 'chai';
import { camelCased, snakeCased } from './snake-case.ts';

describe('snake case', () => {
  const value = {
    startedAt: new Date('2026-01-01T01:30:00.5Z'),
    outcomes: [
      { dumpBytes: 1, sha256: 'ab', failure: { keptAt: '/work/someFile' }, loss: { reference: { file_name: 'x' } } },
    ],
    notDone: ['aB'],
    none: null,
  };
  const snake = {
    started_at: '2026-01-01T01:30:00.500Z',
    outcomes: [
      { dump_bytes: 1, sha256: 'ab', failure: { kept_at: '/work/someFile' }, loss: { reference: { file_name: 'x' } } },
    ],
    not_done: ['aB'],
    none: null,
  };

  it('is what all keys are in, at any depth, and no value', () => {
    expect(snakeCased(value)).to.deep.equal(snake);
    expect(snakeCased(snake), 'what is so already').to.deep.equal(snake);
  });

  it('is taken back for keys that had none before', () => {
    const { outcomes: _, ...rest } = snake;
    expect(camelCased(rest)).to.deep.equal({ startedAt: snake.started_at, notDone: ['aB'], none: null });
  });
});
