import { expect } from 'chai';
import type { ListedAlarm } from '../../../alarms/search-alarms.ts';
import { ANYONE } from '../../../auth/principal.ts';
import { viewFor } from '../../shell/view.ts';
import { alarmSentence } from './alarm-words.ts';

const FILE = 'mysql-2026-11-24-18-30-04-maju_arsip-30926ae7-5b4b-4ccc-a5db-1da2b0e4220a.sql.zip';

describe('the sentence of an alarm', () => {
  it('is in Indonesian about the database of a damaged backup, and in English as the service wrote it', () => {
    const alarm = { kind: 'damaged', subject: FILE, databaseName: 'maju_arsip', summary: 'Backup 7 is damaged' };
    const said = (language: 'en' | 'id') => {
      const reader = { language, zone: 'UTC', now: new Date(), principal: ANYONE, csrfToken: '', base: '' };
      return alarmSentence(viewFor(reader), alarm as ListedAlarm);
    };
    expect(said('id')).to.equal('Cadangan maju_arsip rusak di penyimpanan');
    expect(said('en')).to.equal('Backup 7 is damaged');
  });
});
