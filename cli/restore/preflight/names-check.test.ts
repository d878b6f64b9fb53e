import { expect } from 'chai';
import { manifestWith, table } from '../../../testing/zips/sample-manifest.ts';
import { checkNames } from './names-check.ts';

describe('the check of names before a restore', () => {
  const said = (lowerCaseTableNames: number, ofSource: number | null, tables = ['item']) => {
    const manifest = manifestWith({
      file_name: 'mysql-2026-01-01-00-00-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip',
    });
    const checked = checkNames(
      { lowerCaseTableNames },
      {
        ...manifest,
        source: { ...manifest.source, lower_case_table_names: ofSource },
        inventory: { ...manifest.inventory, tables: tables.map(name => table(name, 1)), procedures: ['close_month'] },
      },
    );
    return JSON.stringify(checked);
  };

  it('warns of a source that ignored the case of names, and a server that does not', () => {
    for (const ofSource of [1, 2])
      expect(said(0, ofSource))
        .to.contain(`lower_case_table_names was ${ofSource}`)
        .and.contain('and so do close_month');
    const nothing = said(0, 0);
    expect([said(0, null), said(1, 1), said(2, 1)]).to.deep.equal([nothing, nothing, nothing]);
    expect(nothing).to.not.contain('lower_case_table_names');
  });

  it('refuses two names that a server cannot tell apart, and warns of those that it changes', () => {
    expect(said(1, 0, ['Item', 'item'])).to.contain('the backup has Item and item');
    expect(said(1, null, ['Item']))
      .to.contain('the server makes names lower case')
      .and.contain('Item');
  });
});
