/** A phrase that a reader of English as a second language stumbles over. */
export interface Phrase {
  /** What finds it, as a regular expression: a space also stands for a line break and what a comment puts there. */
  readonly pattern: string;
  readonly write: string;
  /** A sentence with it. */
  readonly example: string;
}

export const PHRASES: readonly Phrase[] = [
  { pattern: 'nobody', write: 'no one, or name who', example: 'Nobody answers.' },
  { pattern: 'whoever', write: 'anyone who …, or name who', example: 'Whoever can read the file knows the password.' },
  { pattern: 'whatever', write: 'any …, all …, or say what', example: 'It goes on whatever happens.' },
  { pattern: '(?:is|are|was|were|be) none', write: 'no …, not an …', example: 'An address that is none.' },
  { pattern: 'mend(?:s|ed|ing)?', write: 'fix', example: 'A run that is mended.' },
  { pattern: '(?:tells?|telling|told) of', write: 'reports, shows', example: 'The mail tells of it.' },
  {
    pattern: 'what (?:it|they|this|that) says?',
    write: 'its text, its message, what it reports',
    example: 'What it says.',
  },
  { pattern: 'in the place of', write: 'instead of, in place of', example: 'A link in the place of a file.' },
  {
    pattern: 'while (?:it|this|that|they) grows?',
    write: 'while it is being written',
    example: 'Zips it while that grows.',
  },
  { pattern: 'free (?:up|some|more|up some) space', write: 'make room', example: 'Free some space there.' },
  { pattern: 'growing file', write: 'while it is being written', example: 'The zip follows the growing file.' },
  { pattern: 'that there may be', write: '(leave out)', example: 'The triggers that there may be are missing.' },
  {
    pattern: 'which of (?:them|these|those)',
    write: '(normal word order)',
    example: 'And which of them are complete.',
  },
  { pattern: 'of the zips, (?:from )?\\d', write: '(normal word order)', example: 'Of the zips, from 1.' },
  { pattern: '(?:come|comes|came|coming) about', write: 'happens', example: 'How it came about.' },
  {
    pattern: '(?:come|comes|came|coming|becomes?|became) of',
    write: 'happened to, the result of',
    example: 'What came of it.',
  },
  { pattern: 'is meant from', write: 'is relative to', example: 'A path is meant from that folder.' },
  { pattern: 'of another moment', write: 'in a different snapshot', example: 'Rows of another moment.' },
  { pattern: 'dwindle[sd]?', write: 'lost rows, lost tables', example: 'It has dwindled.' },
  { pattern: 'shrank unseen', write: 'lost rows, lost tables', example: 'It shrank unseen.' },
  {
    pattern:
      "(?:takes?|took|taken|taking) (?:(?!time|times|long|longest|statement)[\\w.`*'-]+ ){0,4}?for (?!a while|its answer)" +
      '(?:an?|the|one|what|nothing|something|anything|itself|complete|good|whole|dead|lost|given|local|equal|another|its own)',
    write: 'treats … as, reports …',
    example: 'It takes the backup for complete.',
  },
  { pattern: 'look into', write: 'check', example: 'Look into the log.' },
  { pattern: 'throw(?:s|n)? (?:it |them )?away', write: 'deletes, drops', example: 'The dump is thrown away.' },
  { pattern: 'over ?board', write: 'deleted, dropped', example: 'It goes over board.' },
  {
    pattern:
      'server/main\\.ts (?:alarms|config|erase|export|forget|hold|notify|pause|pin|rebuild|release|resume|retention|retire|take-back|token|unpin)',
    write: 'sudo lumbung …, which can be pasted anywhere',
    example: 'Run node server/main.ts token list.',
  },
  { pattern: 'as (?:it is |they are )?wanted', write: 'as configured', example: 'As it is wanted.' },
  { pattern: 'some \\d+', write: 'about', example: 'It takes some 140 MiB.' },
  { pattern: 'for good', write: 'permanently; if it is no longer used', example: 'It is gone for good.' },
  { pattern: 'if need be', write: 'if needed', example: 'Run it as root if need be.' },
  { pattern: 'now and then', write: 'from time to time', example: 'Read it now and then.' },
  { pattern: 'passed over', write: 'skipped', example: 'That backup is passed over.' },
  { pattern: 'looks? whether', write: 'checks whether', example: 'It looks whether the disk is full.' },
  { pattern: 'in vain', write: 'for nothing, without a result', example: 'It waits in vain.' },
  {
    pattern: 'all the same(?= ?[.,:;)]| with| where| when| by)',
    write: 'anyway',
    example: 'It is stored all the same.',
  },
  { pattern: 'mostly', write: 'usually', example: 'Mostly a disk is not mounted.' },
  { pattern: 'those too', write: 'also those', example: 'All of them, those too that have ended.' },
  { pattern: 'can not', write: 'cannot', example: 'It can not be read.' },
  { pattern: 'anew', write: 'again, from the start, a new …', example: 'The next run makes it anew.' },
  { pattern: 'the begin(?= (?:of|and)\\b)', write: 'the start', example: 'From the begin of the dump.' },
  { pattern: 'grows? worse', write: 'gets worse', example: 'The alarm grows worse.' },
  { pattern: 'rid of', write: 'avoid, remove', example: 'To be rid of this.' },
  {
    pattern: 'hears? of|heard of',
    write: 'gets a report of, is called with',
    example: 'The service has not heard of it.',
  },
  { pattern: 'end(?:s|ed) with [0-4]', write: 'exits with', example: 'It ends with 1.' },
  {
    pattern: "another [\\w`'-]+(?: [a-z]+)? than",
    write: 'a different … than',
    example: 'It has another size than the file.',
  },
];

/** What has been renamed, as an exported identifier and, written with dashes, as a file name. */
export const OLD_NAMES: Readonly<Record<string, string>> = {
  Dumped: 'CompletedDump',
  Zipped: 'ZippedBackup',
  Ended: 'FinishedJob',
  Dumping: 'RunningDump',
  UnderWay: 'jobs',
  HostTurns: 'PerHostLimiter',
  AtMost: 'limitConcurrency',
  InTurn: 'keyedMutex',
  TakeDump: 'dumpDatabase',
  Look: 'runPreflight, or what it looks at',
  Looks: 'interestingBytes',
  Concessions: 'fallbackOptions',
  TablesMadeAnew: 'recreatedTables',
  TableMarks: 'TableFingerprint',
  HoldAgainst: 'compareWithSource',
  DumpWitness: 'ManifestBuilder',
  FollowedInVain: 'RestartZip',
  Leftover: 'pendingUpload',
  Leftovers: 'pendingUploads',
  Parcel: 'pendingUpload',
  Blot: 'redact',
  Blotter: 'Redactor',
  KeptBytes: 'CappedBuffer',
  LastBytes: 'TailBuffer',
  Pieces: 'chunks',
  Figures: 'format',
  Problems: 'errors',
  ForeseenError: 'toExpectedError',
  Refused: 'validationError',
  MendedBy: 'mergeReports',
  Barren: 'attemptsWithoutProgress',
  Garbage: 'gcPressure',
  Discarded: 'noteFreed',
  Linger: 'lingeringClose',
  Feed: 'pipeWithIdleTimeout',
  InviteBody: 'sendContinue',
  KeepAgain: 'handleDuplicateUpload',
  JudgeBackup: 'assessBackup',
  ReportStrays: 'reportOrphans',
  UnknownFiles: 'orphanFiles',
  SetAside: 'quarantine',
  GiveName: 'renameNoReplace',
  PieceWriter: 'BufferedWriter',
  WriteGathered: 'writeBuffered',
  BackupNews: 'BackupEvents',
  HistoryManager: 'EntityManager',
  Pace: 'throttle',
  Placeholders: 'interpolateEnv',
};

/** A phrase that may stay: all of a file, or a text in it. */
export interface Exception {
  readonly path: string;
  /** All of the file when left out. */
  readonly text?: string;
  readonly why: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  { path: 'cli/client-programs/client-plugins.ts', text: "'--user=nobody'", why: "a user's name" },
  { path: 'cli/zip/readers.test.ts', text: 'assert z.testzip() is None', why: 'Python' },
  { path: 'scripts/word-list.ts', why: 'the list itself' },
  { path: 'scripts/check-words.ts', text: '"look into"', why: 'an example of what is printed' },
  { path: 'test/word-rules.test.ts', why: 'tests the check with the phrases' },
  { path: 'server/graphql-api/resolvers/resolver-types.ts', why: 'written from schema.graphql, which is checked' },
];
