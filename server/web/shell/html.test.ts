import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { escapeHtml, html } from './html.ts';

/** Reads HTML as a browser does, as far as that matters here. @returns the tags with their attributes, and the texts */
function elementsOf(text: string): Array<{ tag: string; attributes: Record<string, string> } | string> {
  const found: Array<{ tag: string; attributes: Record<string, string> } | string> = [];
  for (const [, tag, rest, content] of text.matchAll(/<([^\s>]+)((?:"[^"]*"|[^">])*)>|([^<]+)/g))
    if (tag === undefined) found.push(unescaped(content!));
    else {
      const attributes = [...rest!.matchAll(/\s+([^\s=>"]+)="([^"]*)"/g)].map(([, name, value]) => [
        name,
        unescaped(value!),
      ]);
      found.push({ tag, attributes: Object.fromEntries(attributes) });
    }
  return found;
}

function unescaped(text: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`', amp: '&' };
  return text.replace(/&(lt|gt|quot|#39|#96|amp);/g, (_, name) => characters[name]!);
}

/** What a stranger would try, and anything else. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '" onload="x',
    "' onload='x",
    '</p><p>',
    '<!--',
    '-->',
    '&lt;',
    '&#60;',
    '`',
    '\0<',
  ),
  fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '`', '&', '=', ' ', '/', 'a', '\n'), maxLength: 20 }),
);

describe('html', () => {
  it('escapes what is inserted between elements and in attributes', () => {
    const name = '<b>"A" & \'B\'`';
    expect(html`<p title="${name}">${name}</p>`.text).to.equal(
      '<p title="&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&#96;">&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&#96;</p>',
    );
    expect(escapeHtml('<>&"\'`')).to.equal('&lt;&gt;&amp;&quot;&#39;&#96;');
  });

  it('inserts what it has made itself as it is, and lists of that', () => {
    const rows = ['<a>', 'b'].map(name => html`<li>${name}</li>`);
    expect(html`<ul>${rows}</ul>`.text).to.equal('<ul><li>&lt;a&gt;</li><li>b</li></ul>');
    expect(html`<p>${[html`<b>${1}</b>`, ' & ', [2]]}</p>`.text).to.equal('<p><b>1</b> &amp; 2</p>');
  });

  it('inserts nothing for undefined, null and false, and 0 for 0', () => {
    expect(html`<p>${undefined}${null}${false}${0}</p>`.text).to.equal('<p>0</p>');
    const isOn = false as boolean;
    expect(html`<input name="a"${isOn && html` checked`}>`.text).to.equal('<input name="a">');
    expect(html`<input name="a"${!isOn && html` checked`}>`.text).to.equal('<input name="a" checked>');
  });

  it('never lets a text make an element, or leave its attribute', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (a, b, c) => {
        const made = html`<p title="${a}" class="x ${b}">${c}</p>`.text;
        const expected = [
          { tag: 'p', attributes: { title: a, class: `x ${b}` } },
          ...(c === '' ? [] : [c]),
          { tag: '/p', attributes: {} },
        ];
        expect(elementsOf(made)).to.deep.equal(expected);
      }),
    );
  });

  it('makes an address of nothing that runs a script', () => {
    for (const address of ['javascript:alert(1)', ' javascript:x', 'JAVASCRIPT:x', 'data:text/html,x', 'x', ''])
      expect(html`<a href="${address}">x</a>`.text, address).to.equal('<a href="#">x</a>');
    for (const address of ['/-/ui', '#main', '?page=2', 'https://x.example/'])
      expect(html`<a href="${address}">x</a>`.text).to.equal(`<a href="${address}">x</a>`);
    fc.assert(
      fc.property(hostile, text => {
        const [link] = elementsOf(html`<a href="${`javascript:${text}`}">x</a>`.text);
        expect(link).to.deep.equal({ tag: 'a', attributes: { href: '#' } });
      }),
      { numRuns: 20 },
    );
  });

  it('is all that makes HTML: no other code of the dashboard does, nor writes a script or a style into a page', () => {
    const folder = join(import.meta.dirname, '..');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
      /(?<!\.test)\.ts$/.test(name),
    );
    expect(files.length).to.be.above(40);
    for (const name of files) {
      const code = readFileSync(join(folder, name), 'utf8');
      if (name !== 'shell/html.ts') expect(code, name).to.not.match(/new Html\b|\bas Html\b|\.text = /);
      expect(code, name).to.not.match(/<style|<script(?! type="module" src=)|\sstyle="|\son\w+="/);
    }
  });

  it('refuses a place in which a text could not be made safe', () => {
    const x = 'x';
    for (const make of [
      () => html`<${x}>`,
      () => html`<p ${x}>`,
      () => html`<p title=${x}>`,
      () => html`<p title='${x}'>`,
      () => html`<p onclick="${x}">`,
      () => html`<p style="${x}">`,
      () => html`<script>${x}</script>`,
      () => html`<script type="module">${x}</script>`,
      () => html`<style>${x}</style>`,
      () => html`<!-- ${x} -->`,
      () => html`<p title="${html`<b>`}">`,
    ])
      expect(make, make.toString()).to.throw();
    expect(html`<script src="/a.js"></script>${x}`.text).to.equal('<script src="/a.js"></script>x');
  });
});
