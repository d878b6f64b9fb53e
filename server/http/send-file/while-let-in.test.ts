import { expect } from 'chai';
import { whileLetIn } from './while-let-in.ts';

describe('the pieces of a long answer', () => {
  async function* pieces() {
    for (const text of ['a', 'b', 'c']) yield Buffer.from(text);
  }
  const sent = async (isShutOut: () => Promise<boolean>, everyMs = 0) => {
    let text = '';
    try {
      for await (const piece of whileLetIn(pieces(), isShutOut, everyMs)) text += piece;
    } catch (error) {
      text += ` ${(error as { status?: number }).status}`;
    }
    return text;
  };

  it('end where its reader is shut out, and go on where that is not known', async () => {
    let looks = 0;
    expect(await sent(async () => ++looks === 2)).to.equal('a 401');
    expect(await sent(() => Promise.reject(new Error('the history is away')))).to.equal('abc');
  });

  it('ask no more often than from time to time', async () => {
    expect(await sent(async () => true, 60_000)).to.equal('abc');
  });
});
