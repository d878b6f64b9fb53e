import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const SERVER = join(import.meta.dirname, '..');

/** The table's definition, its migrations, what builds queries, what adds to it and what searches it. */
const MAY_NAME_IT =
  /^(?:entities\/audit-entry\.entity|migrations\/\w+\/Migration20261129210000_audit|history\/(?:dialect|tables)|audit\/(?:insert-entries|search-entries|forget-names))\.ts$/;

describe('the audit trail is append-only for the service', () => {
  const sources = globSync('**/*.ts', { cwd: SERVER }).filter(path => !path.endsWith('.test.ts'));
  const textOf = (path: string) => readFileSync(join(SERVER, path), 'utf8');

  it('no statement names its table but those that make it and that search it', () => {
    const naming = sources.filter(path => textOf(path).includes('audit_entries'));
    expect(naming).to.include('entities/audit-entry.entity.ts');
    expect(naming.filter(path => !MAY_NAME_IT.test(path))).to.deep.equal([]);
  });

  it('no one uses its entity, and what adds to it only inserts', () => {
    // GraphQL calls its own type so, too.
    const using = sources.filter(path => !path.startsWith('graphql-api/') && /\bAuditEntry\b/.test(textOf(path)));
    expect(using).to.deep.equal(['entities/audit-entry.entity.ts']);
    const calls = textOf('audit/insert-entries.ts').match(/\b(?:em\.)?\w+\(/g);
    expect(calls).to.deep.equal(['insertEntries(', 'map(', 'insertRows(']);
  });

  it('the one change that there is takes away the name of a client that was erased, and nothing else', () => {
    const text = textOf('audit/forget-names.ts');
    expect(text.match(/updateTable|deleteFrom|insertInto|\bexecute\b|\bnative\w+/g)).to.deep.equal(['updateTable']);
    expect(text).to.contain('.set({ database_name: pseudonym, detail })');
  });

  it('what deletes from it takes the oldest entries, where someone has said for how long they are kept, and nothing else', () => {
    const text = textOf('audit/prune-entries.ts');
    expect(text.match(/updateTable|deleteFrom|insertInto|\bexecute\b|\bnative\w+/g)).to.deep.equal(['deleteFrom']);
    expect(text).to.contain(".where('e.at', '<', before).orderBy('e.at')");
    const using = sources.filter(path => /\bAUDIT_TABLE\b/.test(textOf(path)));
    // The last one leaves it out of what it changes.
    const three = ['audit/forget-names.ts', 'audit/prune-entries.ts', 'offboarding/forget-rows.ts'];
    expect(using.sort()).to.deep.equal(three);
    const starting = sources.filter(path => /\bpruningJob\b/.test(textOf(path)));
    expect(starting.sort()).to.deep.equal(['audit/prune-entries.ts', 'start/open-jobs.ts']);
    expect(textOf('start/open-jobs.ts')).to.contain('keepYears === undefined ? [] : [pruningJob(');
  });

  it('what searches it only selects', () => {
    const search = sources.filter(path => path === 'audit/search-entries.ts').map(textOf);
    for (const text of search) expect(text).to.not.match(/updateTable|deleteFrom|insertInto|\bexecute\b|\bnative\w+/);
  });
});
