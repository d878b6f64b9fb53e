import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { CHANGES_WITHIN_MS, MOST_CHANGES, STABLE_AFTER_MS } from '../../server/alarms/changes/flapping.ts';
import { KINDS } from '../../server/alarms/model/kinds.ts';
import { GROUP_INTERVAL_MS, GROUP_WAIT_MS } from '../../server/alarms/telling/what-to-tell.ts';
import { ALARM_KINDS } from '../../server/configuration/alarm-kinds.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/alerts.md'), 'utf8').replace(/\s+/g, ' ');

describe('docs/alerts.md', () => {
  it('has a row for each kind of alarm, with what to do, and no other row', () => {
    const page = readFileSync(join(ROOT, 'docs/alerts.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| [^|]+ \| [^|]+ \| [^|]+ \|$/gm)].map(([, kind]) => kind);
    expect(rows).to.deep.equal([...ALARM_KINDS]);
    expect(Object.keys(KINDS)).to.have.members([...ALARM_KINDS]);
  });

  it('has the waits and limits that the code has', () => {
    const [hour, day] = [3_600_000, 86_400_000];
    expect(PAGE).to.include(`wait ${(GROUP_WAIT_MS / hour) * 60} minutes for each other`);
    expect(PAGE).to.include(`until ${(GROUP_INTERVAL_MS / hour) * 60} minutes have passed`);
    expect(PAGE).to.include(`more than ${MOST_CHANGES} times within ${CHANGES_WITHIN_MS / day} days`);
    expect(PAGE).to.include(`has not changed for ${STABLE_AFTER_MS / day} days`);
  });

  it('has the kinds that GraphQL lists', () => {
    const schema = buildSchema(readFileSync(join(ROOT, 'schema.graphql'), 'utf8'));
    const kinds = (schema.getType('AlarmKind') as GraphQLEnumType).getValues().map(({ name }) => name);
    expect(kinds).to.deep.equal([...ALARM_KINDS]);
  });
});
