import { expect } from 'chai';
import fc from 'fast-check';
import { redactor } from './redactor.ts';

const AWKWARD = `p"a's\\s$&w(ö)*[x]^|rd ü🐄%`;

/** A secret as this or that program would write it. */
const FORMS: Record<string, (secret: string) => string> = {
  plain: secret => secret,
  JSON: secret => JSON.stringify(secret).slice(1, -1),
  'an address': secret => encodeURIComponent(secret),
  'a form': secret => new URLSearchParams([['', secret]]).toString().slice(1),
  base64: secret => Buffer.from(secret).toString('base64'),
  base64url: secret => Buffer.from(secret).toString('base64url'),
  hexadecimal: secret => Buffer.from(secret).toString('hex'),
  'hexadecimal in capitals': secret => Buffer.from(secret).toString('hex').toUpperCase(),
  'SQL with backslashes': secret => secret.replace(/['"\\]/g, '\\$&'),
  'SQL with doubled quotes': secret => secret.replaceAll("'", "''"),
};

describe('redactor', () => {
  for (const [form, write] of Object.entries(FORMS))
    it(`takes a secret out that is written as in ${form}`, () => {
      const said = redactor([AWKWARD]).text(`denied (using ${write(AWKWARD)}), try again with ${write(AWKWARD)}!`);
      expect(said).to.contain('denied (using ***').and.contain('try again with ***');
      expect(said).not.to.contain(write(AWKWARD));
      expect(said.length).to.be.below('denied (using ***), try again with ***!'.length + 5);
    });

  it('takes any secret out of any text, wherever it stands', () => {
    const secret = fc.string({ minLength: 4, maxLength: 12, unit: fc.constantFrom(...'ab"\\*$/%ö.') });
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.string(),
        fc.string(),
        (secrets, before, after) => {
          const { text } = redactor(secrets);
          for (const each of secrets)
            for (const write of Object.values(FORMS)) {
              const redacted = text(`${before}${write(each)}${after}`);
              for (const left of [write(each), ...secrets]) expect(redacted.includes(left), redacted).to.equal(false);
            }
        },
      ),
    );
  });

  it('leaves valid JSON behind, with nothing of a secret in it', () => {
    const secret = fc.string({ minLength: 4, maxLength: 8, unit: fc.constantFrom(...'1230"\\e{}') });
    fc.assert(
      fc.property(secret, fc.integer(), (secret, number) => {
        const given = { said: `x${secret}y`, [secret]: [number, { deep: secret }], count: Number.parseInt(secret, 10) };
        const json = JSON.stringify(redactor([secret]).value(given));
        const texts = [...json.matchAll(/"((?:[^"\\]|\\.)*)"|-?\d[\de.+-]*/g)].map(([found]) => JSON.parse(found));
        for (const text of texts) expect(String(text).includes(secret), json).to.equal(false);
      }),
    );
  });

  it('makes a text of a number that is a secret, and of a date', () => {
    const { value } = redactor(['20260101']);
    expect(
      value({ bytes: 20260101, more: 7, at: new Date('2026-01-01T00:00:00Z'), none: null, yes: true }),
    ).to.deep.equal({ bytes: '***', more: 7, at: '2026-01-01T00:00:00.000Z', none: null, yes: true });
  });

  it('takes the longer one of two secrets out whole', () => {
    expect(redactor(['geheim', 'geheimnis']).text('das geheimnis')).to.equal('das ***');
  });

  it('leaves no secret that the mask forms with the text beside it', () => {
    expect(redactor(['****', 'a***']).text('x a**** y')).not.to.match(/\*{4}|a\*{3}/);
  });

  it('takes the user out of an address, known or not', () => {
    const { text } = redactor([]);
    expect(text('mysql://root:p@ss!word@db:3306/x and http://token@h/')).to.equal(
      'mysql://***@db:3306/x and http://***@h/',
    );
    expect(text("https://h/a@b, 'lumbung'@'%'")).to.equal("https://h/a@b, 'lumbung'@'%'");
  });

  it('leaves texts readable where a secret is shorter than four characters', () => {
    expect(redactor(['a', '', 'abc']).text('a bad cab, abc')).to.equal('a bad cab, abc');
  });
});
