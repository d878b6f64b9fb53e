import { expect } from 'chai';
import { ROLES, type Role } from '../../protocol/access/roles.ts';
import { AppError } from '../errors/errors.ts';
import { ACTIONS, type Action, authorize, can } from './policy.ts';
import { ANYONE, NO_ONE, type Principal } from './principal.ts';

describe('the policy', () => {
  const token = (role: Role, scope: string[] = ['acme_*']): Principal => ({ tokenId: 1, name: 't', role, scope });
  const refusal = (principal: Principal, action: Action, database?: string) => {
    try {
      authorize(principal, action, database);
    } catch (error) {
      if (error instanceof AppError) return `${error.status} ${error.code}`;
      throw error;
    }
    return 'passes';
  };

  it('gives each role its actions, and no others', () => {
    const may = Object.fromEntries(
      ROLES.map(role => [role, ACTIONS.filter(action => can(token(role, ['*']), action))]),
    );
    const read = ['list', 'download', 'status', 'metrics', 'report', 'progress'];
    expect(may.upload).to.have.members(['upload', 'report', 'reportRun']);
    expect(may.read).to.have.members(read);
    const changes = ['accept', 'pin', 'remove', 'prune', 'acknowledge', 'watch', 'scrub', 'testChannel'];
    expect(may.operator).to.have.members([...read, ...changes]);
    expect(may.admin).to.have.members([...ACTIONS]);
  });

  it('answers 403 for what the role lacks, whether the database is in scope or not', () => {
    expect(refusal(token('upload'), 'list')).to.equal('403 FORBIDDEN');
    expect(refusal(token('read'), 'upload', 'acme_shop')).to.equal('403 FORBIDDEN');
    expect(refusal(token('read'), 'upload', 'other')).to.equal('403 FORBIDDEN');
    expect(refusal(token('upload'), 'download', 'other')).to.equal('403 FORBIDDEN');
  });

  it('answers 404 for a read out of scope, and 403 for an upload or a report', () => {
    expect(refusal(token('read'), 'list', 'acme_shop')).to.equal('passes');
    expect(refusal(token('read'), 'list', 'other')).to.equal('404 DATABASE_NOT_FOUND');
    expect(refusal(token('operator'), 'accept', 'other')).to.equal('404 DATABASE_NOT_FOUND');
    expect(refusal(token('upload'), 'upload', 'other')).to.equal('403 OUT_OF_SCOPE');
    expect(refusal(token('upload'), 'report', 'other')).to.equal('403 OUT_OF_SCOPE');
  });

  it('refuses what is about all databases to a scope of some', () => {
    for (const action of ['scrub', 'progress', 'testChannel', 'tokens', 'audit'] as const) {
      expect(refusal(token('admin'), action), action).to.equal('403 OUT_OF_SCOPE');
      expect(refusal(token('admin', ['*']), action), action).to.equal('passes');
    }
  });

  it('lets anyone do everything in open mode, and answers 401 to everything without a token', () => {
    for (const action of ACTIONS) {
      expect(refusal(ANYONE, action, 'pt_xyz'), action).to.equal('passes');
      expect(refusal(NO_ONE, action, 'pt_xyz'), action).to.equal('401 UNAUTHENTICATED');
      expect(can(NO_ONE, action), action).to.equal(false);
    }
  });
});
