import { expect } from 'chai';
import { roomNotKnown } from '../preflight/room-check.ts';
import type { PlannedRestore } from './planned-restore.ts';
import { warningsOfAll } from './room-for-all.ts';

describe('the room of several restores', () => {
  const planned = (label: string, neededBytes: number, address: string) =>
    ({
      preparing: { label },
      prepared: {
        preflight: { room: { neededBytes } },
        plan: { target: { address }, warnings: ['old', roomNotKnown(neededBytes, 'the dump has')] },
      },
    }) as unknown as PlannedRestore;

  it('is added up for each server whose disk is not known', () => {
    const all = [planned('a', 1024, 'db1'), planned('b', 2048, 'db1'), planned('c', 4096, 'db2')];
    const sum = 'how much room the disk of the server has is not known; these dumps have together 3.0 KiB';
    const alone = 'how much room the disk of the server has is not known; the dump has 4.0 KiB';
    expect(warningsOfAll(all).filter(([, text]) => text !== 'old')).to.deep.equal([
      ['a', sum],
      ['b', sum],
      ['c', alone],
    ]);
  });
});
