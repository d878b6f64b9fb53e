import { expect } from 'chai';
import type { DefinitionNeeds } from '../../../protocol/manifest.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import type { TargetFacts } from '../target/target-facts.ts';
import { checkNeeds } from './needs-check.ts';

const NEEDS: DefinitionNeeds = {
  ...{ collations: [], character_sets: ['utf8mb4'], engines: ['InnoDB'] },
  ...{ row_formats: [], sql_modes: [], definers: [] },
};
const MYSQL_9: DefinitionNeeds = { ...NEEDS, collations: ['utf8mb4_0900_ai_ci', 'utf8mb4_0900_as_cs'] };
const MARIADB_11: DefinitionNeeds = {
  ...{ ...NEEDS, collations: ['utf8mb3_uca1400_ai_ci', 'utf8mb4_uca1400_ai_ci'], engines: ['Aria', 'InnoDB'] },
  sql_modes: ['NO_AUTO_CREATE_USER', 'STRICT_TRANS_TABLES'],
};

const SERVERS = {
  mysql: {
    flavour: 'mysql' as const,
    collations: new Set(['utf8mb4_0900_ai_ci', 'utf8mb4_0900_as_cs', 'utf8mb4_bin', 'utf8mb3_unicode_ci']),
    engines: new Set(['innodb', 'myisam']),
  },
  mariadb: {
    flavour: 'mariadb' as const,
    collations: new Set(['utf8mb4_general_ci', 'utf8mb4_bin', 'utf8mb3_general_ci']),
    engines: new Set(['innodb', 'aria']),
  },
};

const MOVE = { acrossFlavours: true };

describe('what definitions need of a server', () => {
  const checked = (
    needs: DefinitionNeeds,
    to: keyof typeof SERVERS,
    { collations = [], acrossFlavours = false }: { collations?: readonly string[]; acrossFlavours?: boolean } = {},
  ) => {
    const common = { characterSets: new Set(['utf8mb4']), pageBytes: 16_384, areCompressedReadOnly: false };
    const wish: Partial<RestoreWish> = {
      ...{ isAcrossFlavours: acrossFlavours, parts: 'all', tables: undefined },
      collations: new Map(collations.map(mapping => mapping.split('=') as [string, string])),
    };
    return checkNeeds({ ...common, ...SERVERS[to] } as unknown as TargetFacts, { needs, wish: wish as RestoreWish });
  };

  for (const [from, needs, to, pattern, ...others] of [
    ['MySQL 9', MYSQL_9, 'mariadb', 'utf8mb4_0900_*=utf8mb4_general_ci'],
    ['MariaDB 11.8', MARIADB_11, 'mysql', 'utf8mb4_uca1400_*=utf8mb4_0900_ai_ci', 'utf8mb3_*=utf8mb3_unicode_ci'],
  ] as const)
    it(`of ${from} are refused for collations that ${to} lacks, until each is loaded as another that it has`, () => {
      const [problem, ...more] = checked(needs, to, MOVE).problems;
      expect(more).to.deep.equal([]);
      for (const name of needs.collations) expect(problem!.message).to.contain(name);
      const proposed = [...problem!.advice.matchAll(/--collation (\w+=\w+)/g)].map(([, mapping]) => mapping!);
      expect(proposed).to.have.length(needs.collations.length);
      for (const collations of [proposed, [pattern, ...others]])
        expect(checked(needs, to, { ...MOVE, collations }).problems).to.deep.equal([]);
      const onlyOne = checked(needs, to, { ...MOVE, collations: proposed.slice(1) });
      expect(onlyOne.problems[0]!.message).to.contain(needs.collations[0]);
      const toNone = checked(needs, to, {
        ...MOVE,
        collations: [pattern.replace(/=.*/, '=utf8mb4_none_ci'), ...others],
      });
      expect(toNone.problems).to.have.length(1);
    });

  it('are not loaded as collations of another character set, neither by a pattern nor by a name', () => {
    const wanted = '--collation utf8mb3_uca1400_ai_ci=utf8mb3_unicode_ci';
    const byPattern = checked(MARIADB_11, 'mysql', { ...MOVE, collations: ['*_uca1400_*=utf8mb4_0900_ai_ci'] });
    expect(byPattern.problems.map(({ message }) => message)).to.deep.equal([
      'the server lacks a collation that the definitions need: utf8mb3_uca1400_ai_ci',
    ]);
    expect(byPattern.problems[0]!.advice).to.contain(wanted);
    const collations = ['utf8mb4_*=utf8mb4_0900_ai_ci', 'utf8mb3_uca1400_ai_ci=utf8mb4_0900_ai_ci'];
    const byName = checked(MARIADB_11, 'mysql', { ...MOVE, collations });
    expect(byName.problems).to.have.length(1);
    expect(byName.problems[0]!.message).to.contain('utf8mb3_uca1400_ai_ci as utf8mb4_0900_ai_ci');
    expect(byName.problems[0]!.advice).to.contain(wanted);
    // Names of MariaDB that are without a character set fit several.
    const short = { ...NEEDS, collations: ['uca1400_ai_ci', 'utf8_uca1400_ai_ci'] };
    const others = ['*uca1400*=utf8mb4_0900_ai_ci', 'utf8_uca1400_ai_ci=utf8mb3_unicode_ci'];
    expect(checked(short, 'mysql', { ...MOVE, collations: others }).problems).to.deep.equal([]);
  });

  it('are no warning for an engine that is written as InnoDB in MySQL, and listed', () => {
    const collations = ['utf8mb4_*=utf8mb4_0900_ai_ci', 'utf8mb3_*=utf8mb3_unicode_ci'];
    expect(checked(MARIADB_11, 'mysql', { ...MOVE, collations }).warnings).to.deep.equal([
      'the server does not have the SQL mode NO_AUTO_CREATE_USER: it is left out of what is created with it',
    ]);
  });

  it('of an engine that the server would replace in silence are refused, but for --force, and a warning of a move', () => {
    const federated = { ...NEEDS, engines: ['FEDERATED'] };
    const aria = { ...NEEDS, engines: ['Aria'] };
    for (const needs of [federated, aria]) {
      const { problems } = checked(needs, needs === aria ? 'mysql' : 'mariadb');
      expect(problems.map(({ isForceable }) => isForceable)).to.deep.equal([true]);
      expect(problems[0]!.message).to.contain(needs.engines[0]);
    }
    const moved = checked(federated, 'mariadb', MOVE);
    expect(moved.problems).to.deep.equal([]);
    expect(moved.warnings.join()).to.contain('does not have the engine FEDERATED');
  });

  it('of a character set that no option changes are refused, also in a move', () => {
    const { problems } = checked({ ...NEEDS, character_sets: ['gb18030', 'utf8', 'utf8mb4'] }, 'mariadb', MOVE);
    expect(problems.map(({ message }) => message)).to.deep.equal([
      'the server lacks a character set that the definitions need: gb18030',
    ]);
  });

  it('are refused for compressed tables that the server only reads, and warned of for pages of other sizes', () => {
    const wish = { parts: 'all', collations: new Map() } as Partial<RestoreWish> as RestoreWish;
    const found = (more: Partial<TargetFacts>) => {
      const facts = { ...SERVERS.mariadb, characterSets: new Set(['utf8mb4']), pageBytes: 16_384, ...more };
      const needs = { ...NEEDS, row_formats: ['compressed'] };
      const { problems, warnings } = checkNeeds(facts as unknown as TargetFacts, { needs, wish });
      return [...problems.map(({ message }) => message), ...warnings].join('; ');
    };
    expect(found({})).to.equal('');
    expect(found({ areCompressedReadOnly: true })).to.contain('innodb_read_only_compressed is ON');
    expect(found({ pageBytes: 32_768 })).to.contain('makes DYNAMIC');
    expect(found({ pageBytes: 8192 })).to.contain('errors 1118 and 1071');
  });
});
