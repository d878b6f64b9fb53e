import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { widthOf } from '../../cli/terminal/cut.ts';
import type { DatabaseList } from '../../protocol/responses.ts';
import { sade } from '../../testing/cli/sade.ts';
import { SadeTerminal } from '../../testing/cli/sade-terminal.ts';
import { fillService, ODD_NAMES, send } from '../../testing/databases/many-databases.ts';
import { request } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { inTimeZone } from '../../testing/time-zone.ts';

const ZONE = 'Asia/Jakarta';
const ESCAPE = '\x1b[';

describe('the screens of sade list, history, show and download, with 115 databases', function () {
  this.timeout(120_000);
  inTimeZone(ZONE);
  let app: RunningApp;
  let folder: string;
  let terminal: SadeTerminal;
  let troubles: Awaited<ReturnType<typeof fillService>>;
  const ids: Record<string, number> = {};
  before(async () => {
    app = await runApp(historyStores[0]!);
    terminal = await SadeTerminal.open({ TZ: ZONE });
    folder = await mkdtemp(join(tmpdir(), 'lumbung-screens-'));
    troubles = await fillService(app);
    for (let days = 34; days > 1; days--)
      await send(app, {
        name: troubles.incomplete,
        hoursAgo: 24 * days + 7,
        codes: days % 9 === 0 ? ['CLIENT_OLDER_THAN_SERVER'] : [],
      });
    const { data } = (await request(app.url)).json as DatabaseList;
    for (const { database_name, latest_backup } of data) ids[database_name] = latest_backup.id;
  });
  after(async () => {
    await terminal[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const onTerminal = async (args: readonly string[], columns: number, env: Record<string, string> = {}) => {
    const shown = await terminal.run(args, columns, { SADE_SERVER: app.url, ...env });
    return { ...shown, lines: shown.screen.split('\n') };
  };
  /** The same, once for all tests that look at it. */
  const shown = new Map<string, ReturnType<typeof onTerminal>>();
  const onceOnTerminal = (args: readonly string[], columns: number) => {
    const key = `${args.join(' ')} ${columns}`;
    if (!shown.has(key)) shown.set(key, onTerminal(args, columns));
    return shown.get(key)!;
  };
  const inPipe = async (...args: string[]) => {
    const { code, stdout, stderr } = await sade(args, { env: { SADE_SERVER: app.url } });
    expect(stderr).to.equal('');
    return { code, stdout, lines: stdout.split('\n') };
  };
  /** The lines as they were written: what is too long for the terminal is one of these, and two on the screen. */
  const written = (bytes: string) => bytes.replace(/\x1b\[[\d;]*m/g, '').split('\r\n');
  /** A command that is to be copied stands alone on its line, however long its names are. */
  const withoutCopied = (line: string) => line.replace(/^( +)sade restore \S+ --into \S+ --at \d+\.?$/, '$1');

  for (const columns of [60, 100, 200])
    it(`sade list has no line wider than ${columns} columns, the worst comes first, and the count and the next command last`, async () => {
      const { lines, bytes } = await onceOnTerminal(['list'], columns);
      for (const line of written(bytes)) expect(widthOf(withoutCopied(line)), line).to.be.at.most(columns);
      const [head, ...rows] = lines;
      expect(head).to.match(/^database +state +id .*age/);
      const states = rows
        .slice(0, 115)
        .map(row => /DAMAGED|INCOMPLETE, SHRUNK|SHRUNK|INCOMPLETE|UNVERIFIED|complete/.exec(row)![0]);
      const order = ['DAMAGED', 'INCOMPLETE, SHRUNK', 'SHRUNK', 'INCOMPLETE', 'UNVERIFIED', 'complete'];
      expect(states).to.deep.equal(states.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
      expect(new Set(states).size).to.equal(6);
      expect(rows[6], 'the one without a backup of last night')
        .to.contain(troubles.stale.slice(0, 8))
        .and.contain('31 h');
      const end = lines.slice(-16).join(' ').replace(/\s+/g, ' ');
      expect(end).to.contain('115 databases: 1 DAMAGED, 2 SHRUNK, 2 INCOMPLETE, 1 UNVERIFIED, 109 complete');
      expect(end).to.contain('4 older than 26 h, 2 without a complete backup');
      expect(end).to.contain(`sade show ${ids[troubles.damaged]}`);
      expect(lines.filter(line => line !== '').at(-1)).to.equal(`dashboard: ${app.url}/-/ui`);
    });

  it('sade list shows as the backup to restore of a shrunken database the one that has what was lost, with no figures of another', async () => {
    const { data } = (await request(app.url)).json as DatabaseList;
    for (const columns of [60, 200]) {
      const { lines } = await onTerminal(['list', '--search', troubles.shrunk], columns);
      const { latest_backup, unaccepted_loss } = data.find(row => row.database_name === troubles.shrunk)!;
      const { id } = unaccepted_loss!.reference;
      expect(id).to.be.below(latest_backup.id);
      expect(lines[0]).to.match(/ id .*age +restore id/);
      expect(lines[1]).to.match(new RegExp(`SHRUNK +${latest_backup.id} .* ${id}$`));
    }
    const { stdout } = await inPipe('list', '--search', troubles.incomplete);
    const complete = data.find(row => row.database_name === troubles.incomplete)!.latest_complete!;
    expect(stdout).to.match(
      new RegExp(`INCOMPLETE .* ${complete.id} +[\\d.,]+ \\w+ +${complete.dump_rows!.toLocaleString('en')} `),
    );
  });

  it('sade list uses the room of a wide terminal, and leaves out the least important columns of a narrow one', async () => {
    const [narrow, middle, wide] = await Promise.all([60, 100, 200].map(columns => onceOnTerminal(['list'], columns)));
    expect(narrow!.screen).to.not.contain('newest complete').and.not.contain(ODD_NAMES[0]);
    expect(narrow!.screen).to.match(/^perusahaan\S+…\S+_07 /m);
    expect(middle!.lines[0]).to.match(/age .*size +rows$/);
    expect(wide!.lines[0]).to.match(/newest complete \(\+07:00\) +age +restore id +size +rows +tables +dump/);
    for (const name of ODD_NAMES) expect(wide!.screen).to.contain(name);
  });

  it('sade list shows first what is in the list of databases and was never backed up, also by its filters', async () => {
    const entry = { db_host: '127.0.0.1', db_username: 'u', db_password: '$' + '{NOT_SET_HERE}' };
    const config = join(folder, 'listed.json');
    const names = ['baru_satu', troubles.stale, 'baru_dua'];
    await writeFile(config, JSON.stringify(names.map(database_name => ({ database_name, ...entry }))), { mode: 0o600 });
    for (const columns of [60, 200]) {
      const { lines, bytes } = await onTerminal(['list', '--search', 'A', '--config', config], columns);
      for (const line of written(bytes)) expect(widthOf(withoutCopied(line)), line).to.be.at.most(columns);
      expect(lines.slice(1, 3).map(line => line.split(/ +/).slice(0, 3))).to.deep.equal([
        ...[
          ['baru_dua', 'NEVER'],
          ['baru_satu', 'NEVER'],
        ].map(([name, state]) => [name, state, columns === 60 ? 'never' : 'none']),
      ]);
      expect(lines.join(' '))
        .to.contain('sade doctor --only baru_dua')
        .and.contain(': 2 NEVER, ')
        .and.not.contain('SADE_CONFIG');
    }
    const env = { SADE_SERVER: app.url, SADE_CONFIG: config };
    const listed = async (...args: string[]) => (await sade(['list', ...args], { env })).stdout;
    for (const filter of [
      ['--older-than', '26h'],
      ['--search', 'baru'],
      ['--state', 'never'],
      ['--sort', 'name'],
    ])
      expect(await listed(...filter), filter.join(' '))
        .to.match(/^baru_dua +NEVER/m)
        .and.match(/^baru_satu +NEVER/m);
    expect(await listed('--state', 'complete')).not.to.contain('NEVER');
    expect(await listed('--state', 'never')).to.contain('\n2 of 117 databases: 2 NEVER\n');
    const json = JSON.parse(await listed('--json')) as DatabaseList['data'];
    expect(json, "it stays the service's answer").to.have.length(115);
  });

  it('sade list says that it shows only databases with a backup, where no list of databases can be read', async () => {
    const broken = join(folder, 'broken.json');
    await writeFile(broken, '[ {', { mode: 0o600 });
    for (const [config, why] of [
      [join(folder, 'none.json'), 'does not exist'],
      [broken, 'is not a valid list of databases'],
      [resolve(import.meta.dirname, '../../databases.json'), 'is still the example'],
      [folder, "can't be read"],
    ] as const) {
      const { stdout } = await inPipe('list', '--search', troubles.stale, '--config', config);
      expect(stdout).to.contain('These are the databases that have a backup on the service.').and.contain(why);
      expect(stdout).to.match(/^\S+ +complete/m);
    }
  });

  it('sade list cuts nothing in a pipe, has all its columns there but the file, and no colour; --wide has the file too', async () => {
    const { lines, stdout } = await inPipe('list');
    expect(lines[0]).to.match(/newest complete \(\+07:00\) +age +restore id +size +rows +tables +dump$/);
    expect(stdout).to.not.contain(ESCAPE).and.not.contain('…');
    for (const name of ODD_NAMES) expect(stdout).to.contain(name);
    expect(stdout).to.not.contain('.sql.zip');
    const wide = await onTerminal(['list', '--wide'], 100);
    for (const name of ODD_NAMES)
      expect(written(wide.bytes).join('\n')).to.match(
        new RegExp(`^${name.replace(/\W/gu, '.')} .*${name.replace(/\W/gu, '.')}-\\S+.sql.zip$`, 'mu'),
      );
  });

  it('the words for states have their colours on a terminal, but not with NO_COLOR', async () => {
    const { bytes } = await onceOnTerminal(['list'], 100);
    for (const word of ['DAMAGED', 'SHRUNK', 'INCOMPLETE, SHRUNK', 'never'])
      expect(bytes).to.contain(`\x1b[31m${word}`);
    for (const word of ['INCOMPLETE', 'UNVERIFIED', '31 h']) expect(bytes).to.contain(`\x1b[33m${word}`);
    expect(bytes).to.contain('\x1b[32mcomplete');
    for (const args of [['list'], ['history', troubles.incomplete], ['show', `${ids[troubles.shrunk]}`]])
      expect((await onTerminal(args, 100, { NO_COLOR: '1' })).bytes, args[0]).to.not.contain(ESCAPE);
    expect((await onceOnTerminal(['history', troubles.incomplete], 100)).bytes).to.contain('\x1b[33mINCOMPLETE');
    expect((await onceOnTerminal(['show', `${ids[troubles.shrunk]}`], 100)).bytes).to.contain(
      '\x1b[31mcomplete, SHRUNK',
    );
  });

  it('sade list finds databases by state, age and name, and sorts them', async () => {
    const names = async (...args: string[]) => {
      const { stdout } = await inPipe('list', '--json', ...args);
      return (JSON.parse(stdout) as DatabaseList['data']).map(({ database_name }) => database_name);
    };
    expect(await names('--state', 'shrunk')).to.have.members([troubles.shrunk, troubles.torn]);
    expect(await names('--state', 'DAMAGED,unverified')).to.deep.equal([troubles.damaged, troubles.unverified]);
    expect(await names('--state', 'incomplete')).to.have.members([troubles.torn, troubles.never, troubles.incomplete]);
    const old = [
      troubles.never,
      troubles.unverified,
      troubles.stale,
      troubles.damaged,
      troubles.torn,
      troubles.incomplete,
    ];
    expect(await names('--older-than', '26h')).to.have.members(old);
    expect((await names('--older-than', '26h', '--sort', 'age')).slice(0, 2)).to.have.members([
      troubles.never,
      troubles.unverified,
    ]);
    expect(await names('--older-than', '2d')).to.have.members([troubles.never, troubles.unverified]);
    expect(await names('--search', 'SHOP')).to.deep.equal([ODD_NAMES[2]]);
    expect(await names('--search', 'toko', '--state', 'unverified')).to.deep.equal([]);
    const all = await names('--sort', 'name');
    expect(all).to.deep.equal(all.toSorted()).and.have.length(115);
    const { data } = (await request(app.url)).json as DatabaseList;
    const sizes = new Map(data.map(row => [row.database_name, (row.latest_complete ?? row.latest_backup).size!]));
    const bySize = (await names('--sort', 'size')).map(name => sizes.get(name)!);
    expect(bySize)
      .to.deep.equal(bySize.toSorted((a, b) => b - a))
      .and.have.length(115);
    const few = await inPipe('list', '--state', 'damaged');
    expect(few.stdout).to.contain('1 of 115 databases: 1 DAMAGED');
    expect((await inPipe('list', '--search', 'nothing')).stdout).to.match(
      /^None of the 115 databases matches --search nothing\.\nThese are the databases that have a backup on the service/,
    );
  });

  it('sade list says what was meant by a filter that does not exist, all mistakes at once, and exits with 3', async () => {
    const args = ['list', '--state', 'compleet,shrunk', '--older-than', '26', '--sort', 'agee'];
    const { code, stdout, stderr } = await sade([...args, '--server', app.url]);
    expect({ code, stdout }).to.deep.equal({ code: 3, stdout: '' });
    expect(stderr)
      .to.contain('Did you mean complete?')
      .and.contain('Did you mean age?')
      .and.contain('such as 90m, 26h or 7d');
  });

  it('sade list asks the service one question, however many databases are incomplete', async () => {
    const before = app.log.length;
    await inPipe('list');
    expect(app.log.slice(before).map(({ method, path }) => `${method} ${path}`)).to.deep.equal(['GET /']);
  });

  for (const columns of [60, 100, 200])
    it(`sade history has no line wider than ${columns} columns, the newest first, and ends with the newest complete one`, async () => {
      const { lines, bytes } = await onceOnTerminal(['history', troubles.incomplete], columns);
      for (const line of written(bytes)) expect(widthOf(withoutCopied(line)), line).to.be.at.most(columns);
      expect(lines[0]).to.match(/^ *id +state +taken \(\+07:00\)/);
      expect(lines[1]).to.contain('INCOMPLETE').and.contain(`${ids[troubles.incomplete]}`);
      expect(lines.filter(line => /^ *\d+ +(?:complete|INCOMPLETE)/.test(line))).to.have.length(30);
      expect(lines.join('\n')).to.contain(`and 5 older: sade history ${troubles.incomplete} --limit 35`);
      const all = written(bytes);
      const next = all.slice(all.indexOf('next:') + 1).map(line => line.trim().replace(/ +#.*/, ''));
      expect(next)
        .to.include(`sade show ${ids[troubles.incomplete]! - 1}`)
        .and.include(
          `sade restore ${troubles.incomplete} --into ${troubles.incomplete}_restored --at ${ids[troubles.incomplete]! - 1}`,
        );
      if (columns >= 100) expect(lines[0]).to.match(/age +rows +tables +size +dump +findings$/);
      if (columns >= 100) expect(lines[1]).to.contain('TRIGGERS_NOT_GRANTED');
    });

  it('sade history shows all backups in a pipe, obeys --limit everywhere, and refuses an invalid limit', async () => {
    expect((await inPipe('history', troubles.incomplete)).stdout.match(/^ *\d+ +/gm)).to.have.length(35);
    expect(JSON.parse((await inPipe('history', troubles.incomplete, '--json')).stdout)).to.have.length(35);
    expect(JSON.parse((await inPipe('history', troubles.incomplete, '--json', '--limit', '2')).stdout)).to.have.length(
      2,
    );
    expect((await onTerminal(['history', troubles.incomplete, '--limit', '35'], 100)).screen).to.not.contain('older');
    for (const limit of ['0', 'all', '-1', '1.5'])
      expect(await sade(['history', troubles.incomplete, `--limit=${limit}`, '--server', app.url])).to.include({
        code: 3,
      });
    expect((await inPipe('history', troubles.incomplete, '--wide')).stdout).to.contain('.sql.zip');
  });

  for (const columns of [60, 100, 200])
    it(`sade show breaks its sentences at ${columns} columns, but nothing that is to be copied, and ends with the next commands`, async () => {
      const { lines, bytes, code } = await onceOnTerminal(['show', `${ids[troubles.shrunk]}`], columns);
      expect(code).to.equal(1);
      for (const line of written(bytes))
        if (!/SHA-256|CREATE DATABASE|\.sql\.zip/.test(line))
          expect(widthOf(withoutCopied(line)), line).to.be.at.most(columns);
      const all = written(bytes);
      expect(all).to.include('next:');
      const commands = all.slice(all.indexOf('next:') + 1).map(line => line.trim().replace(/ +#.*/, ''));
      expect(commands)
        .to.include(
          `sade restore ${troubles.shrunk} --into ${troubles.shrunk}_restored --at ${ids[troubles.shrunk]! - 1}`,
        )
        .and.include(`sade accept ${ids[troubles.shrunk]} --reason 'why'`);
      expect(lines.join('\n'))
        .to.match(/taken +\d+ \w{3} \d{4} \d\d:\d\d \+07:00/)
        .and.not.contain('UTC');
    });

  it('sade show leads on from a good backup, an incomplete one and a damaged one', async () => {
    const next = async (id: number) => (await inPipe('show', `${id}`)).stdout.split('next:\n')[1];
    const odd = ids[ODD_NAMES[3]!]!;
    expect(await next(odd)).to.match(
      new RegExp(
        `^  sade restore .* --at ${odd} .* +# restores it.*\n  sade restore .*--replace --at ${odd} .*# replaces.*\n  sade download ${odd} +# the zip.* by hand\n$`,
      ),
    );
    expect(await next(ids[troubles.incomplete]!)).to.match(
      new RegExp(
        `^  sade history ${troubles.incomplete} +#.*\n  sade restore ${troubles.incomplete} --into \\w+ --force --at \\d+ +#.*\n  sade download \\d+ +#`,
      ),
    );
    expect(await next(ids[troubles.damaged]!)).to.match(new RegExp(`^  sade history ${troubles.damaged} +#.*\n$`));
  });

  it('sade history and show name a database as a shell takes it', async () => {
    const { data } = (await request(app.url)).json as DatabaseList;
    for (const name of ODD_NAMES) {
      await send(app, { name, hoursAgo: 1, codes: ['TRIGGERS_NOT_GRANTED'] });
      const { stdout } = await inPipe('list', `--search=${name}`);
      const restore = (
        await inPipe('show', `${data.find(({ database_name }) => database_name === name)!.latest_backup.id}`)
      ).stdout;
      const typed = /sade restore (?:'--into=\S+ --at \d+ -- (.*?)|(.*?) --into .*? --at \d+) +# restores/.exec(
        restore,
      )!;
      expect(execFileSync('sh', ['-c', `printf %s ${typed[1] ?? typed[2]}`], { encoding: 'utf8' })).to.equal(name);
      const word = /sade history (?:-- )?(.*?) +# all/.exec(stdout)![1]!;
      expect(word.replaceAll(`'\\''`, '\0').replace(/^'|'$/g, '').replaceAll('\0', "'")).to.equal(name);
    }
    expect(data).to.have.length(115);
  });

  for (const columns of [60, 100, 200])
    it(`sade download ends with the commands that load it, each in one piece, on ${columns} columns`, async () => {
      const target = join(folder, `${columns}.sql.zip`);
      const args = ['download', `${ids[troubles.stale]}`, '--output', target];
      const { bytes, code } = await onTerminal(args, columns);
      expect(code).to.equal(0);
      const lines = written(bytes);
      const restore = `  sade restore ${troubles.stale} --into ${troubles.stale}_restored --from ${target}`;
      expect(lines.map(line => line.replace(/ +#.*/, ''))).to.include(restore);
      expect(lines).to.include(
        `  unzip -p ${target} | mariadb -u lumbung_restore -p --binary-mode --comments --max-allowed-packet=1G --init-command='SET check_constraint_checks = 0, innodb_strict_mode = 0' ${troubles.stale}_restored`,
      );
      expect(lines, 'a zip that is cut must not look loaded').to.include('  set -o pipefail');
      expect(lines.join('\n')).to.match(/^ {2}CREATE DATABASE `\w+_restored` CHARACTER SET utf8mb4 COLLATE \w+;$/m);
      expect(lines.join(' ')).to.contain('docs/how-to/restore-a-database.md');
    });

  it('the next commands ask the same service, where it was named on the command line, and a name like an option is no option', async () => {
    const commandsIn = ({ stdout }: { stdout: string }) =>
      stdout
        .split('next:\n')[1]!
        .trim()
        .split('\n')
        .map(line => line.trim().replace(/ +#.*/, ''));
    const listed = await sade(['list', '--search=-dash', '--server', app.url]);
    const [show, history] = commandsIn(listed);
    expect(show).to.match(new RegExp(`^sade show \\d+ --server ${app.url}$`));
    expect(history).to.equal(`sade history --server ${app.url} -- '-dash'`);
    const asked = await sade(['history', '--server', app.url, '--', '-dash']);
    expect(asked.code).to.equal(0);
    expect(commandsIn(asked)[0]).to.match(new RegExp(`^sade show \\d+ --server ${app.url}$`));
  });

  it('sade accept says on a terminal what it did, in its width', async () => {
    const args = [
      'accept',
      `${ids[troubles.shrunk]}`,
      '--reason',
      'moved to the archive, as the client asked in ticket 4711',
    ];
    const { lines, code } = await onTerminal(args, 60);
    expect(code).to.equal(0);
    expect(lines.join(' ')).to.contain(`The loss of backup ${ids[troubles.shrunk]} of ${troubles.shrunk} is accepted`);
    expect(lines.length, 'broken into lines').to.be.greaterThan(2);
    for (const line of lines) expect(line.length, line).to.be.at.most(60);
  });
});
