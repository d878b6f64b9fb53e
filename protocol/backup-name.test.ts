import { expect } from 'chai';
import fc from 'fast-check';
import {
  BACKUP_NAME,
  entryNameOf,
  formatBackupName,
  formatDumpName,
  formatTimestamp,
  parseBackupName,
  parseDumpName,
} from './backup-name.ts';
import { databaseNameProblem } from './database-name.ts';

const id = '0f69a75b-9fdf-48c6-8ec9-2277934b7bb8';
const takenAt = new Date('2023-10-31T00:00:00Z');

describe('backup-name', () => {
  it('writes the names of the specification', () => {
    const name = { database: 'pt_xyz', takenAt, id };
    expect(formatDumpName(name)).to.equal(`mysql-2023-10-31-00-00-00-pt_xyz-${id}.sql`);
    expect(formatBackupName(name)).to.equal(`mysql-2023-10-31-00-00-00-pt_xyz-${id}.sql.zip`);
    expect(formatTimestamp(takenAt)).to.equal('2023-10-31 00:00:00');
  });

  it('reads the name of a dump, and refuses the name of a zip or of another file', () => {
    const name = { database: 'pt_xyz', takenAt, id };
    const fileName = formatDumpName(name);
    expect(parseDumpName(fileName)).to.deep.equal({ fileName, ...name });
    for (const other of [formatBackupName(name), `mysql-2023-10-31-00-00-00-pt_xyz-${id}`, 'notes.sql'])
      expect(parseDumpName(other), other).to.be.a('string');
  });

  it('writes every instant in UTC, to the second', () => {
    const instants = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, instant => {
        expect(formatTimestamp(instant)).to.equal(instant.toISOString().slice(0, 19).replace('T', ' '));
      }),
    );
    expect(() => formatTimestamp(new Date(Number.NaN))).to.throw(RangeError);
  });

  it('reads both endings', () => {
    for (const ending of ['.sql.zip', '.zip']) {
      const fileName = `mysql-2023-10-31-00-00-00-pt_xyz-${id}${ending}`;
      expect(parseBackupName(fileName)).to.deep.equal({ fileName, database: 'pt_xyz', takenAt, id });
    }
  });

  it('reads back what it wrote, for any name of a database', () => {
    const names = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 64 })
      .filter(name => !databaseNameProblem(name));
    const seconds = fc.integer({ min: 0, max: 4_102_444_800 });
    fc.assert(
      fc.property(names, seconds, fc.uuid(), (database, second, uuid) => {
        const name = { database, takenAt: new Date(second * 1000), id: uuid };
        const fileName = formatBackupName(name);
        expect(parseBackupName(fileName)).to.deep.equal({ fileName, ...name });
      }),
    );
  });

  it('accepts a database name with dashes, or one that looks like a file name of ours', () => {
    const database = `a-b-2023-10-31-00-00-00-${id.slice(0, 8)}`;
    const fileName = formatBackupName({ database, takenAt, id });
    expect(parseBackupName(fileName)).to.deep.equal({ fileName, database, takenAt, id });
  });

  it('refuses dates that are not in the calendar', () => {
    for (const timestamp of [
      '2023-02-29-00-00-00',
      '2023-13-01-00-00-00',
      '2023-10-31-24-00-00',
      '2023-10-31-00-60-00',
    ])
      expect(parseBackupName(`mysql-${timestamp}-pt_xyz-${id}.sql.zip`), timestamp).to.contain('not a valid date');
  });

  it('refuses everything else', () => {
    const refused = [
      '',
      'backup.zip',
      `mysql-2023-10-31-00-00-00-${id}.sql.zip`,
      `mysql-2023-10-31-00-00-00-pt_xyz-${id}.sql`,
      `mysql-2023-10-31-00-00-00-pt_xyz-${id}.tar.zip`,
      `mysql-2023-10-31-00-00-00-pt_xyz-${id.slice(1)}.sql.zip`,
      `mysql-2023-10-31-00-00-00-../../etc-${id}.sql.zip`,
      `mysql-2023-10-31-00-00-00-a\nb-${id}.sql.zip`,
      `x/mysql-2023-10-31-00-00-00-pt_xyz-${id}.sql.zip`,
    ];
    for (const name of refused) expect(parseBackupName(name), JSON.stringify(name)).to.be.a('string');
  });

  it('derives the name of the entry from the name of the zip', () => {
    expect(entryNameOf('a.sql.zip')).to.equal('a.sql');
    expect(entryNameOf('a.zip')).to.equal('a');
  });

  it('exports its pattern', () =>
    expect(BACKUP_NAME.test(`mysql-2023-10-31-00-00-00-pt_xyz-${id}.zip`)).to.equal(true));
});
