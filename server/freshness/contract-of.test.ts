import { expect } from 'chai';
import { contractConfiguration, HOUR } from '../../testing/freshness/contracts.ts';
import type { GroupSettings } from '../configuration/configuration.ts';
import { contractInWords, contractOf, type RosterTerms } from './contract-of.ts';

const group = (settings: Partial<GroupSettings>): GroupSettings => ({
  ...{ databases: [], every: undefined, graceMs: undefined, retention: undefined, digest: undefined },
  ...settings,
});

const hours = (count: number) => ({ kind: 'interval', ms: count * HOUR }) as const;

const CONFIGURATION = contractConfiguration({
  timezone: 'Asia/Jakarta',
  groups: {
    acme: group({ databases: ['acme_*'], every: hours(12), graceMs: HOUR }),
    slow: group({ every: hours(168), fromLists: true }),
    closed: group({ every: hours(1) }),
  },
  databases: {
    acme_own: { every: hours(6), graceMs: undefined, group: undefined, retention: undefined },
    moved: { every: undefined, graceMs: undefined, group: 'slow', retention: undefined },
  },
});

const terms = (given: Partial<RosterTerms> = {}): RosterTerms => ({
  ...{ source: 'db7', every: null, grace: null, group: null },
  ...given,
});

function found(database: string, given?: RosterTerms) {
  const { from, group, ...contract } = contractOf(CONFIGURATION, given, database);
  return { contract: contractInWords(contract), group, ...from };
}

describe('the contract of a database', () => {
  it('is that of the defaults where nothing else is said', () => {
    const defaults = { contract: 'every 1d, grace 2h', group: null, every: 'defaults', grace: 'defaults' };
    expect(found('pt_xyz')).to.deep.equal(defaults);
    expect(found('pt_xyz', terms())).to.deep.equal(defaults);
    expect(found('constructor', terms({ group: 'toString' }))).to.deep.equal(defaults);
  });

  it('takes each value from the strongest that names it', () => {
    expect(found('acme_shop')).to.deep.equal({
      ...{ contract: 'every 12h, grace 1h', group: 'acme', every: 'group acme', grace: 'group acme' },
    });
    expect(found('acme_shop', terms({ grace: '30m' }))).to.deep.equal({
      ...{ contract: 'every 12h, grace 30m', group: 'acme', every: 'group acme', grace: 'databases.json of db7' },
    });
    expect(found('acme_own', terms({ every: '48h', grace: '30m' }))).to.deep.equal({
      ...{ contract: 'every 6h, grace 30m', group: 'acme' },
      ...{ every: 'databases on the service', grace: 'databases.json of db7' },
    });
  });

  it('takes the group that the service names, and that of a list only where the service says none and the group lets lists do that', () => {
    expect(found('moved')).to.include({ group: 'slow', every: 'group slow', grace: 'defaults' });
    expect(found('pt_xyz', terms({ group: 'slow' }))).to.include({ group: 'slow', contract: 'every 1w, grace 2h' });
    expect(found('acme_shop', terms({ group: 'slow' })), 'a pattern covers it').to.include({ group: 'acme' });
    for (const group of ['closed', 'acme'])
      expect(found('pt_xyz', terms({ group })), group).to.include({ group: null, every: 'defaults' });
  });

  it('reads a cron expression without a zone in that of the configuration', () => {
    expect(found('pt_xyz', terms({ every: 'cron 30 1 * * *' })).contract).to.equal(
      'cron 30 1 * * * Asia/Jakarta, grace 2h',
    );
  });

  it('passes over what it cannot read of the list of a source', () => {
    expect(found('pt_xyz', terms({ every: 'each full moon', grace: '-1h' })).contract).to.equal('every 1d, grace 2h');
    expect(found('acme_shop', terms({ every: 'cron 0 0 30 2 * UTC' })).every).to.equal('group acme');
  });
});
