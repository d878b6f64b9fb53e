import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import {
  badNight,
  failedOne,
  fullDiskNight,
  goodNight,
  NIGHT,
  reportOf,
  wellOne,
  ZONE,
} from '../../testing/cli/nights.ts';
import { inTimeZone } from '../../testing/time-zone.ts';
import type { Failure } from '../report/outcome.ts';
import type { RunReport } from '../report/run-report.ts';
import { composeMail, composeVerdict } from './mail.ts';
import { COLUMNS } from './paragraph.ts';
import { warningsOf } from './warnings.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCS = readFileSync(join(ROOT, 'docs/how-to/read-the-mail.md'), 'utf8');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const NOW = NIGHT.endedAt;

const mailOf = (report: RunReport, { isQuiet = true, fresh = warningsOf(report) } = {}) =>
  composeMail(report, { isQuiet, fresh, now: NOW }).replaceAll(ROOT, '/opt/lumbung');
const fail = (more: Partial<Failure> = {}): Failure => ({ stage: 'dump', message: 'it broke', ...more });

describe('mail', () => {
  inTimeZone(ZONE);

  const nights = { 'a good night': goodNight, 'a bad night': badNight, 'a full disk': fullDiskNight };
  for (const [night, report] of Object.entries(nights))
    it(`of ${night} is the one in docs/how-to/read-the-mail.md`, () => {
      const mail = mailOf(report, { fresh: night === 'a good night' ? warningsOf(report) : [] });
      expect(DOCS).to.contain(`\`\`\`\n${mail}\n\`\`\`\n`);
      for (const line of mailOf(report, { isQuiet: false }).split('\n'))
        expect(line.replace(COMMAND, '').length, line).to.be.at.most(COLUMNS);
    });

  /** What is to be copied stands alone on its line, however long the name of the database is. */
  const COMMAND = /^ {7}sade restore \S+ --into \S+ --at \d+$/;

  it('names the page that shows how to restore by its path on this machine', () => {
    const page = /see (\/\S+\.md)\):$/m.exec(composeMail(badNight, { isQuiet: true, fresh: [], now: NOW }))?.[1];
    expect(page).to.equal(join(ROOT, 'docs/restore.md'));
    expect(existsSync(page!)).to.equal(true);
  });

  it('shows its verdict in the README as it is', () => {
    const [verdict] = mailOf(badNight).split('\n\nDetails\n');
    expect(README).to.contain(`\`\`\`\n${verdict}\n\`\`\`\n`);
  });

  it('says first how many need attention, of one database too', () => {
    const first = (report: RunReport) => mailOf(report).split('\n', 1)[0];
    expect(first(reportOf([wellOne('a')]))).to.equal('1 of 1 database ok, 28 Nov 01:30–01:31 +07:00');
    expect(first(reportOf([failedOne('a', fail())]))).to.equal(
      '1 of 1 database needs attention (0 ok), 28 Nov 01:30–01:31 +07:00',
    );
    expect(first(reportOf([failedOne('a', fail()), failedOne('b', fail())]))).to.contain(
      '2 of 2 databases need attention (0 ok)',
    );
  });

  it('says each sentence once, however many databases share it', () => {
    for (const report of [badNight, fullDiskNight]) {
      const sentences = mailOf(report)
        .replace(/\s+/g, ' ')
        .split(/(?<=\.) (?=[A-Z])/)
        .filter(sentence => sentence.length > 30);
      expect(sentences.filter((sentence, at) => sentences.indexOf(sentence) !== at)).to.deep.equal([]);
    }
  });

  it('names the advice once that several causes share', () => {
    const refused = (where: string) => fail({ advice: 'Check the password.', cause: { where, why: 'refused it' } });
    const mail = mailOf(reportOf([failedOne('a', refused('h:1')), failedOne('b', refused('h:2'))]));
    expect(mail.match(/Check the password\./g)).to.have.length(1);
    expect(mail).to.contain('-> the same as for a');
  });

  it('names a dead host once, with all of its databases below', () => {
    const names = ['a1', 'a2', 'a3', 'a4', 'a5'];
    const cause = { where: 'db:3306', why: 'refuses connections' };
    const mail = mailOf(
      reportOf([...names, 'b'].map(name => (name === 'b' ? wellOne(name) : failedOne(name, fail({ cause }))))),
    );
    expect(mail).to.contain(
      '\nFAILED 5\n  db:3306 refuses connections: 5 databases, a1, a2, a3 and 2 more (last good:\n    27 Nov 01:31)\n'.replace(
        ' (last good:\n    27 Nov',
        '\n    (last good: 27 Nov',
      ),
    );
    expect(mail).to.contain(`  ${names.join(', ')}:\n`);
    expect(mail.match(/refuses connections/g)).to.have.length(1);
  });

  it('shows the beginning and the end of a long message of a program', () => {
    const message = Array.from({ length: 100 }, (_, line) => `line ${line} ${'x'.repeat(line === 0 ? 5000 : 10)}`).join(
      '\n',
    );
    const mail = mailOf(reportOf([failedOne('a', fail({ message }))]));
    expect(mail.split('\n').length).to.be.lessThan(40);
    expect(mail).to.contain('| line 5 x').and.contain('| line 99 x').and.not.contain('line 50 ');
    expect(mail).to.contain('… 88 lines are left out; last-run.json');
  });

  it('says once what many databases lack, with the statement that fixes each', () => {
    const lacking = (name: string) =>
      wellOne(name, {
        ...{ state: 'incomplete', lastGood: null },
        findings: [finding('TRIGGERS_NOT_GRANTED', 'the user lacks TRIGGER', `GRANT TRIGGER ON \`${name}\`.* TO x;`)],
      });
    const mail = mailOf(reportOf(['a', 'b', 'c', 'd'].map(lacking)));
    expect(mail).to.contain(
      '\nINCOMPLETE 4\n  the user lacks TRIGGER (TRIGGERS_NOT_GRANTED): 4 databases, a, b, c and 1\n    more (last good: never)\n',
    );
    for (const name of 'abcd')
      expect(mail).to.contain(`    what to do: GRANT TRIGGER ON \`${name}\`.* TO x;\n`.trimEnd());
    expect(mail.match(/lacks TRIGGER/g)).to.have.length(1);
  });

  it('says which databases never had a good backup, and for which none is known', () => {
    const never = failedOne('a', fail(), { lastGood: null });
    const { lastGood: _, ...unknown } = failedOne('b', fail({ message: 'other' }));
    const mail = mailOf(reportOf([never, unknown]));
    expect(mail).to.contain('a: dump: it broke (last good: never)');
    expect(mail).to.contain('b: dump: other (last good: not known)');
  });

  it('names what was not done when a signal ended the run, and what was', () => {
    const report = reportOf([wellOne('a'), failedOne('b', fail())], {
      ...{ total: 4, interruptedBy: 'SIGTERM', notDone: ['c', 'd'], exitCode: 143 },
    });
    const mail = mailOf(report);
    expect(mail).to.match(
      /^Interrupted \(SIGTERM\): 2 of 4 databases not done, 28 Nov .*\n1 ok, 1 needs attention\.\n/,
    );
    expect(mail).to.contain('\nFAILED 1\n  b: ').and.contain('\nNOT DONE 2\n  c, d\n    -> sade backup --only c,d');
  });

  it('counts the zips of earlier runs apart: those delivered, those that wait, those of databases that are not listed', () => {
    const left = wellOne('a', { isLeftover: true });
    const stuck = failedOne('gone', fail({ stage: 'upload', keptAt: '/work/gone.zip' }), { isLeftover: true });
    const mail = mailOf(reportOf([wellOne('a'), left, stuck], { kept: ['/work/gone.zip'] }), { isQuiet: false });
    expect(mail).to.match(/^Zips of earlier runs need attention \(1 database\); 1 of 1 database ok,\s28 Nov /);
    expect(mail).to.contain('1 zip waits in /work, not yet at the service; the next run uploads it first.');
    expect(mail).to.contain('1 zip of an earlier run is at the service now: a.');
    expect(mail).to.contain('  a: delivered, left by an earlier run, 1 table');
  });

  it('says first what was lost, of an incomplete backup too, and of an earlier night', () => {
    const lost = 'lost since backup 88 (2026-11-26 18:30:41 UTC): table faktur';
    const incomplete = wellOne('v', {
      state: 'incomplete',
      findings: [
        finding('BROKEN_VIEW', 'v is broken', 'DROP VIEW `v`;'),
        finding('SHRUNK', lost, 'Check the database.'),
      ],
    });
    const reference = { id: 88, file_name: 'x', timestamp: '2026-11-26 18:30:41', state: 'complete' as const };
    const loss = { id: 120, timestamp: '2026-11-26 18:31:00', message: lost, reference };
    const mail = mailOf(reportOf([incomplete, failedOne('f', fail(), { loss })]));
    expect(mail).to.contain(
      '\nSHRUNK 2\n  v: lost since backup 88 (27 Nov 01:30): table faktur\n    -> Check the database.\n',
    );
    expect(mail).to.contain(
      '  f: lost table faktur (found in backup 120, 27 Nov 01:31). Backup 88\n    (27 Nov 01:30) still has what was lost.\n',
    );
    expect(mail.indexOf('SHRUNK')).to.be.lessThan(mail.indexOf('FAILED'));
    expect(mail)
      .to.match(/sade restore f --into f_restored --at 88$/m)
      .and.contain("sade accept 120 --reason 'why'");
  });

  it('says so when the backup that had what was lost is damaged, or no longer on the service', () => {
    const told = (more: object) => {
      const reference = {
        id: 33,
        file_name: 'x',
        timestamp: '2026-11-26 18:30:00',
        state: 'damaged' as const,
        ...more,
      };
      const loss = {
        id: 199,
        timestamp: '2026-11-27 18:30:00',
        message: 'lost since backup 33 (x): table t',
        reference,
      };
      return mailOf(reportOf([wellOne('a', { backupId: 199, loss })])).replace(/\s+/g, ' ');
    };
    expect(told({ instead: null })).to.contain(
      'Backup 33 (27 Nov 01:30) had what was lost and is damaged now; no other sound backup',
    );
    const instead = { id: 31, file_name: 'x', timestamp: '2026-11-25 18:30:00' };
    expect(told({ instead }))
      .to.contain('is damaged now; backup 31 (26 Nov 01:30) still has what was lost.')
      .and.contain('): sade restore a --into a_restored --at 31');
    expect(told({ id: null, state: null })).to.contain(
      'The backup of 27 Nov 01:30 had what was lost; the service no longer has',
    );
  });

  it('says of an incomplete backup, too, which one still has what was lost, and how that comes back', () => {
    const findings = [
      finding(
        'SHRUNK',
        'lost since backup 88 (2026-11-26 18:30:41 UTC): table faktur',
        'Check the database. Backup 88 still has what was lost: sade restore v --at 88. How to bring it back: docs/restore.md. If it was removed on purpose: …',
      ),
    ];
    const mail = mailOf(reportOf([wellOne('v', { state: 'incomplete', findings })])).replace(/\s+/g, ' ');
    expect(mail)
      .to.contain(
        'v: lost table faktur. Backup 88 (27 Nov 01:30) still has what was lost. -> to bring it back (see /opt/lumbung/docs/restore.md): sade restore v --into v_restored --at 88',
      )
      .and.contain('-> if it was removed on purpose: first fix what makes this backup incomplete;')
      .and.not.contain('sade accept');
  });

  it('marks a database that is in two groups, and names what the dump of a failed one lacks', () => {
    const lacks = finding('TRIGGERS_NOT_GRANTED', 'the user lacks TRIGGER', 'GRANT TRIGGER ON `a`.* TO x;');
    const away = fail({ stage: 'upload', message: 'away', keptAt: '/work/a.zip' });
    const mail = mailOf(reportOf([failedOne('a', away, { findings: [lacks] }), failedOne('b', away)]));
    expect(mail)
      .to.contain('\nFAILED 2\n')
      .and.contain(
        '\nINCOMPLETE 1 (also above: a)\n  a: the user lacks TRIGGER (TRIGGERS_NOT_GRANTED)\n    -> GRANT TRIGGER ON `a`.* TO x;',
      );
  });

  it('gives each database its own words where the same cause was said in others: they may name its user', () => {
    const cause = { where: 'db:3306', why: 'refused the password' };
    const denied = (user: string) => fail({ cause, message: `denied for '${user}'` });
    const outcomes = [
      failedOne('a', denied('lumbung')),
      failedOne('b', denied('klinik')),
      failedOne('c', denied('lumbung')),
    ];
    const mail = mailOf(reportOf(outcomes));
    expect(mail.match(/refused the password/g)).to.have.length(1);
    expect(mail).to.contain("    a, c: dump: denied for 'lumbung'\n    b: dump: denied for 'klinik'");
  });

  it('says first that the run before was killed, and marks what is new among the old warnings', () => {
    const [unfinished, old] = ['the run of yesterday ended without a mail', 'the list can be read by others'];
    const report = reportOf([wellOne('x_012'), wellOne('x_013')], { warnings: [unfinished, old], unfinished });
    const fresh = warningsOf(report).filter(({ database, message }) => database === 'x_013' || message === unfinished);
    const mail = mailOf(report, { fresh });
    expect(mail).to.match(/^2 of 2 databases ok, .*\n\nwarning: the run of yesterday ended without a mail\n/);
    expect(mail.match(/ended without a mail/g)).to.have.length(1);
    expect(mail).to.contain('\nWarnings 3, 1 of them new\n').and.contain('  x_012, x_013 (new): tables ');
    expect(mailOf(report), 'all new').to.not.contain('(new)');
  });

  it('lets no name and no foreign text end its line or look like a line of sade', () => {
    const forged = 'x\n\nok 99\n  pt_xyz: \u001b[2J fine';
    const report = reportOf(
      [
        failedOne('evil\nok', fail({ message: forged, advice: forged, cause: { where: 'h\nok', why: 'w\nok' } })),
        failedOne('b', fail({ message: forged })),
        wellOne('c', { findings: [finding('DATABASE_NAME_HARDCODED', forged, forged)] }),
        wellOne('d', { state: 'incomplete', findings: [finding('BROKEN_VIEW', forged, forged)] }),
      ],
      { warnings: [forged], kept: ['/work\nok/a.zip'] },
    );
    for (const text of [mailOf(report, { isQuiet: false }), composeVerdict(report, NOW, word => word)]) {
      expect(text).not.to.contain('\u001b');
      expect(text.match(/^ok \d+$/gm) ?? []).to.have.length(text.includes('Warnings') ? 1 : 0);
      expect(text).not.to.match(/^ {0,2}pt_xyz: /m);
    }
  });

  it('repeats nothing on a terminal that was already printed above', () => {
    const text = composeVerdict(badNight, NOW, word => `<${word}>`);
    const [mailed = ''] = mailOf(badNight).split('\n\nDetails\n');
    const withoutNext = mailed.replace(/\n {4}-> .*(?:\n {7}.*)*/g, '');
    expect(text).to.equal(withoutNext.replace(/^(SHRUNK|FAILED|INCOMPLETE)(?= \d)/gm, '<$1>'));
  });
});
