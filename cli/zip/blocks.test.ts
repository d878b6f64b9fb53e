import { expect } from 'chai';
import { BLOCK, giveBack, keepBlock, takeBlock } from './blocks.ts';

describe('zip-blocks', () => {
  it('gives a block out again, whole, once it was given back, even if only in part', () => {
    const block = takeBlock();
    expect(block).to.have.length(BLOCK);
    giveBack(block.subarray(0, 7));
    const again = takeBlock();
    expect(again.buffer).to.equal(block.buffer);
    expect(again).to.have.length(BLOCK);
    giveBack(again);
  });

  it('never gives the same block to two, also when it is given back twice', () => {
    const block = takeBlock();
    giveBack(block);
    giveBack(block);
    const taken = Array.from({ length: 40 }, takeBlock);
    expect(new Set(taken.map(({ buffer }) => buffer)).size).to.equal(40);
    for (const one of taken) giveBack(one);
  });

  it('gives a block out again only when all who wait for it have given it back', () => {
    const block = takeBlock();
    keepBlock(block);
    giveBack(block);
    const taken = Array.from({ length: 40 }, takeBlock);
    expect(taken.some(({ buffer }) => buffer === block.buffer)).to.equal(false);
    giveBack(block);
    expect(takeBlock().buffer).to.equal(block.buffer);
    for (const one of [...taken, block]) giveBack(one);
  });

  it('leaves alone what it has not given out', () => {
    const foreign = Buffer.allocUnsafeSlow(BLOCK);
    giveBack(foreign);
    const taken = Array.from({ length: 40 }, takeBlock);
    expect(taken.some(({ buffer }) => buffer === foreign.buffer)).to.equal(false);
    for (const one of taken) giveBack(one);
  });
});
