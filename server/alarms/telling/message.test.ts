import { expect } from 'chai';
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
  it('says a cause that databases share once, and lists their names', () => {
    const { title, lines } = opened(alarm('citra_blog', full), alarm('citra_crm', full));
    expect(title).to.equal('2 databases were not backed up (db3): /var/lib/sade is full');
    expect(lines.slice(0, 4)).to.deep.equal([title, '- citra_blog', '- citra_crm', 'What to do: Make room']);
  });

  it('names in its title what most databases suffer from', () => {
    const gone = alarm('acme_shop', { kind: 'dropped', source: 'db1', summary: 'acme_shop is on no list any more' });
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
