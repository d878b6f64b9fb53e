import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ADVICE, adviceInWords } from './advice-in-words.ts';

const ALARMS = new URL('../../../alarms/', import.meta.url);

describe('what to do about an alarm, in words', () => {
  const said = (advice: string, language: 'en' | 'id' = 'id') => adviceInWords({ language }, advice).text;

  it('is Indonesian on an Indonesian page, with the same hosts, names and commands', () => {
    expect(said('Back it up now on web-2: sade backup --only pt_xyz')).to.equal(
      'Cadangkan sekarang di web-2: sade backup --only pt_xyz',
    );
    expect(
      said(
        "See what was lost, and which backup still has it, with a token of the role read: sade show 33. If it was removed on purpose, with a token of the role operator: sade accept 33 --reason 'why'",
      ),
    ).to.match(
      /^Lihat apa yang hilang, dan cadangan mana yang masih memilikinya, dengan token berperan read: sade show 33\. Jika memang dihapus dengan sengaja, dengan token berperan operator: sade accept 33 --reason &#39;why&#39;$/,
    );
    expect(said('Back it up now on web-2: sade backup --only pt_xyz', 'en')).to.contain('lang="en">Back it up now');
  });

  it('leaves what sade wrote, and what it does not know, in English, and escapes both', () => {
    expect(said('On web2: Start <it>. Then run: sade backup')).to.equal(
      'Di web2: <span lang="en">Start &lt;it&gt;.</span> Lalu ulangi: sade backup',
    );
    expect(said('Ask <someone>')).to.equal('<span lang="en">Ask &lt;someone&gt;</span>');
  });

  it('knows the words of the conditions as they are: an advice that changes changes here, too', () => {
    const folders = ['conditions/', 'service-conditions/'].map(name => new URL(name, ALARMS));
    const sources = folders
      .flatMap(folder => readdirSync(folder).map(name => readFileSync(new URL(name, folder), 'utf8')))
      .join('\n');
    // The host stands in a part of its own.
    for (const [english] of ADVICE)
      for (const part of english.split(/ on \{source\}|\{\w+\}/)) expect(sources, english).to.contain(part);
  });
});
