import { setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import { QuestionTurns } from './question-turns.ts';

describe('the turns of questions in GraphQL', () => {
  it('let a client with one question go before the many that another has asked', async () => {
    const turns = new QuestionTurns(1);
    const answered: string[] = [];
    const ask = (client: string | undefined, name: string) =>
      turns.run(client, async () => {
        await tick();
        answered.push(name);
      });
    const many = Array.from({ length: 20 }, (_, at) => ask('many', `many ${at}`));
    const all = Promise.all([...many, ask('one', 'one')]);
    await all;
    expect(answered.indexOf('one')).to.equal(1);
    const own = answered.filter(name => name !== 'one');
    expect(own).to.deep.equal(many.map((_, at) => `many ${at}`));
  });

  it('give its place back when a question fails', async () => {
    const turns = new QuestionTurns(1);
    const failing = turns.run('a', async () => {
      throw new Error('no');
    });
    expect(await failing.catch((error: Error) => error.message)).to.equal('no');
    expect(await turns.run('a', async () => 'yes')).to.equal('yes');
  });
});
