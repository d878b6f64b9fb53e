// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what databases.json holds
import { expect } from 'chai';
import fc from 'fast-check';
import { interpolateEnv } from './interpolate-env.ts';

const never = (position: string, name: string) => expect.fail(`${name} is missing at ${position}`);

describe('placeholders', () => {
  it('puts the environment in place of ${NAME}, in every string at any depth', () => {
    const value = [{ a: '${USER}', b: ['x-${HOST}-${HOST}', 5, null, true], c: { d: '${USER}@${HOST}' } }];
    expect(interpolateEnv(value, { USER: 'ani', HOST: 'db1' }, never)).to.deep.equal([
      { a: 'ani', b: ['x-db1-db1', 5, null, true], c: { d: 'ani@db1' } },
    ]);
  });

  it('tells the position and the name of each variable that is not set', () => {
    const missing: string[] = [];
    interpolateEnv([{ a: 'x' }, { db_password: '${A}${B}', list: ['${A}'] }], { B: 'b' }, (position, name) =>
      missing.push(`${position} ${name}`),
    );
    expect(missing).to.deep.equal(['[1].db_password A', '[1].list[0] A']);
  });

  it('uses a variable that is set but empty as an empty string', () =>
    expect(interpolateEnv('${EMPTY}', { EMPTY: '' }, never)).to.equal(''));

  it('writes a plain ${ for $${', () => {
    expect(interpolateEnv('$${NAME}', { NAME: 'x' }, never)).to.equal('${NAME}');
    expect(interpolateEnv('$$${NAME}', { NAME: 'x' }, never)).to.equal('$${NAME}');
    expect(interpolateEnv('$${A}${NAME}', { NAME: 'x' }, never)).to.equal('${A}x');
  });

  it('does not fill what it has filled in', () =>
    expect(interpolateEnv('${A}', { A: '${B}$${C}', B: 'b' }, never)).to.equal('${B}$${C}'));

  it('leaves every text without ${ as it is, and the value itself too', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        fc.pre(!JSON.stringify(value).includes('${'));
        const before = JSON.stringify(value);
        expect(JSON.stringify(interpolateEnv(value, {}, never))).to.equal(before);
        expect(JSON.stringify(value)).to.equal(before);
      }),
    );
  });

  it('leaves dollars and braces alone that are no placeholder', () => {
    for (const text of ['$', '$5', '${', '${}', '${a b}', '{NAME}', '$NAME', 'pa$$word'])
      expect(interpolateEnv(text, { NAME: 'x' }, never), text).to.equal(text);
  });

  it('gives any text back that was written with $${ for ${', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$', '{', '}', 'A', '${A}')), pieces => {
        const text = pieces.join('');
        fc.pre(!text.includes('$${')); // "$" before "${" can't be told from the escape
        expect(
          interpolateEnv(
            text.replaceAll('${', () => '$${'),
            { A: 'filled' },
            never,
          ),
        ).to.equal(text);
      }),
    );
  });
});
