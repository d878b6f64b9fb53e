import { expect } from 'chai';
import { pageLinks } from '../../web/shell/page-links.ts';
import { type AlarmState, openAlarm } from '../model/alarm-state.ts';
import type { Condition } from '../model/condition.ts';
import { messageOf } from './message.ts';
import type { News } from './what-to-tell.ts';

const AT = new Date('2027-01-12T01:00:00Z');
const LATER = new Date('2027-01-12T09:00:00Z');
let ids = 0;

function alarm(subject: string, more: Partial<Condition> = {}, changes: Partial<AlarmState> = {}): AlarmState {
  const about = { kind: 'run_failed', severity: 'warning', source: 'db3', database: subject } as const;
  const texts = { summary: `${subject} was not backed up: /var/lib/sade is full`, advice: 'Make room' };
  const condition = { ...about, subject, since: AT, ...texts, ...more };
  return { ...openAlarm(condition, undefined, AT), id: ++ids, ...changes };
}

const full = { cause: '/var/lib/sade is full' };
const opened = (...alarms: AlarmState[]) =>
  messageOf(
    alarms.map((alarm): News => ({ alarm, as: 'opened' })),
    AT,
  );
const closed = (...alarms: AlarmState[]) =>
  messageOf(
    alarms.map((alarm): News => ({ alarm: { ...alarm, closedAt: LATER, toldAs: 'warning' }, as: 'closed' })),
    LATER,
  );

describe('the message about alarms', () => {
  it('links each cause to its page, what is over to its database, and itself to where all of it is', () => {
    const pages = pageLinks(new URL('https://backups.example.com/lumbung/'));
    const gone = alarm('acme_shop', { kind: 'dropped', source: 'db1', summary: 'acme_shop is no longer on any list' });
    const [blog, crm] = [alarm('citra_blog', full), alarm('citra_crm', full)];
    const news = [gone, blog, crm].map((alarm): News => ({ alarm, as: 'opened' }));
    const { lines, url, links, alarms } = messageOf(news, AT, pages);
    const page = (path: string) => `https://backups.example.com/lumbung/-/ui${path}`;
    expect(lines.filter(line => line.startsWith('On the dashboard: '))).to.deep.equal([
      `On the dashboard: ${page(`/alerts/${blog!.id}`)}`,
      `On the dashboard: ${page(`/alerts/${gone.id}`)}`,
    ]);
    expect(links).to.deep.equal([page(`/alerts/${blog!.id}`), page(`/alerts/${gone.id}`)]);
    expect(url).to.equal(page('/alerts'));
    expect(alarms.map(({ url }) => url)).to.deep.equal([gone, blog, crm].map(({ id }) => page(`/alerts/${id}`)));
    const over = {
      alarm: { ...alarm("o'brien (x)*"), closedAt: LATER, toldAs: 'warning' } as AlarmState,
      as: 'closed',
    } as const;
    expect(messageOf([over], LATER, pages).url).to.equal(page('/databases/o%27brien%20%28x%29%2A'));
    expect(messageOf([over, over], LATER, pages).url).to.equal(page('/alerts'));
  });

  it('links to nothing while the service does not know how it is reached', () => {
    expect(pageLinks(undefined)).to.equal(undefined);
    const message = opened(alarm('citra_blog', full));
    expect(JSON.stringify(message)).to.not.contain('http').and.not.contain('/-/ui');
    expect(message).to.not.have.any.keys('url', 'links');
  });

  it('says a cause that databases share once, and lists their names', () => {
    const { title, lines } = opened(alarm('citra_blog', full), alarm('citra_crm', full));
    expect(title).to.equal('2 databases were not backed up (db3): /var/lib/sade is full');
    expect(lines.slice(0, 4)).to.deep.equal([title, '- citra_blog', '- citra_crm', 'What to do: Make room']);
  });

  it('names in its title what most databases suffer from', () => {
    const gone = alarm('acme_shop', { kind: 'dropped', source: 'db1', summary: 'acme_shop is no longer on any list' });
    const { title } = opened(gone, alarm('citra_blog', full), alarm('citra_crm', full));
    expect(title).to.equal('2 databases were not backed up (db3): /var/lib/sade is full (and 1 more)');
  });

  it('says how several ended, and of each where one ended otherwise', () => {
    expect(closed(alarm('citra_blog', full), alarm('citra_crm', full))).to.deep.include({
      title: 'Over: 2 databases were backed up again',
    });
    const retired = alarm('acme_old', { kind: 'late' });
    const detail = { ...retired.detail, ending: 'was retired by ops' };
    const { title, lines } = closed(alarm('acme_shop', { kind: 'late' }), { ...retired, detail });
    expect(title).to.equal('Over: 2 alarms (databases are late)');
    expect(lines).to.include('- acme_old was retired by ops (8 h after the alarm)');
  });

  it('ends with a command that can be pasted as it is, and says where the other alarms are', () => {
    const last = (count: number) => {
      const alarms = Array.from({ length: count }, (_, at) => alarm(`db_${at}`, full));
      const [first] = alarms;
      return { lines: opened(...alarms).lines.slice(-2), first: first!.id! };
    };
    const few = last(20);
    expect(few.lines[1]).to.match(/acknowledge (\d+ ){20}--reason WHY$/);
    const many = last(21);
    expect(many.lines[0])
      .to.match(/acknowledge (\d+ ){20}--reason WHY$/)
      .and.contain(` ${many.first} `);
    expect(many.lines[1]).to.equal('These are 20 of 21 alarms. All: sudo lumbung alarms');
  });
});
