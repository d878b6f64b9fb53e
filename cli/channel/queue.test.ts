import { expect } from 'chai';
import fc from 'fast-check';
import { type Link, Queue } from './queue.ts';

describe('Queue', () => {
  it('does what an array does, also when members leave from the middle, or leave again', () => {
    const step = fc.oneof(fc.constant('push' as const), fc.constant('shift' as const), fc.nat(20)); // the link to remove
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
        const queue = new Queue<number>();
        const links: Link<number>[] = [];
        let model: number[] = [];
        for (const step of steps) {
          if (step === 'push') {
            model.push(links.length);
            links.push(queue.push(links.length));
          } else if (step === 'shift') {
            expect(queue.shift()).to.equal(model.shift());
          } else if (links[step]) {
            queue.remove(links[step]);
            model = model.filter(member => member !== step);
          }
          expect(queue.length).to.equal(model.length);
        }
        expect([...queue.drain()]).to.deep.equal(model);
        expect(queue.length).to.equal(0);
      }),
    );
  });

  it('takes constant time for each member', function () {
    this.timeout(10_000); // takes tens of milliseconds; minutes if removing or shifting went through the others
    const queue = new Queue<number>();
    const links = Array.from({ length: 400_000 }, (_, member) => queue.push(member));
    for (const link of links.toReversed()) if (link.member % 2) queue.remove(link);
    while (queue.length > 0) queue.shift();
  });
});
