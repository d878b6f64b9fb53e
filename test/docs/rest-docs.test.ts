import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { blocksRunBy, type ShellBlock } from '../../testing/docs/pages.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';

/** Where the page has its trial done, and where its other commands go. */
const ADDRESSES = /http:\/\/127\.0\.0\.1:300[01]/g;

describe('the commands that ask by REST', function () {
  this.timeout(60_000);
  let folder: string;
  let service: ServiceHere;
  let blocks: { lang: string; text: string }[];
  const commands = blocksRunBy('test/docs/rest-docs.test.ts');
  const ran = new Set<string>();
  /** The id that the page has its upload get is not the one that it gets here. */
  let id = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-rest-docs-'));
    service = await startServiceHere({
      STORAGE_DIR: join(folder, 'backups'),
      DATABASE_URL: `sqlite:${join(folder, 'history.sqlite')}`,
    });
    await mkdir(join(folder, '.config/lumbung'), { recursive: true });
    await writeFile(join(folder, '.config/lumbung/curl-header'), 'Authorization: Bearer not-needed-here\n');
    const page = await readFile(join(import.meta.dirname, '../../docs/reference/rest.md'), 'utf8');
    blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, lang, text]) => ({ lang: lang!, text: text! }));
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** Runs a block as it stands there but for the address, the folder and the id. */
  const run = async ({ text: block }: ShellBlock, line = (block: string) => block) => {
    ran.add(block);
    const command = line(block)
      .replace(ADDRESSES, service.url)
      .replaceAll('/tmp/lumbung-try', folder)
      .replaceAll('/295/', `/${id}/`)
      .replaceAll('/35/', `/${id}/`);
    const child = spawn('bash', ['-c', `set -e; cd '${folder}'; ${command}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: folder },
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code, stdout, stderr, json: () => JSON.parse(stdout.slice(stdout.indexOf('{'))) };
  };

  /** Runs the block whose text looks so. */
  const documented = (looks: RegExp, line?: (block: string) => string) => {
    const block = commands.find(({ text }) => looks.test(text));
    expect(block, `${looks}`).to.be.an('object');
    return run(block!, line);
  };

  it('upload a zip that they make, and show its receipt as it stands there', async () => {
    const { code, json, stderr } = await documented(/-F "file=@/);
    expect(code, stderr).to.equal(0);
    const shown = JSON.parse(blocks[blocks.findIndex(({ text }) => text.includes('-F "file=@')) + 1]!.text);
    const { data, message } = json();
    id = String(data.id);
    const varying = ['id', 'size', 'repr_digest', 'received_at'];
    const same = (receipt: object) => Object.entries(receipt).filter(([key]) => !varying.includes(key));
    expect(same(data)).to.deep.equal(same(shown.data));
    expect(Object.keys(data)).to.deep.equal(Object.keys(shown.data));
    expect(message).to.equal(shown.message);
  });

  it('list, download and describe it', async () => {
    expect((await documented(/^curl -f \S+:3000\/\n/)).json().data[0].database_name).to.equal('cv_kucing_oren');
    expect((await documented(/limit=2/)).json().data.backup_count).to.equal(1);
    const { code, stderr } = await documented(/-fOJ/, block => block.replaceAll('-fOJ', '-fOJ --output-dir backups'));
    expect(code, stderr).to.equal(0);
    expect(await readdir(folder)).to.include('backup.zip');
    expect((await documented(/\/295\/manifest/)).json().data.database_name).to.equal('cv_kucing_oren');
  });

  it('start a scrub and ask how it goes, and how the service is', async () => {
    const scrubs = commands.filter(({ text }) => /-X POST \S+\/-\/scrub/.test(text));
    expect(scrubs.map(({ page }) => page)).to.include.members([
      'docs/reference/rest.md',
      'docs/how-to/scrub-stored-files.md',
    ]);
    for (const block of scrubs) {
      const { code, stderr } = await run(block);
      expect(code, `${block.page}:${block.line} ${stderr}`).to.equal(0);
    }
    expect((await documented(/\/-\/status/)).json().data.version).to.match(/^\d/);
  });

  it('list drills and restores, and find the backups that hold a table', async () => {
    const lists = await documented(/-\/drills\?/, block => block.replace('backup=295', `backup=${id}`));
    expect(lists.code, lists.stderr).to.equal(0);
    expect(lists.stdout).to.equal('{"data":[],"message":"success"}'.repeat(2));
    const { json } = await documented(/-\/tables\?/);
    const shown = blocks[blocks.findIndex(({ text }) => text.includes('/-/tables?')) + 1]!;
    expect(json()).to.deep.equal(JSON.parse(shown.text));
  });

  it('list the runs that did not go well, and the databases that are no longer on any list', async () => {
    const { code, stdout, stderr } = await documented(/runs\(first: 10/);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.equal('{"data":{"runs":{"nodes":[]}}}{"data":{"rosters":{"nodes":[]}}}');
  });

  it('show what is known of a source', async () => {
    const { json } = await documented(/-\/roster\?/);
    const shown = blocks[blocks.findIndex(({ text }) => text.includes('/-/roster?')) + 1]!;
    expect(json()).to.deep.equal(JSON.parse(shown.text));
  });

  it('end with an error that says why, where the service refuses', async () => {
    const { code, json } = await documented(/\/accept/);
    expect(code).to.equal(22);
    expect(json().code).to.equal('NOT_COMPLETE');
    const gone = await documented(/-fOJ/, block => block.replaceAll('/295/', '/987654/').split('\n')[0]!);
    expect([gone.code, gone.stdout]).to.deep.equal([22, '']);
  });

  it('ask the audit trail who was refused, and who downloaded what', async () => {
    const refused = await documented(/auditEntries\(filter: \{ result: refused/);
    expect(refused.json().errors, refused.stdout).to.equal(undefined);
    const downloads = await documented(/auditEntries\([^)]*action: download/, block =>
      block.replace('2026-12-01', '2100-01-01'),
    );
    const { nodes } = downloads.json().data.auditEntries;
    expect(nodes.map(({ result }: { result: string }) => result)).to.include.members(['begun', 'done']);
    expect(nodes[0].backup.fileName).to.contain('cv_kucing_oren');
  });

  it('are all run here', () => {
    for (const { page, line, text } of commands) expect(ran.has(text), `${page}:${line}`).to.equal(true);
  });
});
