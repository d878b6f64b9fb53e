import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { graphql, request, upload } from '../../testing/service/requests.ts';
import { historyStores } from '../../testing/service/running-app.ts';
import { startServiceHere } from '../../testing/service/service-here.ts';
import { bearer, createToken, tokenCommand } from '../../testing/service/tokens.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { AuditEntry } from '../entities/audit-entry.entity.ts';
import { openHistory } from '../history/orm.ts';

for (const store of historyStores)
  describe(`the audit trail of a service with tokens (${store.name})`, () => {
    let folder: string;
    let env: Record<string, string>;
    beforeEach(async () => {
      folder = await makeMemoryFolder('lumbung-audit-tokens-');
      env = { DATABASE_URL: await store.url(folder), STORAGE_DIR: join(folder, 'backups') };
    });
    afterEach(() => rm(folder, { recursive: true }));

    async function trail(): Promise<string[]> {
      const history = await openHistory(env.DATABASE_URL!);
      try {
        const entries = await history.em.fork().findAll(AuditEntry, { orderBy: { id: 'asc' } });
        return entries.map(({ action, result, token, address, databaseName, count, detail }) => {
          const { code, name } = JSON.parse(detail ?? '{}');
          const parts = [action, result, token, address, databaseName, count > 1 && `×${count}`, name, code];
          return parts.filter(Boolean).join(' ');
        });
      } finally {
        await history.close();
      }
    }

    it('shows who made, rotated and revoked tokens, and never a token', async () => {
      const text = await createToken(env, { name: 'acme', role: 'upload', scope: ['acme_*'] });
      await tokenCommand(env, 'rotate', 'acme');
      await tokenCommand(env, 'revoke', 'acme');
      expect((await tokenCommand(env, 'revoke', 'no_one')).code).to.equal(1);
      expect(await trail()).to.deep.equal([
        ...['token_create begun acme', 'token_create done acme', 'token_rotate begun acme', 'token_rotate done acme'],
        ...['token_revoke begun acme', 'token_revoke done acme'],
        ...['token_revoke begun no_one', 'token_revoke refused no_one TOKEN_NOT_FOUND'],
      ]);
      const history = await openHistory(env.DATABASE_URL!);
      const rows = JSON.stringify(await history.em.fork().findAll(AuditEntry));
      await history.close();
      expect(rows).to.contain('system_user').and.not.contain(text.slice(0, 20));
    });

    it('has no token made whose entry cannot be stored', async () => {
      const history = await openHistory(env.DATABASE_URL!);
      await history.em.fork().execute('alter table audit_entries rename to audit_entries_away');
      await history.close();
      const { code, out, err } = await tokenCommand(env, 'create', '--name', 'a', '--role', 'read', '--scope', 'a');
      expect({ code, out }, err).to.deep.equal({ code: 1, out: '' });
      expect(err).to.contain('nothing was changed');
      expect((await tokenCommand(env, 'list')).out).to.not.contain('read');
    });

    it('shows by which token what was done and refused, to administrators only', async () => {
      const admin = bearer(await createToken(env, { name: 'root', role: 'admin' }));
      const sender = bearer(await createToken(env, { name: 'acme', role: 'upload', scope: ['acme_*'] }));
      const reader = bearer(await createToken(env, { name: 'reader', role: 'read', scope: ['acme_*'] }));
      await using service = await startServiceHere(env);
      const { json } = await upload(service.url, sampleZip({ database: 'acme_shop' }), { headers: sender });
      expect((await upload(service.url, sampleZip(), { headers: sender })).status).to.equal(403);
      const path = `${service.url}/${json.data.id}/download`;
      expect((await request(path, { headers: reader })).status).to.equal(200);
      for (const headers of [sender, {}, { authorization: 'Bearer lmb_wrong' }])
        expect((await request(path, { headers })).status).to.be.oneOf([401, 403]);
      expect((await request(`${service.url}/pt_xyz`, { headers: reader })).status).to.equal(404);
      const gone = bearer(await createToken(env, { name: 'stolen', role: 'read', scope: ['*'] }));
      await tokenCommand(env, 'revoke', 'stolen');
      expect((await request(path, { headers: gone })).status).to.equal(401);
      const query = `${service.url}/graphql?query=${encodeURIComponent('{ auditEntries { nodes { action token } } }')}`;
      const refused = (await request(query, { headers: reader })).json;
      expect(refused.errors[0].extensions.code).to.equal('FORBIDDEN');
      expect(refused.data).to.equal(null);
      const shown = (await request(query, { headers: admin })).json.data.auditEntries.nodes;
      expect(shown).to.deep.include({ action: 'upload', token: 'acme' });
      expect((await graphql(service.url, '{ auditEntries { totalCount } }')).status).to.equal(401);
      await service.stop();
      const at = '127.0.0.1';
      const isCommand = (entry: string) => entry.startsWith('token_');
      expect((await trail()).filter(entry => !isCommand(entry)).sort()).to.deep.equal(
        [
          `download begun reader ${at} acme_shop`,
          `download done reader ${at} acme_shop`,
          `download refused acme ${at} FORBIDDEN`,
          `download refused stolen ${at} UNAUTHENTICATED`,
          `download refused ${at} ×2 UNAUTHENTICATED`,
          `request refused reader ${at} FORBIDDEN`,
          `request refused reader ${at} pt_xyz DATABASE_NOT_FOUND`,
          `request refused ${at} UNAUTHENTICATED`,
          `upload done acme ${at} acme_shop`,
          `upload refused acme ${at} pt_xyz OUT_OF_SCOPE`,
        ].sort(),
      );
    });

    it('names the change of GraphQL that was refused, and what it was about', async () => {
      const admin = bearer(await createToken(env, { name: 'root', role: 'admin' }));
      const reader = bearer(await createToken(env, { name: 'reader', role: 'read', scope: ['*'] }));
      const operator = bearer(await createToken(env, { name: 'ops', role: 'operator', scope: ['acme_*'] }));
      await using service = await startServiceHere(env);
      const { json } = await upload(service.url, sampleZip({ database: 'pt_xyz' }), { headers: admin });
      const { id } = json.data;
      const ask = async (fields: string, headers: Record<string, string>) => {
        const body = JSON.stringify({ query: `mutation { ${fields} }` });
        const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body };
        expect((await request(`${service.url}/graphql`, init)).json.errors, fields).to.have.lengthOf.above(0);
      };
      await ask(`mine: forgetBackup(id: "${id}", reason: "x") { id }`, reader);
      await ask(`holdBackup(id: "${id}", reason: "x") { id }`, reader);
      await ask('retireDatabase(name: "pt_xyz", reason: "x") { name }', reader);
      await ask('createToken(name: "mine", role: admin) { text }', reader);
      await ask('acknowledgeAlarm(id: "7", reason: "x") { id }', reader);
      await ask(`takeBackBackup(id: "${id}") { id }`, operator);
      await ask('pauseDatabase(name: "pt_xyz", until: "2099-01-01T00:00:00Z", reason: "x") { name }', operator);
      await service.stop();
      const history = await openHistory(env.DATABASE_URL!);
      const entries = await history.em.fork().find(AuditEntry, { result: 'refused' }, { orderBy: { id: 'asc' } });
      await history.close();
      const shown = entries.map(({ action, token, databaseName, backupId }) =>
        [action, token, databaseName, backupId].filter(Boolean).join(' '),
      );
      expect(shown.sort()).to.deep.equal(
        [
          ...[`forget reader ${id}`, `hold reader ${id}`, 'retire reader pt_xyz', 'token_create reader'],
          ...['alarm_acknowledge reader', `take_back ops ${id}`, 'pause ops pt_xyz'],
        ].sort(),
      );
    });
  });
