import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildSchema, type GraphQLField, getNamedType, isLeafType, isObjectType, isRequiredArgument } from 'graphql';
import { DATABASES } from '../../testing/dashboard/clients.ts';
import { type Morning, startMorning } from '../../testing/dashboard/mornings.ts';
import { BrowserHere } from '../../testing/service/browser-here.ts';
import { request } from '../../testing/service/requests.ts';
import { bearer, createToken } from '../../testing/service/tokens.ts';

const OWN = 'toko_kopi';
const others = DATABASES.filter(({ client }) => client !== OWN);
/** Names of databases and of their groups, which are the names of clients. */
const SECRETS = [...new Set(others.flatMap(({ name, client }) => [name, client]))];

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8'));
/** What an argument gets that must be there. */
const ARGUMENTS: Readonly<Record<string, string>> = { name: '"kopi_kasir"', id: '"ID"', field: 'TAKEN_AT' };
/** How many types a way passes: with two more it takes ten times as long, and finds the same. */
const DEEPEST = 3;

describe('a token of one client, on a bad morning of a fleet of five', function () {
  this.timeout(120_000);
  let morning: Morning;
  let ownId: number;
  const tokens: Record<string, string> = {};
  before(async () => {
    morning = await startMorning('bad');
    for (const role of ['read', 'operator'] as const)
      tokens[role] = await createToken(morning.env, { name: role, role, scope: ['kopi_*'] });
    tokens.admin = morning.token;
    ownId = morning.stored.get('kopi_kasir')!.backupId;
  });
  after(() => morning[Symbol.asyncDispose]());

  const secretsIn = (text: string) => SECRETS.filter(secret => new RegExp(`(?<!\\w)${secret}(?!\\w)`).test(text));
  const ask = async (caller: string, question: string) => {
    const headers = { ...bearer(tokens[caller]!), 'content-type': 'application/json' };
    const body = JSON.stringify({ query: question.replaceAll('"ID"', `"${ownId}"`) });
    return (await request(`${morning.url}/graphql`, { method: 'POST', headers, body })).text;
  };

  it('finds no other client in any field of GraphQL, by any way that leads to it', async () => {
    const questions = Object.values(schema.getQueryType()!.getFields())
      .filter(({ name }) => name !== 'auditEntries' && name !== 'tokens')
      .flatMap(field => waysBelow(field, []));
    expect(questions.length).to.be.above(60);
    let seenByAdmin = 0;
    for (const selection of questions) {
      const question = `{ ${selection} }`;
      const text = await ask('read', question);
      expect(secretsIn(text), `${question}: ${text.slice(0, 500)}`).to.deep.equal([]);
      if (/"errors"/.test(text)) expect(text, question).to.match(/"data":\{/);
    }
    for (const selection of questions.slice(0, 20))
      if (secretsIn(await ask('admin', `{ ${selection} }`)).length > 0) seenByAdmin += 1;
    expect(seenByAdmin).to.be.above(3);
  });

  it('finds no other client on any page of the dashboard that it can reach', async () => {
    const browser = new BrowserHere(morning.url);
    await browser.signIn(tokens.operator!);
    const pages = new Set(['/-/ui']);
    /** How many pages of one kind were found: there is one for each backup. */
    const kinds = new Map<string, number>();
    for (const path of pages) {
      const { status, text } = await browser.get(path);
      expect(secretsIn(text), path).to.deep.equal([]);
      expect(status, path).to.equal(200);
      for (const [, href] of text.matchAll(/href="(\/-\/ui[^"#]*)/g)) {
        const link = href!.replaceAll('&amp;', '&');
        const kind = link.replace(/\d+|kopi_\w+/g, 'x').replace(/\?.*/, '?');
        const known = kinds.get(kind) ?? 0;
        if (pages.has(link) || known === 4 || /\/assets\/|\/download|[?&](?:lang|zone)=/.test(link)) continue;
        kinds.set(kind, known + 1);
        pages.add(link);
      }
    }
    expect(pages.size).to.be.above(30);
  });

  it('finds no other client by numbers, nor in what REST, the status and the metrics say', async () => {
    const paths = ['/', '/-/status', '/-/metrics', '/-/drills', '/-/restores', '/-/roster?source=web1'];
    for (let id = ownId - 12; id < ownId + 12; id += 1) paths.push(`/${id}/manifest`, `/-/ui/backups/${id}`);
    for (let id = 1; id < 20; id += 1) paths.push(`/-/ui/alerts/${id}`, `/-/ui/runs/${id}`);
    let found = 0;
    for (const path of paths) {
      const { status, text } = await request(morning.url + path, { headers: bearer(tokens.operator!) });
      expect(secretsIn(text), path).to.deep.equal([]);
      if (status === 200) found += 1;
    }
    expect(found).to.be.above(10);
    const seen = await request(`${morning.url}/-/metrics`, { headers: bearer(tokens.admin!) });
    expect(secretsIn(seen.text)).to.have.length.above(10);
  });
});

/** @returns a selection for each leaf below a field, by each way that meets no type twice */
function waysBelow(field: GraphQLField<unknown, unknown>, above: readonly string[]): string[] {
  const type = getNamedType(field.type);
  const required = field.args.filter(isRequiredArgument);
  if (required.some(({ name }) => ARGUMENTS[name] === undefined)) return [];
  const given = [
    ...required.map(({ name }) => `${name}: ${ARGUMENTS[name]}`),
    ...(field.args.some(({ name }) => name === 'first') ? ['first: 20'] : []),
  ];
  const head = given.length > 0 ? `${field.name}(${given.join(', ')})` : field.name;
  if (isLeafType(type)) return [head];
  if (!isObjectType(type) || above.includes(type.name) || above.length === DEEPEST) return [];
  const fields = Object.values(type.getFields());
  const leaves = fields.filter(({ type, args }) => isLeafType(getNamedType(type)) && args.length === 0);
  const own = leaves.length > 0 ? [`${head} { ${leaves.map(({ name }) => name).join(' ')} }`] : [];
  const below = fields
    .filter(one => !leaves.includes(one))
    .flatMap(one => waysBelow(one, [...above, type.name]))
    .map(selection => `${head} { ${selection} }`);
  return [...own, ...below];
}
