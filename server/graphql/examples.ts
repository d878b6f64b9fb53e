/** What GraphiQL shows to begin with, a tab each. docs/graphql.md has more. */
export const EXAMPLES = [
  `# Everything whose newest complete backup is older than 26 hours, or that has none.
query NightMissed {
  databases(filter: { noCompleteForHours: 26 }, orderBy: { field: LATEST_COMPLETE_BACKUP }) {
    totalCount
    nodes {
      name
      latestCompleteBackup { timestamp }
      latestBackup { timestamp state findings { message advice } }
    }
  }
}
`,
  `# The fleet: each database with its latest backup, and the one that a restore would take.
query Fleet {
  databases(first: 1000) {
    nodes {
      name
      latestBackup { id timestamp state size }
      latestCompleteBackup { id timestamp size downloadUrl }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# The last thirty days, for a chart.
query Month {
  statistics(days: 30) {
    databases
    backups
    bytes
    damaged
    days { day backups bytes complete incomplete failures }
  }
}
`,
  `# Shows a backup the moment it is stored. Stop it with the button that started it.
subscription Incoming {
  backupReceived {
    database { name }
    fileName
    size
    state
  }
}
`,
];
