import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { BrowserHere } from '../../testing/service/browser-here.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { bearer, createToken } from '../../testing/service/tokens.ts';
import { textOf } from '../../testing/service/web-scene.ts';
import { until } from '../../testing/until.ts';

const TOKENS = '/-/ui/settings/tokens';
const SESSIONS = '/-/ui/settings/sessions';
const AUDIT = '/-/ui/audit';

describe('the settings and the audit trail in the dashboard', () => {
  let folder: string;
  let service: ServiceHere;
  let boss: BrowserHere;
  let reader: BrowserHere;
  let env: Record<string, string>;
  before(async () => {
    folder = await makeMemoryFolder('lumbung-settings-');
    env = { DATABASE_URL: await HISTORY_STORES[0]!.url(folder), STORAGE_DIR: join(folder, 'backups') };
    const texts = {
      boss: await createToken(env, { name: 'boss', role: 'admin' }),
      reader: await createToken(env, { name: 'reader', role: 'read', scope: ['acme_*'] }),
    };
    service = await startServiceHere(env);
    boss = new BrowserHere(service.url);
    await boss.signIn(texts.boss);
    reader = new BrowserHere(service.url, { 'user-agent': 'Firefox <b>"x"</b>' });
    await reader.signIn(texts.reader);
  });
  after(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  /** @returns the text of the token that a page shows */
  const tokenIn = (text: string) => /lmb_[\w-]+(?=<\/code>)/.exec(text)?.[0];
  const works = async (token: string) => (await fetch(`${service.url}/-/whoami`, { headers: bearer(token) })).status;
  const make = (fields: Record<string, string>) =>
    boss.post(TOKENS, { make_name: 'web1', make_role: 'upload', make_scope: 'acme_*', ...fields }, TOKENS);
  const trail = async (query = '') => textOf(await boss.get(AUDIT + query));

  it('show how the service is: all of it to one who sees all databases', async () => {
    const all = textOf(await boss.get('/-/ui/settings'));
    expect(all).to.match(/boss, with the role admin Databases \* Ends when it is revoked/);
    expect(all)
      .to.match(/Storage [\d.]+ [GT]iB free of [\d.]+ [GT]iB/)
      .and.contain('none is known to be damaged');
    expect(all)
      .to.match(/The present one was read \d+ \w+ ago/)
      .and.match(/evaluation /);
    const some = textOf(await reader.get('/-/ui/settings'));
    expect(some).to.contain('reader, with the role read Databases acme_*').and.not.contain('iB free');
  });

  describe('of tokens', () => {
    it('make one whose text is shown once, and replace it while the old one works on', async () => {
      const made = await make({ make_expires: '30d' });
      expect(made.status, made.text).to.equal(200);
      expect(made.text).to.contain('shown this once').and.not.contain('data-live').and.not.contain('?lang=');
      const first = tokenIn(made.text)!;
      expect(await works(first)).to.equal(200);
      const list = await boss.get(TOKENS);
      expect(list.text).to.not.contain(first);
      expect(textOf(list)).to.match(/web1 upload acme_\* \d+ Nov|web1 upload acme_\*/);
      const rotated = await boss.post(`${TOKENS}/web1/rotate`, { 'rotate-web1_overlap': '1h' }, TOKENS);
      const second = tokenIn(rotated.text)!;
      expect(second).to.not.equal(first);
      expect([await works(first), await works(second)]).to.deep.equal([200, 200]);
      expect(await trail('?action=token_create')).to.match(
        /boss 127\.0\.0\.1 token_create done name: web1; role: upload/,
      );
      expect(await trail('?action=token_rotate')).to.contain('name: web1; overlap_seconds: 3600');
      expect(await trail())
        .to.not.contain(first)
        .and.not.contain(second);
    });

    it('revoke one at once, when that is confirmed', async () => {
      const token = tokenIn((await make({ make_name: 'lost' })).text)!;
      const unconfirmed = await boss.post(`${TOKENS}/lost/revoke`, {}, TOKENS);
      expect(unconfirmed.status).to.equal(422);
      expect(unconfirmed.text).to.contain('It must be ticked').and.contain('id="revoke-lost" open');
      expect(await works(token)).to.equal(200);
      const done = await boss.post(`${TOKENS}/lost/revoke`, { 'revoke-lost_confirmed': 'on' }, TOKENS);
      expect([done.status, done.location]).to.deep.equal([303, `${TOKENS}?revoked=lost`]);
      expect(textOf(await boss.get(done.location!))).to.contain('The token lost is revoked.');
      expect(await works(token)).to.equal(401);
      expect(textOf(await boss.get(`${TOKENS}?revoked=boss`))).to.not.contain('The token boss is');
    });

    it('come back with the mistakes beside their fields, and with what was typed', async () => {
      const wrong = await make({ make_name: '<b>', make_role: 'king', make_scope: 'a*b "x"', make_expires: '30d' });
      expect(wrong.status).to.equal(422);
      expect(wrong.text).to.match(/id="make_name-mistake">It must have 1 to 64 letters/);
      expect(wrong.text).to.match(/id="make_scope-mistake">/);
      expect(wrong.text).to.contain('value="&lt;b&gt;"').and.contain('a*b &quot;x&quot;</textarea>');
      const longer = await make({ make_name: 'other', make_expires: 'soon' });
      expect(longer.text).to.match(/id="make_expires-mistake">/);
      expect((await make({ make_name: 'boss' })).status).to.equal(409);
      expect(await works('lmb_nothing')).to.equal(401);
    });

    it('make an administrator of all databases without a list of them', async () => {
      const { text } = await make({ make_name: 'chief', make_role: 'admin', make_scope: '' });
      expect(await works(tokenIn(text)!)).to.equal(200);
    });

    it('are for administrators only', async () => {
      expect((await reader.get(TOKENS)).status).to.equal(403);
      expect((await reader.post(TOKENS, { make_name: 'x' }, SESSIONS)).status).to.equal(403);
      expect((await reader.get('/-/ui/settings')).text).to.not.contain(TOKENS);
    });
  });

  describe('of sessions', () => {
    it('show an administrator all of them, and others those of their own token', async () => {
      const all = await boss.get(SESSIONS);
      expect(textOf(all)).to.contain('boss (this one)').and.contain('Firefox <b>"x"</b>');
      expect(all.text).to.not.contain('<b>"x"');
      const own = textOf(await reader.get(SESSIONS));
      expect(own).to.contain('reader (this one)').and.contain('those of your own token').and.not.contain('boss');
    });

    it('end one, of another token only for an administrator', async () => {
      const other = new BrowserHere(service.url);
      await other.signIn(await createToken(env, { name: 'guest', role: 'read', scope: ['*'] }));
      const { text } = await boss.get(SESSIONS);
      const path = /guest<\/th>.*?action="([^"]+\/end)"/s.exec(text)![1]!;
      expect((await reader.post(path, {}, SESSIONS)).status).to.equal(404);
      expect((await other.get(SESSIONS)).status).to.equal(200);
      const done = await boss.post(path, {}, SESSIONS);
      expect([done.status, done.location]).to.deep.equal([303, SESSIONS]);
      expect((await other.get(SESSIONS)).status).to.equal(303);
      expect((await boss.post(path, {}, SESSIONS)).status).to.equal(404);
      await until('the entry is stored', async () => (await trail('?action=sign_out')).includes('of: guest'));
    });
  });

  describe('of the audit trail', () => {
    it('find entries by filters that stand in the address, and keep them in the form', async () => {
      const page = await boss.get(`${AUDIT}?action=sign_in&token=reader&result=done&from=2020-01-01`);
      expect(textOf(page))
        .to.match(/reader 127\.0\.0\.1 sign_in done/)
        .and.not.contain('boss 127');
      expect(page.text).to.contain('value="reader"').and.contain('<option value="sign_in" selected>');
      expect(page.text).to.contain(
        'href="/-/ui/audit.csv?token=reader&amp;action=sign_in&amp;result=done&amp;from=2020-01-01"',
      );
      expect(await trail('?token=%3Cscript%3E')).to.contain('Nothing matches');
      expect(await trail('?to=2020-01-01')).to.contain('Nothing matches');
      expect((await boss.get(`${AUDIT}?from=yesterday`)).status).to.equal(400);
      expect((await boss.get(`${AUDIT}?action=nonsense&after=x.y`)).status).to.equal(200);
    });

    it('go on page by page', async () => {
      const { DatabaseSync } = await import('node:sqlite');
      using store = new DatabaseSync(join(folder, 'history.sqlite'));
      store.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 250)
        insert into audit_entries (operation, at, token, action, result, count, detail)
        select 'o', 1700000000000 + i / 50, 'many', 'pin', 'done', 1, '{"reason":"' || i || '"}' from n`);
      const seen: string[] = [];
      let next: string | undefined = `${AUDIT}?token=many`;
      for (let pages = 0; next !== undefined && pages < 5; pages += 1) {
        const { text } = await boss.get(next);
        seen.push(...[...text.matchAll(/reason: (\d+)/g)].map(([, reason]) => reason!));
        next = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
      }
      expect(seen).to.deep.equal(Array.from({ length: 250 }, (_, i) => String(250 - i)));
    });

    it('come as a file for a spreadsheet that runs nothing in it', async () => {
      const { DatabaseSync } = await import('node:sqlite');
      using store = new DatabaseSync(join(folder, 'history.sqlite'));
      store.exec(`insert into audit_entries (operation, at, token, address, action, result, count, detail)
        values ('o', 1700000000000, '=cmd()', '+1', 'pin', 'done', 1, '{"reason":"a,\\"b"}')`);
      const { status, headers, text } = await boss.get(`/-/ui/audit.csv?token=${encodeURIComponent('=cmd()')}`);
      expect(status).to.equal(200);
      expect(headers.get('content-type')).to.equal('text/csv; charset=utf-8');
      expect(headers.get('content-disposition')).to.match(/^attachment; filename="lumbung-audit-[\d-]+\.csv"$/);
      expect(text.split('\r\n')).to.deep.equal([
        'at,operation,token_id,token,address,action,database_name,backup_id,result,count,detail',
        `2023-11-14T22:13:20.000Z,o,,'=cmd(),'+1,pin,,,done,1,"{""reason"":""a,\\""b""}"`,
        '',
      ]);
      expect((await boss.get('/-/ui/audit.csv?from=x')).status).to.equal(422);
    });

    it('are for administrators only', async () => {
      for (const path of [AUDIT, '/-/ui/audit.csv']) expect((await reader.get(path)).status).to.equal(403);
      expect((await reader.get('/-/ui/settings')).text).to.not.contain(AUDIT);
    });
  });
});
